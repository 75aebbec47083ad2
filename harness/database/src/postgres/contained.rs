//! Whether SQL keeps within a transaction that is rolled back, told by PostgreSQL's own grammar.

use squawk_syntax::{
    SourceFile,
    ast::{AstNode, Stmt},
};

use crate::split::{SyntaxFault, line_of, words};

/// What a statement begins with that may leave its transaction.
const BEGINNINGS: [&str; 11] =
    ["abort", "begin", "commit", "copy", "do", "end", "load", "prepare", "rollback", "set", "start"];

/// Whether a statement of the text may begin so: a text of which none does is not read any further. A statement begins after
/// a semicolon, or after a comment.
fn may_escape(sql: &str) -> bool {
    let begins = |word: &str| BEGINNINGS.iter().any(|known| word.eq_ignore_ascii_case(known));
    if sql.contains("--") || sql.contains("/*") {
        return words(sql).any(begins);
    }
    sql.split(';').any(|part| words(part).next().is_some_and(begins))
}

/// The first statement of SQL that does not keep within its transaction; where only one statement is wanted, that there are
/// several.
pub(crate) fn contained(sql: &str, one: bool) -> Result<(), SyntaxFault> {
    let several = one && sql.trim_end_matches(|c: char| c == ';' || c.is_whitespace()).contains(';');
    if !several && !may_escape(sql) {
        return Ok(());
    }
    // A line break ends a comment, and a semicolon the last statement.
    let whole = format!("{sql}\n;");
    let parse = SourceFile::parse(&whole);
    let fault = |byte: usize, message: &str| SyntaxFault { line: line_of(&whole, byte), message: message.to_owned() };
    if let Some(error) = parse.errors().first() {
        return Err(fault(error.range().start().into(), error.message()));
    }
    let mut number = 0;
    for statement in parse.tree().stmts() {
        let node = statement.syntax();
        let (text, start) = (node.text().to_string(), usize::from(node.text_range().start()));
        let blank = |c: char| c == ';' || c.is_whitespace();
        if text.trim_matches(blank).is_empty() {
            continue;
        }
        number += 1;
        if let Some(message) = escapes(&statement, &text) {
            return Err(fault(start, message));
        }
        if one && number > 1 {
            return Err(fault(start, "a second statement, where one is expected"));
        }
    }
    Ok(())
}

/// How a statement leaves its transaction, or does what no rollback takes back.
fn escapes(statement: &Stmt, text: &str) -> Option<&'static str> {
    match statement {
        Stmt::Begin(_) | Stmt::Commit(_) | Stmt::PrepareTransaction(_) => Some("it begins or ends a transaction"),
        Stmt::Rollback(_) if !words(text).any(|word| word.eq_ignore_ascii_case("to")) => {
            Some("it begins or ends a transaction")
        }
        Stmt::SetTransaction(_) => Some("it sets what a transaction may do"),
        Stmt::Set(_) if sets_transaction(text) => Some("it sets what a transaction may do"),
        Stmt::Do(_) if words(text).any(|word| ["commit", "rollback"].contains(&word.to_lowercase().as_str())) => {
            Some("its block ends a transaction")
        }
        Stmt::Copy(_) => Some("COPY reads or writes what lies outside the database"),
        Stmt::Load(_) => Some("it loads a library into the server"),
        _ => None,
    }
}

fn sets_transaction(text: &str) -> bool {
    let set = words(text).skip_while(|word| !word.eq_ignore_ascii_case("set")).skip(1);
    let mut named = set.skip_while(|word| ["session", "local"].contains(&word.to_lowercase().as_str()));
    named.next().is_some_and(|name| {
        let name = name.to_lowercase();
        name.starts_with("transaction_") || name.starts_with("default_transaction_")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_leaves_its_transaction_is_refused_by_what_it_is_and_not_by_how_it_is_written() {
        for (sql, message) in [
            ("INSERT INTO t VALUES (1); COMMIT; SELECT 1", "begins or ends"),
            ("SELECT 1;\nROLLBACK /* x */", "begins or ends"),
            ("select 1; start transaction", "begins or ends"),
            ("ABORT", "begins or ends"),
            ("PREPARE TRANSACTION 'x'", "begins or ends"),
            ("COMMIT PREPARED 'x'", "begins or ends"),
            ("/* a */ SET TRANSACTION READ WRITE", "may do"),
            ("SET SESSION CHARACTERISTICS AS TRANSACTION READ WRITE", "may do"),
            ("set local transaction_read_only = off", "may do"),
            ("SET default_transaction_read_only TO off", "may do"),
            ("DO $$ BEGIN INSERT INTO t VALUES (1); COMMIT; END $$", "block ends"),
            ("COPY t TO PROGRAM 'sh'", "outside the database"),
            ("COPY t FROM '/etc/passwd'", "outside the database"),
            ("COPY t FROM STDIN", "outside the database"),
            ("LOAD 'x'", "library"),
            ("SELECT 1; SELEKT 2; COMMIT", ""),
        ] {
            let fault = contained(sql, false).expect_err(sql);
            assert!(fault.message.contains(message), "{sql}: {}", fault.message);
        }
    }

    #[test]
    fn what_keeps_within_it_is_not() {
        for sql in [
            "SAVEPOINT a; SELECT 1; ROLLBACK TO SAVEPOINT a; RELEASE SAVEPOINT a",
            "SELECT 'COMMIT; ROLLBACK', \"begin\" FROM t -- COMMIT;",
            "UPDATE t SET transaction_id = CASE WHEN a THEN 1 END; SELECT 2",
            "DO $$ BEGIN RAISE NOTICE 'done'; END $$",
            "SET CONSTRAINTS ALL IMMEDIATE; SET LOCAL work_mem = '1MB'; SET ROLE app",
            "PREPARE q AS SELECT 1; EXECUTE q",
        ] {
            assert_eq!(contained(sql, false), Ok(()), "{sql}");
        }
    }

    #[test]
    fn one_statement_is_one() {
        for sql in ["SELECT 1", "SELECT ';' AS \"a;b\" ;\n", "SELECT 1 -- a; b", "SELECT $a$;$a$;;"] {
            assert_eq!(contained(sql, true), Ok(()), "{sql}");
        }
        let fault = contained("SELECT 1;\nDROP TABLE t", true).expect_err("two");
        assert_eq!(fault, SyntaxFault { line: 2, message: "a second statement, where one is expected".to_owned() });
    }
}
