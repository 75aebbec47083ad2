//! Splits a file by PostgreSQL's rules, with a real parser.

use squawk_syntax::{
    SourceFile,
    ast::{AstNode, Stmt},
};

use crate::split::{Lines, Statement, SyntaxFault, first_word_in, leading_trivia, line_number, line_of, words};

/// Splits a file of PostgreSQL's SQL.
///
/// # Errors
/// At the first place that does not parse.
pub(crate) fn split(text: &str) -> Result<Vec<Statement>, SyntaxFault> {
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
    for statement in parse.tree().stmts().filter(|statement| matches!(statement, Stmt::Copy(_))) {
        let copy = statement.syntax().text().to_string();
        if words(&copy).any(|word| ["stdin", "stdout"].iter().any(|client| word.eq_ignore_ascii_case(client))) {
            let start = usize::from(statement.syntax().text_range().start());
            return Err(SyntaxFault {
                line: line_of(text, start + leading_trivia(&copy)),
                message: "COPY with STDIN or STDOUT waits for a client that sends or takes the rows, and a file does \
                          neither: write the rows as INSERT"
                    .to_owned(),
            });
        }
    }
    let mut lines = Lines::of(text);
    let statements = parse.tree().stmts().map(|statement| {
        let node = statement.syntax();
        // The range of a statement may begin with the comments before it.
        let start = usize::from(node.text_range().start());
        let body = node.text().to_string();
        let skipped = leading_trivia(&body);
        Statement {
            text: body[skipped..].trim_end_matches(|c: char| c == ';' || c.is_whitespace()).to_owned(),
            line: lines.of_byte(start + skipped),
            controls_transaction: controls_transaction(&statement, &body[skipped..]),
        }
    });
    // A semicolon by itself ends nothing.
    Ok(statements.filter(|statement| !statement.text.is_empty()).collect())
}

fn controls_transaction(statement: &Stmt, text: &str) -> bool {
    let is_function_body =
        !matches!(statement, Stmt::Begin(_) | Stmt::Commit(_) | Stmt::Rollback(_) | Stmt::PrepareTransaction(_));
    !is_function_body && !first_word_in(text, &["savepoint", "release"]) && !text.to_lowercase().contains(" to ")
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
        let statements = split(text).expect("parses");
        assert_eq!(statements.len(), 3);
        assert_eq!(texts(&statements)[0], (2, "SELECT ';' AS \"a;b\""));
        assert_eq!(statements[1].line, 4);
        assert!(statements[1].text.starts_with("CREATE FUNCTION") && statements[1].text.ends_with("$x$"));
        assert_eq!(texts(&statements)[2], (5, "SELECT 2"));
    }

    #[test]
    fn sql_that_does_not_parse_is_named_by_its_line() {
        let fault = split("SELECT 1;\nSELEKT 2;\n").expect_err("no SQL");
        assert_eq!(fault.line, 2);
        let fault = split("SELECT 1;\n\\i other.sql\n").expect_err("psql");
        assert_eq!(fault.line, 2);
        assert!(fault.message.contains("psql"), "{}", fault.message);
        let fault = split("SELECT 1;\n-- rows\nCOPY t FROM STDIN;\n").expect_err("no client");
        assert!(fault.line == 3 && fault.message.contains("write the rows as INSERT"), "{fault:?}");
        assert!(split("COPY t FROM '/tmp/stdins'").is_ok());
    }

    #[test]
    fn transaction_control_is_seen_and_savepoints_are_not_taken_for_it() {
        let control = |text: &str| split(text).expect("parses")[0].controls_transaction;
        for text in ["BEGIN", "START TRANSACTION", "COMMIT", "END", "ROLLBACK", "ABORT"] {
            assert!(control(text), "{text}");
        }
        for text in ["SAVEPOINT a", "ROLLBACK TO SAVEPOINT a", "SELECT 1"] {
            assert!(!control(text), "{text}");
        }
    }
}
