//! Where the statements of a text begin and end, by its tokens and in one pass, as psql tells it.

use squawk_lexer::{LiteralKind, Token, TokenKind, tokenize};

use crate::size::NESTING_MAX;

/// A statement of a text.
#[derive(Debug)]
pub(super) struct Piece<'a> {
    /// The statement, without the comments before it, and without its semicolon.
    pub(super) text: &'a str,
    /// The byte of the text at which it begins.
    pub(super) start: usize,
    /// How many tokens it has, white space and comments not counted.
    pub(super) tokens: usize,
    /// What it lacks at the end of the text, and the byte at which that begins.
    pub(super) open: Option<(usize, &'static str)>,
    /// The bytes at which the statements of its body begin, where it is a routine with one.
    pub(super) body: Vec<usize>,
    /// The lines behind it, where it is a COPY ... FROM STDIN.
    pub(super) rows: Option<&'a str>,
}

/// A text whose brackets lie too deep within each other, at this byte.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct TooDeep(pub(super) usize);

/// The statements of a text.
pub(super) fn statements(text: &str) -> impl Iterator<Item = Result<Piece<'_>, TooDeep>> {
    let mut scanner =
        Scanner { text, tokenize: |text| tokenize(text), tokens: tokenize(text), byte: 0, is_over: false };
    std::iter::from_fn(move || scanner.statement())
}

/// The words of SQL, without those in comments and in strings; a name in double quotes is one, without them.
pub(super) fn words_of(sql: &str) -> impl Iterator<Item = &str> {
    let mut byte = 0;
    tokenize(sql).filter_map(move |token| {
        let text = &sql[byte..byte + token.len as usize];
        byte += token.len as usize;
        match token.kind {
            TokenKind::Ident => Some(text),
            TokenKind::QuotedIdent { .. } => Some(text.trim_matches('"')),
            _ => None,
        }
    })
}

struct Scanner<'a, T, F> {
    text: &'a str,
    tokenize: F,
    tokens: T,
    byte: usize,
    is_over: bool,
}

/// What is known of the statement that is being read.
#[derive(Default)]
struct Reading<'a> {
    start: Option<usize>,
    end: usize,
    tokens: usize,
    /// Its first words, by which a routine is known.
    head: Vec<&'a str>,
    last: &'a str,
    /// The brackets that are open.
    open: Vec<usize>,
    /// How deep it is within the body of a routine.
    depth: usize,
    /// Whether a statement of that body begins with the next token.
    begins: bool,
    body: Vec<usize>,
    /// What begins and does not end, and the byte at which that begins.
    unterminated: Option<(usize, &'static str)>,
}

impl<'a, T: Iterator<Item = Token>, F: Fn(&'a str) -> T> Scanner<'a, T, F> {
    fn statement(&mut self) -> Option<Result<Piece<'a>, TooDeep>> {
        let mut reading = Reading::default();
        while !self.is_over {
            let Some(token) = self.tokens.next().filter(|token| token.kind != TokenKind::Eof) else {
                self.is_over = true;
                break;
            };
            let start = self.byte;
            if reading.start.is_none() && is_for_psql_alone(&self.text[start..]) {
                self.go_on_at(start + line_of_text(&self.text[start..]).len());
                continue;
            }
            self.byte += token.len as usize;
            let is_end = token.kind == TokenKind::Semi && reading.open.is_empty() && reading.depth == 0;
            if is_end && reading.start.is_some() {
                break;
            }
            if !is_end {
                reading.take(token.kind, &self.text[start..self.byte], start);
            }
            if reading.open.len() > NESTING_MAX {
                self.is_over = true;
                return Some(Err(TooDeep(start)));
            }
        }
        let mut piece = reading.piece(self.text)?;
        if copies_in(piece.text) {
            self.rows_of(&mut piece);
        }
        Some(Ok(piece))
    }

    /// Reads what a client sends after COPY ... FROM STDIN: the lines up to `\.`, from the one after the semicolon's on.
    fn rows_of(&mut self, piece: &mut Piece<'a>) {
        let rest = &self.text[self.byte..];
        let beside = line_of_text(rest);
        if !beside.trim().is_empty() {
            piece.open.get_or_insert((piece.start, "what follows this COPY on its line is neither rows nor run"));
        }
        let rows = &rest[beside.len()..];
        let mut end = 0;
        for line in rows.split_inclusive('\n') {
            if line.trim_end_matches(['\r', '\n']) == "\\." {
                piece.rows = Some(&rows[..end]);
                self.go_on_at(self.byte + beside.len() + end + line.len());
                return;
            }
            end += line.len();
        }
        let why =
            "the rows of this COPY do not end with a line `\\.`: write them behind it, or the file has been cut off";
        piece.open.get_or_insert((piece.start, why));
        self.is_over = true;
    }

    /// Goes on with the text from this byte.
    fn go_on_at(&mut self, byte: usize) {
        self.byte = byte;
        self.tokens = (self.tokenize)(&self.text[byte..]);
    }
}

