//! SQLite's own tokens, as `sqlite3GetToken` of its `tokenize.c` finds them.
//!
//! The crate `sqlite3-parser` has them too, with a parser of 10 000 generated lines that a cold build would wait for and
//! whose grammar is that of another version of SQLite. What is read here, SQLite has accepted already.

use std::borrow::Cow;

/// What a token is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// A bare word: a keyword or a name.
    Word,
    /// A name in quotes that nothing else can be.
    Name,
    /// A word in double quotes: a name, or a string where no such name is known.
    NameOrText,
    /// A string.
    Text,
    /// A number, a blob or a parameter: what only its own characters are equal to.
    Literal,
    /// An argument of a virtual table, whose module decides what it means.
    Verbatim,
    /// An operator, a bracket, a comma.
    Operator,
}

/// A token of a statement.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Token<'t> {
    pub(crate) kind: Kind,
    /// As it is written.
    pub(crate) text: &'t str,
    /// Where in the statement it begins, in bytes.
    pub(crate) start: usize,
}

impl<'t> Token<'t> {
    /// Whether it is this keyword, bare, or this operator.
    pub(crate) fn is(&self, word: &str) -> bool {
        matches!(self.kind, Kind::Word | Kind::Operator) && self.text.eq_ignore_ascii_case(word)
    }

    pub(crate) fn is_any(&self, words: &[&str]) -> bool {
        words.iter().any(|word| self.is(word))
    }

    /// What it says without its quotes.
    pub(crate) fn unquoted(&self) -> Cow<'t, str> {
        let inner = || self.text.get(1..self.text.len().saturating_sub(1)).unwrap_or_default();
        match (self.kind, self.text.as_bytes().first()) {
            (Kind::Name, Some(b'[')) => Cow::Borrowed(inner()),
            (Kind::Name | Kind::NameOrText | Kind::Text, Some(b'"')) => Cow::Owned(inner().replace("\"\"", "\"")),
            (Kind::Name, _) => Cow::Owned(inner().replace("``", "`")),
            (Kind::Text, _) => Cow::Owned(inner().replace("''", "'")),
            _ => Cow::Borrowed(self.text),
        }
    }

    /// The name that it is, in the one case in which names are compared; SQLite folds ASCII alone.
    pub(crate) fn name(&self) -> String {
        self.unquoted().to_ascii_lowercase()
    }
}

/// The tokens of a statement, white space and comments left out.
pub(crate) fn tokens(sql: &str) -> Vec<Token<'_>> {
    let mut tokens = Vec::new();
    let mut start = 0;
    while let Some((kind, length)) = sql.get(start..).and_then(first) {
        if let Some(kind) = kind {
            tokens.push(Token { kind, text: &sql[start..start + length], start });
        }
        start += length;
    }
    tokens
}

/// What the text begins with, and its length in bytes; no kind for what is no token.
fn first(sql: &str) -> Option<(Option<Kind>, usize)> {
    let bytes = sql.as_bytes();
    let run = |from: usize, is: fn(u8) -> bool| from + bytes.iter().skip(from).take_while(|byte| is(**byte)).count();
    let through = |from: usize, end: &str| {
        sql.get(from..).and_then(|rest| rest.find(end)).map_or(sql.len(), |at| from + at + end.len())
    };
    Some(match *bytes.first()? {
        b' ' | b'\t'..=b'\r' => (None, run(1, |byte| byte == b' ' || (b'\t'..=b'\r').contains(&byte))),
        _ if sql.starts_with('\u{feff}') => (None, '\u{feff}'.len_utf8()),
        b'-' if sql.starts_with("--") => (None, through(2, "\n")),
        b'/' if sql.starts_with("/*") => (None, through(2, "*/")),
        b'[' => (Some(Kind::Name), through(1, "]")),
        b'`' => (Some(Kind::Name), quoted(bytes, b'`')),
        b'"' => (Some(Kind::NameOrText), quoted(bytes, b'"')),
        b'\'' => (Some(Kind::Text), quoted(bytes, b'\'')),
        b'x' | b'X' if bytes.get(1) == Some(&b'\'') => (Some(Kind::Literal), through(2, "'")),
        b'0'..=b'9' => (Some(Kind::Literal), number(bytes)),
        b'.' if bytes.get(1).is_some_and(u8::is_ascii_digit) => (Some(Kind::Literal), number(bytes)),
        b'?' | b'$' | b'@' | b':' | b'#' => (Some(Kind::Literal), run(1, is_part_of_a_word)),
        byte if is_part_of_a_word(byte) => (Some(Kind::Word), run(1, is_part_of_a_word)),
        _ => {
            let long = ["->>", "->", "==", "<=", "<>", "<<", ">=", ">>", "!=", "||"];
            (Some(Kind::Operator), long.iter().find(|long| sql.starts_with(**long)).map_or(1, |long| long.len()))
        }
    })
}

