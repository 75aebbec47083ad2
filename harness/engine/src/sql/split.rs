//! Splits SQL files into statements, so that each has its line, its duration and its own error.

use squawk_syntax::{
    SourceFile,
    ast::{AstNode, Stmt},
};

/// One statement of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Statement {
    /// The statement without its semicolon.
    pub text: String,
    /// The line on which it starts, from 1.
    pub line: u32,
    /// Whether it begins or ends a transaction.
    pub controls_transaction: bool,
}

/// A place at which a file is no SQL.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SyntaxFault {
    /// The line, from 1.
    pub line: u32,
    /// What is wrong.
    pub message: String,
}

/// Splits a file of PostgreSQL's SQL.
///
/// # Errors
/// At the first place that does not parse.
pub fn split_postgres(text: &str) -> Result<Vec<Statement>, SyntaxFault> {
    if let Some(line) = text.lines().position(|line| line.starts_with('\\')) {
        return Err(SyntaxFault {
            line: line_number(line),
            message: "a command of psql (`\\...`) is no SQL: write the statement itself, or make the phase a \
                      command that calls psql"
                .to_owned(),
        });
    }
    let parse = SourceFile::parse(text);
    if let Some(error) = parse.errors().first() {
        return Err(SyntaxFault {
            line: line_of(text, error.range().start().into()),
            message: error.message().to_owned(),
        });
    }
    let statements = parse.tree().stmts().map(|statement| {
        let node = statement.syntax();
        // The range of a statement may begin with the comments before it.
        let start = usize::from(node.text_range().start());
        let body = node.text().to_string();
        let skipped = leading_trivia(&body);
        Statement {
            text: body[skipped..].trim_end_matches(|c: char| c == ';' || c.is_whitespace()).to_owned(),
            line: line_of(text, start + skipped),
            controls_transaction: controls_transaction(&statement, &body[skipped..]),
        }
    });
    Ok(statements.collect())
}

/// Splits a file of SQLite's SQL with SQLite's own parser.
///
/// # Errors
/// When the last statement is not complete.
pub fn split_sqlite(text: &str) -> Result<Vec<Statement>, SyntaxFault> {
    let mut statements = Vec::new();
    let mut start = 0;
    for (end, _) in text.match_indices(';') {
        let piece = &text[start..=end];
        if !is_complete(piece) {
            continue;
        }
        push_sqlite(&mut statements, text, start, end);
        start = end + 1;
    }
    let rest = &text[start..];
    let skipped = leading_trivia(rest);
    if rest[skipped..].trim().is_empty() {
        Ok(statements)
    } else {
        Err(SyntaxFault {
            line: line_of(text, start + skipped),
            message: "the last statement is not complete: a semicolon, a quote or an END is missing".to_owned(),
        })
    }
}

fn push_sqlite(statements: &mut Vec<Statement>, text: &str, start: usize, end: usize) {
    let body = &text[start..end];
    let skipped = leading_trivia(body);
    let bare = body[skipped..].trim_end();
    if !bare.is_empty() {
        statements.push(Statement {
            text: bare.to_owned(),
            line: line_of(text, start + skipped),
            controls_transaction: first_word_in(bare, &["begin", "commit", "end", "rollback"]),
        });
    }
}

/// Whether SQLite takes this text for whole statements: no open quote, comment or trigger body.
fn is_complete(text: &str) -> bool {
    let mut rest = text;
    let mut words: Vec<String> = Vec::new();
    let mut depth_case = 0_i32;
    while let Some(c) = rest.chars().next() {
        let skip = match c {
            '\'' | '"' | '`' => match rest[1..].find(c) {
                Some(end) => end + 2,
                None => return false,
            },
            '[' => match rest.find(']') {
                Some(end) => end + 1,
                None => return false,
            },
            '-' if rest.starts_with("--") => match rest.find('\n') {
                Some(end) => end + 1,
                None => return false,
            },
            '/' if rest.starts_with("/*") => match rest[2..].find("*/") {
                Some(end) => end + 4,
                None => return false,
            },
            c if c.is_alphanumeric() || c == '_' => {
                let end = rest.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(rest.len());
                let word = rest[..end].to_lowercase();
                match word.as_str() {
                    "case" => depth_case += 1,
                    "end" if depth_case > 0 => depth_case -= 1,
                    _ => words.push(word),
                }
                end
            }
            ';' => {
                words.push(";".to_owned());
                1
            }
            c => c.len_utf8(),
        };
        rest = &rest[skip..];
    }
    let is_trigger =
        words.first().is_some_and(|word| word == "create") && words.iter().take(4).any(|word| word == "trigger");
    let tail: Vec<&str> = words.iter().rev().take(2).map(String::as_str).collect();
    !is_trigger || tail == [";", "end"]
}