/// The first line of a text, with its end.
fn line_of_text(text: &str) -> &str {
    text.split_inclusive('\n').next().unwrap_or_default()
}

/// Whether a text begins with a command that says to psql alone how it shows what it does, or, as pg_dump puts them around
/// what it writes, that no other command may follow.
fn is_for_psql_alone(text: &str) -> bool {
    const SETTINGS: [&str; 5] = ["ECHO", "ON_ERROR_ROLLBACK", "ON_ERROR_STOP", "QUIET", "VERBOSITY"];
    let mut words = line_of_text(text).split_whitespace();
    match words.next() {
        Some("\\restrict" | "\\unrestrict" | "\\pset" | "\\timing") => true,
        Some("\\set" | "\\unset") => words.next().is_some_and(|name| SETTINGS.contains(&name)),
        _ => false,
    }
}

/// Whether a statement waits for rows from the client.
pub(super) fn copies_in(statement: &str) -> bool {
    let mut words = words_of(statement);
    let mut last = words.next().filter(|first| first.eq_ignore_ascii_case("copy"));
    words.any(|word| {
        let before = last.replace(word);
        before.is_some_and(|before| before.eq_ignore_ascii_case("from")) && word.eq_ignore_ascii_case("stdin")
    })
}

impl<'a> Reading<'a> {
    fn take(&mut self, kind: TokenKind, text: &'a str, start: usize) {
        self.unterminated = self.unterminated.or(endless(kind).map(|what| (start, what)));
        if kind == TokenKind::Unknown && text == "\\" {
            self.unterminated.get_or_insert((start, PSQL));
        }
        match kind {
            TokenKind::Whitespace | TokenKind::LineComment | TokenKind::BlockComment { .. } => return,
            TokenKind::OpenParen | TokenKind::OpenBracket => self.open.push(start),
            TokenKind::CloseParen | TokenKind::CloseBracket => drop(self.open.pop()),
            TokenKind::Ident => self.word(text),
            _ => {}
        }
        if kind == TokenKind::Semi {
            self.begins = self.depth > 0;
        } else if std::mem::take(&mut self.begins) {
            self.body.push(start);
        }
        self.start.get_or_insert(start);
        self.end = start + text.len();
        self.tokens += 1;
        self.last = text;
    }

    fn word(&mut self, word: &'a str) {
        if self.head.len() < 4 {
            self.head.push(word);
        }
        let is_name = self.last == "." || self.last.eq_ignore_ascii_case("as");
        if is_name || !self.open.is_empty() || !is_routine(&self.head) {
            return;
        }
        let is = |known: &str| word.eq_ignore_ascii_case(known);
        if is("atomic") && self.last.eq_ignore_ascii_case("begin") {
            self.depth += 1;
            self.begins = true;
        } else if is("case") && self.depth > 0 {
            self.depth += 1;
        } else if is("end") {
            self.depth = self.depth.saturating_sub(1);
        }
    }

