//! Splits a file by SQLite's rules, in one pass.

use crate::{
    size::NESTING_MAX,
    split::{Lines, Statement, SyntaxFault, first_word_in, leading_trivia, line_of, too_deep},
};

/// Splits a file of SQLite's SQL where SQLite itself would.
///
/// # Errors
/// When the last statement is not complete; when brackets lie too deep within each other.
pub(crate) fn split(text: &str) -> Result<Vec<Statement>, SyntaxFault> {
    let mut statements = Vec::new();
    let mut lines = Lines::of(text);
    let (mut start, mut byte, mut reading) = (0, 0, Reading::default());
    while let Some(c) = text[byte..].chars().next() {
        let Some(length) = token_length(&text[byte..], c) else { break };
        let token = &text[byte..byte + length];
        byte += length;
        if c == ';' && reading.ends_here() {
            push(&mut statements, &mut lines, &text[start..byte - 1], start);
            (start, reading) = (byte, Reading::default());
        } else {
            reading.take(c, token);
        }
        if reading.depth > NESTING_MAX {
            return Err(SyntaxFault { line: line_of(text, byte - 1), message: too_deep() });
        }
    }
    let rest = &text[start..];
    let skipped = leading_trivia(rest);
    if rest[skipped..].trim().is_empty() {
        Ok(statements)
    } else {
        Err(SyntaxFault {
            line: lines.of_byte(start + skipped),
            message: "the last statement is not complete: a semicolon, a quote or an END is missing".to_owned(),
        })
    }
}

/// The first statement of SQL that does not keep within its transaction; where only one statement is wanted, that there are
/// several.
pub(crate) fn contained(sql: &str, one: bool) -> Result<(), SyntaxFault> {
    for (ordinal, statement) in split(&format!("{sql}\n;"))?.iter().enumerate() {
        let wrong = match ordinal {
            _ if statement.controls_transaction => "it begins or ends a transaction",
            1.. if one => "a second statement, where one is expected",
            _ => continue,
        };
        return Err(SyntaxFault { line: statement.line, message: wrong.to_owned() });
    }
    Ok(())
}

fn push(statements: &mut Vec<Statement>, lines: &mut Lines<'_>, body: &str, start: usize) {
    let skipped = leading_trivia(body);
    let bare = body[skipped..].trim_end();
    if !bare.is_empty() {
        statements.push(Statement {
            text: bare.to_owned(),
            line: lines.of_byte(start + skipped),
            controls_transaction: first_word_in(bare, &["begin", "commit", "end", "rollback"]),
            rows: None,
        });
    }
}

/// How many bytes the token has that begins with this letter; `None` where it does not end.
fn token_length(rest: &str, first: char) -> Option<usize> {
    match first {
        '\'' | '"' | '`' => rest[1..].find(first).map(|end| end + 2),
        '[' => rest.find(']').map(|end| end + 1),
        '-' if rest.starts_with("--") => rest.find('\n').map(|end| end + 1),
        '/' if rest.starts_with("/*") => rest[2..].find("*/").map(|end| end + 4),
        c if is_of_a_word(c) => Some(rest.find(|c: char| !is_of_a_word(c)).unwrap_or(rest.len())),
        c => Some(c.len_utf8()),
    }
}

fn is_of_a_word(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

/// What is known of the statement that is being read.
#[derive(Default)]
struct Reading {
    /// Its words and semicolons so far, those that belong to a CASE not counted.
    words: usize,
    creates: bool,
    is_trigger: bool,
    /// The last of them was END, after a semicolon: that of a trigger's body.
    ends: bool,
    after_semicolon: bool,
    cases: usize,
    /// How deep it is within brackets.
    depth: usize,
}

impl Reading {
    fn take(&mut self, first: char, token: &str) {
        match first {
            '(' => self.depth += 1,
            ')' => self.depth = self.depth.saturating_sub(1),
            ';' => self.counted(";"),
            c if is_of_a_word(c) && token.eq_ignore_ascii_case("case") => self.cases += 1,
            c if is_of_a_word(c) && self.cases > 0 && token.eq_ignore_ascii_case("end") => self.cases -= 1,
            c if is_of_a_word(c) => self.counted(token),
            _ => {}
        }
    }

    fn counted(&mut self, word: &str) {
        let is = |known: &str| word.eq_ignore_ascii_case(known);
        self.creates |= self.words == 0 && is("create");
        self.is_trigger |= self.creates && self.words < 4 && is("trigger");
        self.ends = self.after_semicolon && is("end");
        self.after_semicolon = is(";");
        self.words += 1;
    }

    /// Whether a semicolon ends the statement: within a trigger only after the END of its body.
    fn ends_here(&self) -> bool {
        !self.is_trigger || self.ends
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_trigger_of_sqlite_is_one_statement() {
        let text = "CREATE TABLE t (a);\nCREATE TRIGGER g AFTER INSERT ON t BEGIN\n  UPDATE t SET a = CASE WHEN a > 1 \
                    THEN 'x;' ELSE 2 END;\n  DELETE FROM t;\nEND;\nINSERT INTO t VALUES (1);\n-- done\n";
        let statements = split(text).expect("whole");
        let lines: Vec<u32> = statements.iter().map(|s| s.line).collect();
        assert_eq!(lines, [1, 2, 6]);
        assert!(split("INSERT INTO t VALUES ('a);").is_err());
    }

    #[test]
    fn many_semicolons_are_read_once_each() {
        let body = "DELETE FROM t WHERE a = 1; -- one\n".repeat(100_000);
        let text = format!("CREATE TRIGGER g AFTER INSERT ON t BEGIN\n{body}END;\nSELECT 1;\n");
        let statements = split(&text).expect("whole");
        assert_eq!(statements.iter().map(|statement| statement.line).collect::<Vec<_>>(), [1, 100_003]);
    }

    #[test]
    fn brackets_that_lie_too_deep_are_named_by_their_line() {
        let nested = |depth: usize| format!("SELECT 1;\nSELECT {}1{};", "(".repeat(depth), ")".repeat(depth));
        assert_eq!(split(&nested(NESTING_MAX)).map(|all| all.len()), Ok(2));
        assert_eq!(split(&nested(20_000)), Err(SyntaxFault { line: 2, message: too_deep() }));
    }
}