fn controls_transaction(statement: &Stmt, text: &str) -> bool {
    let is_function_body =
        !matches!(statement, Stmt::Begin(_) | Stmt::Commit(_) | Stmt::Rollback(_) | Stmt::PrepareTransaction(_));
    !is_function_body && !first_word_in(text, &["savepoint", "release"]) && !text.to_lowercase().contains(" to ")
}

fn first_word_in(text: &str, words: &[&str]) -> bool {
    let first = text.split(|c: char| !c.is_alphanumeric()).next().unwrap_or_default();
    words.iter().any(|word| first.eq_ignore_ascii_case(word))
}

/// How many bytes of white space and comments the text begins with.
fn leading_trivia(text: &str) -> usize {
    let mut rest = text;
    loop {
        let trimmed = rest.trim_start();
        let comment = if trimmed.starts_with("--") {
            trimmed.find('\n').map_or(trimmed.len(), |end| end + 1)
        } else if trimmed.starts_with("/*") {
            trimmed.find("*/").map_or(trimmed.len(), |end| end + 2)
        } else {
            return text.len() - trimmed.len();
        };
        rest = &trimmed[comment..];
    }
}

fn line_of(text: &str, byte: usize) -> u32 {
    let before = text.as_bytes().iter().take(byte);
    line_number(before.filter(|byte| **byte == b'\n').count())
}

fn line_number(index: usize) -> u32 {
    u32::try_from(index + 1).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(statements: &[Statement]) -> Vec<(u32, &str)> {
        statements.iter().map(|s| (s.line, s.text.as_str())).collect()
    }

    #[test]
    fn a_semicolon_within_quotes_comments_or_bodies_ends_nothing() {
        let text = "-- first; comment\nSELECT ';' AS \"a;b\";\n\n/* ; */ CREATE FUNCTION f() RETURNS trigger \
                    LANGUAGE plpgsql AS $x$ BEGIN NULL; RETURN NULL; END $x$;\nSELECT 2";
        let statements = split_postgres(text).expect("parses");
        assert_eq!(statements.len(), 3);
        assert_eq!(texts(&statements)[0], (2, "SELECT ';' AS \"a;b\""));
        assert_eq!(statements[1].line, 4);
        assert!(statements[1].text.starts_with("CREATE FUNCTION") && statements[1].text.ends_with("$x$"));
        assert_eq!(texts(&statements)[2], (5, "SELECT 2"));
    }

    #[test]
    fn sql_that_does_not_parse_is_named_by_its_line() {
        let fault = split_postgres("SELECT 1;\nSELEKT 2;\n").expect_err("no SQL");
        assert_eq!(fault.line, 2);
        let fault = split_postgres("SELECT 1;\n\\i other.sql\n").expect_err("psql");
        assert_eq!(fault.line, 2);
        assert!(fault.message.contains("psql"), "{}", fault.message);
    }

    #[test]
    fn transaction_control_is_seen_and_savepoints_are_not_taken_for_it() {
        let control = |text: &str| split_postgres(text).expect("parses")[0].controls_transaction;
        for text in ["BEGIN", "START TRANSACTION", "COMMIT", "END", "ROLLBACK", "ABORT"] {
            assert!(control(text), "{text}");
        }
        for text in ["SAVEPOINT a", "ROLLBACK TO SAVEPOINT a", "SELECT 1"] {
            assert!(!control(text), "{text}");
        }
    }

    #[test]
    fn a_trigger_of_sqlite_is_one_statement() {
        let text = "CREATE TABLE t (a);\nCREATE TRIGGER g AFTER INSERT ON t BEGIN\n  UPDATE t SET a = CASE WHEN a > 1 \
                    THEN 'x;' ELSE 2 END;\n  DELETE FROM t;\nEND;\nINSERT INTO t VALUES (1);\n-- done\n";
        let statements = split_sqlite(text).expect("whole");
        let lines: Vec<u32> = statements.iter().map(|s| s.line).collect();
        assert_eq!(lines, [1, 2, 6]);
        assert!(split_sqlite("INSERT INTO t VALUES ('a);").is_err());
    }
}