pub(super) fn is_part_of_a_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'$' || !byte.is_ascii()
}

/// The length of what is in quotes; a doubled quote does not end it.
fn quoted(bytes: &[u8], quote: u8) -> usize {
    let mut at = 1;
    while let Some(byte) = bytes.get(at) {
        at += 1;
        if *byte == quote {
            if bytes.get(at) != Some(&quote) {
                break;
            }
            at += 1;
        }
    }
    at
}

fn number(bytes: &[u8]) -> usize {
    let digits =
        |from: usize| from + bytes.iter().skip(from).take_while(|byte| byte.is_ascii_digit() || **byte == b'_').count();
    let is = |at: usize, of: &[u8]| bytes.get(at).is_some_and(|byte| of.contains(byte));
    let mut at = digits(0);
    if is(at, b".") {
        at = digits(at + 1);
    }
    let signed = at + 1 + usize::from(is(at + 1, b"+-"));
    if is(at, b"eE") && bytes.get(signed).is_some_and(u8::is_ascii_digit) {
        at = digits(signed);
    }
    // The digits of a hexadecimal number, and what is no number at all.
    at + bytes.iter().skip(at).take_while(|byte| is_part_of_a_word(**byte)).count()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(sql: &str) -> Vec<&str> {
        tokens(sql).iter().map(|token| token.text).collect()
    }

    #[test]
    fn white_space_and_comments_are_no_tokens() {
        assert_eq!(texts("\u{feff}a -- b\n/* c ** / */+\r\n\x0c1--"), ["a", "+", "1"]);
        assert!(texts("/* without an end").is_empty());
    }

    #[test]
    fn tokens_end_where_sqlite_ends_them() {
        assert_eq!(texts("a->>'$.b'||c<=.5e-3*-1"), ["a", "->>", "'$.b'", "||", "c", "<=", ".5e-3", "*", "-", "1"]);
        assert_eq!(
            texts("1.e5 0xFfg 1_000 1.5.2 2e+ x'0a'xy"),
            ["1.e5", "0xFfg", "1_000", "1.5", ".2", "2e", "+", "x'0a'", "xy"]
        );
        assert_eq!(texts(r#"'it''s'"a""b"[c"]`d``e`"#), ["'it''s'", r#""a""b""#, "[c\"]", "`d``e`"]);
        assert_eq!(texts("t.a!=?1 é$1 == :x"), ["t", ".", "a", "!=", "?1", "é$1", "==", ":x"]);
    }

    #[test]
    fn a_name_is_the_same_in_every_case_and_quote() {
        for sql in ["Qty", "\"qTY\"", "[QTY]", "`qty`", "'Qty'"] {
            assert_eq!(tokens(sql)[0].name(), "qty", "{sql}");
        }
        assert_eq!(tokens("\"A\"\"b\"")[0].unquoted(), "A\"b");
        assert_eq!(tokens("É")[0].name(), "É");
    }
}
