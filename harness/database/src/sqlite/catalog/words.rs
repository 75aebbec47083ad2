//! Tokens as the one line that the catalog shows: keywords in capitals, names in lower case and quoted where they must be.

use super::{
    names::{is_keyword_before, is_reserved},
    token::{Kind, Token, is_part_of_a_word},
};
use crate::Literal;

/// The tokens in single spaces. Statements that SQLite tells apart by their tokens read differently.
pub(super) fn words(tokens: &[Token<'_>]) -> String {
    let mut text = String::new();
    let mut binds = true;
    for (at, token) in tokens.iter().enumerate() {
        let before = at.checked_sub(1).and_then(|at| tokens.get(at));
        let calls = token.is("(") && before.is_some_and(|before| names_a_function(before, &text));
        if !binds && !calls && !token.is_any(&[")", ",", ";", "."]) {
            text.push(' ');
        }
        text.push_str(&word(tokens, at));
        // The sign of a number binds to it, unless another sign follows: `- -1` is no comment.
        let is_sign = token.is_any(&["-", "+", "~"]) && before.is_none_or(|before| !ends_an_operand(before));
        let next_is_operand = tokens.get(at + 1).is_some_and(|next| next.kind != Kind::Operator || next.is("("));
        binds = token.is_any(&["(", "."]) || is_sign && next_is_operand;
    }
    text
}

/// A name as a key or a list of the catalog shows it, in the one case in which names are compared.
pub(super) fn name(name: &str) -> String {
    if is_plain(name) { name.to_ascii_lowercase() } else { quote(&name.to_ascii_lowercase()) }
}

pub(super) fn quote(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

fn word(tokens: &[Token<'_>], at: usize) -> String {
    let token = &tokens[at];
    let before = |steps: usize| at.checked_sub(steps).and_then(|at| tokens.get(at));
    let is_before = |steps: usize, word: &str| before(steps).is_some_and(|token| token.is(word));
    let lower = token.name();
    let is_default = is_before(1, "default") && !is_before(2, "set");
    let is_keyword = is_reserved(&lower) || is_keyword_before(&lower, tokens.get(at + 1));
    match token.kind {
        // A word after DEFAULT is a string, however it is quoted.
        Kind::Word if is_default && !is_keyword => Literal(token.text).to_string(),
        Kind::Name | Kind::NameOrText if is_default => Literal(&token.unquoted()).to_string(),
        Kind::Word => shown(lower, before(1)),
        Kind::Name if is_plain(&lower) && !is_keyword => shown(lower, before(1)),
        Kind::Name => quote(&lower),
        Kind::NameOrText => quote(&token.unquoted()),
        Kind::Text => Literal(&token.unquoted()).to_string(),
        Kind::Literal | Kind::Verbatim | Kind::Operator => token.text.to_owned(),
    }
}

/// Keywords in capitals, unless a column could well have their name.
fn shown(lower: String, before: Option<&Token<'_>>) -> String {
    let after = |words: &[&str]| before.is_some_and(|before| before.is_any(words));
    let is_keyword = match lower.as_str() {
        "key" => after(&["primary", "foreign"]),
        "action" => after(&["no"]),
        "stored" | "virtual" => after(&[")"]),
        "abort" | "after" | "always" | "asc" | "before" | "begin" | "by" | "cascade" | "cast" | "conflict"
        | "cross" | "current_date" | "current_time" | "current_timestamp" | "deferred" | "desc" | "do" | "each"
        | "end" | "fail" | "false" | "for" | "full" | "generated" | "glob" | "ignore" | "immediate" | "initially"
        | "inner" | "instead" | "left" | "like" | "match" | "natural" | "no" | "of" | "outer" | "over" | "raise"
        | "recursive" | "replace" | "restrict" | "right" | "rollback" | "row" | "rowid" | "strict" | "true"
        | "with" | "without" => true,
        word => is_reserved(word),
    };
    if is_keyword { lower.to_ascii_uppercase() } else { lower }
}

/// Whether the bracket after this token holds its arguments; the text ends with the token as it is shown.
fn names_a_function(token: &Token<'_>, text: &str) -> bool {
    let is_in_capitals = text.ends_with(|last: char| last.is_ascii_uppercase());
    let is_function = ["cast", "glob", "like", "raise", "replace"].contains(&token.name().as_str());
    match token.kind {
        // After DEFAULT it became a string.
        _ if text.ends_with('\'') => false,
        Kind::Word | Kind::Name => is_function || !is_in_capitals,
        kind => matches!(kind, Kind::NameOrText | Kind::Verbatim),
    }
}

fn ends_an_operand(token: &Token<'_>) -> bool {
    match token.kind {
        Kind::Operator => token.is(")"),
        Kind::Word => !is_reserved(&token.name()),
        _ => true,
    }
}

fn is_plain(name: &str) -> bool {
    name.bytes().all(is_part_of_a_word)
        && name.bytes().next().is_some_and(|first| !first.is_ascii_digit() && first != b'$')
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::sqlite::catalog::token::tokens;

    #[test]
    fn a_line_reads_as_people_write_it() {
        for (written, shown) in [
            ("integer  not null default -1.5 check(Qty>0)", "integer NOT NULL DEFAULT -1.5 CHECK (qty > 0)"),
            ("a - -1 , ( -b ) , c.d , count( * )", "a - -1, (-b), c.d, count(*)"),
            ("ON DELETE set default match Full", "ON DELETE SET DEFAULT MATCH FULL"),
            ("default Abc default [Abc] default NULL", "DEFAULT 'Abc' DEFAULT 'Abc' DEFAULT NULL"),
            (
                "[a] `B` [order] [a b] \"Maybe\" [replace](x) replace(x)",
                "a b \"order\" \"a b\" \"Maybe\" REPLACE(x) REPLACE(x)",
            ),
            ("[left] join b left join [true] true", "\"left\" JOIN b LEFT JOIN \"true\" TRUE"),
            ("[left] [generated] always [unbounded] preceding", "LEFT \"generated\" ALWAYS \"unbounded\" preceding"),
        ] {
            assert_eq!(words(&tokens(written)), shown, "{written}");
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

        /// So no two statements whose tokens differ have the same line.
        #[test]
        fn a_line_has_the_tokens_that_it_was_made_of(
            written in prop::collection::vec(prop::sample::select(vec![
                "a", "Key", "t.c", "order", "check", "default", "set", "replace", "left", "join", "raise", "é$1", "[b c]",
                "[in]", "`x`", "\"Open\"", "'it''s'", "x'0F'", "1", "1.5e-3", ".5", "(", ")", ",", ";", "-", "+", "~",
                "*", "/", "%", "=", "==", "<", ">", "<>", "!=", "<<", ">>", "<=", "|", "||", "&", "->", "->>",
            ]), 0..14)
        ) {
            let written = written.join(" ");
            let line = words(&tokens(&written));
            prop_assert_eq!(tokens(&line).len(), tokens(&written).len(), "{}", line);
            prop_assert_eq!(words(&tokens(&line)), line);
        }
    }
}