    fn piece(self, text: &'a str) -> Option<Piece<'a>> {
        let start = match (self.start, self.unterminated) {
            (Some(start), _) => start,
            (None, Some((comment, _))) => comment,
            (None, None) => return None,
        };
        let end = self.end.max(start);
        let bracket = || self.open.first().map(|bracket| (*bracket, "a bracket that opens here is not closed"));
        let open = self.unterminated.or_else(bracket);
        Some(Piece { text: &text[start..end], start, tokens: self.tokens, open, body: self.body, rows: None })
    }
}

/// What is wrong with a backslash outside of strings.
pub(super) const PSQL: &str = "a command of psql (`\\...`) is no SQL: write the statement itself, dump without --create where it is \
                    `\\connect`, or make the phase a command that calls psql";

/// What a token lacks that goes to the end of the text because nothing ends it.
fn endless(kind: TokenKind) -> Option<&'static str> {
    use LiteralKind::{BitStr, ByteStr, DollarQuotedString, EscStr, NationalStr, Str, UnicodeEscStr};
    let (terminated, what) = match kind {
        TokenKind::BlockComment { terminated } => (terminated, "a comment that begins here does not end"),
        TokenKind::QuotedIdent { terminated, .. } => (terminated, "a quoted name that begins here does not end"),
        TokenKind::Literal {
            kind:
                Str { terminated }
                | NationalStr { terminated }
                | ByteStr { terminated }
                | BitStr { terminated }
                | DollarQuotedString { terminated }
                | UnicodeEscStr { terminated }
                | EscStr { terminated },
        } => (terminated, "a string that begins here does not end"),
        _ => return None,
    };
    (!terminated).then_some(what)
}

/// Whether these words begin CREATE FUNCTION or CREATE PROCEDURE.
fn is_routine(head: &[&str]) -> bool {
    let is = |word: Option<&&str>, known: &[&str]| {
        word.is_some_and(|word| known.iter().any(|known| word.eq_ignore_ascii_case(known)))
    };
    let replaces = is(head.get(1), &["or"]) && is(head.get(2), &["replace"]);
    is(head.first(), &["create"]) && is(head.get(if replaces { 3 } else { 1 }), &["function", "procedure"])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(sql: &str) -> Vec<&str> {
        statements(sql).map(|piece| piece.expect("not too deep").text).collect()
    }

    #[test]
    fn the_body_of_a_routine_and_the_brackets_of_a_rule_hold_semicolons() {
        let routine = "CREATE OR REPLACE FUNCTION f() RETURNS int LANGUAGE sql\n\
                       BEGIN ATOMIC SELECT CASE WHEN true THEN 1 END; SELECT 2; END";
        let rule = "CREATE RULE r AS ON INSERT TO t DO ALSO (DELETE FROM a; DELETE FROM b)";
        let sql = format!("{routine}; {rule} ;; -- nothing\nSELECT 'BEGIN ATOMIC;'");
        assert_eq!(texts(&sql), [routine, rule, "SELECT 'BEGIN ATOMIC;'"]);
    }

    #[test]
    fn a_routine_that_is_called_begin_has_no_body() {
        assert_eq!(texts("CREATE FUNCTION begin() RETURNS int AS 'x'; COMMIT; SELECT 1").len(), 3);
    }

    #[test]
    fn brackets_nest_as_deep_as_the_limit_and_no_deeper() {
        let nested = |depth: usize| format!("SELECT 1;\n{}1{}", "(".repeat(depth), ")".repeat(depth));
        assert_eq!(texts(&nested(NESTING_MAX)).len(), 2);
        let sql = nested(NESTING_MAX + 1);
        let fault = statements(&sql).find_map(Result::err);
        assert_eq!(fault, Some(TooDeep("SELECT 1;\n".len() + NESTING_MAX)));
        assert_eq!(texts(&"SELECT (1);".repeat(NESTING_MAX + 1)).len(), NESTING_MAX + 1, "one after the other");
    }
}
