//! Splits a file by SQLite's rules.

use crate::split::{Statement, SyntaxFault, first_word_in, leading_trivia, line_of};

/// Splits a file of SQLite's SQL with SQLite's own parser.
///
/// # Errors
/// When the last statement is not complete.
pub(crate) fn split(text: &str) -> Result<Vec<Statement>, SyntaxFault> {
    let mut statements = Vec::new();
    let mut start = 0;
    for (end, _) in text.match_indices(';') {
        let piece = &text[start..=end];
        if !is_complete(piece) {
            continue;
        }
        push(&mut statements, text, start, end);
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

fn push(statements: &mut Vec<Statement>, text: &str, start: usize, end: usize) {
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
}
