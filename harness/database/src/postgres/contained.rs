//! Whether SQL keeps within a transaction that is rolled back, told by what its statements begin with.

use super::{
    split::controls_transaction,
    statements::{TooDeep, statements, words_of},
};
use crate::split::{SyntaxFault, line_of, too_deep, words};

/// What no statement in the body of a routine begins with.
const BEYOND_A_BODY: [&str; 10] =
    ["abort", "begin", "commit", "copy", "do", "load", "prepare", "rollback", "set", "start"];

/// The first statement of SQL that does not keep within its transaction; where only one statement is wanted, that there are
/// several.
pub(crate) fn contained(sql: &str, one: bool) -> Result<(), SyntaxFault> {
    let fault = |byte: usize, message: &str| SyntaxFault { line: line_of(sql, byte), message: message.to_owned() };
    for (ordinal, piece) in statements(sql).enumerate() {
        let piece = piece.map_err(|TooDeep(byte)| fault(byte, &too_deep()))?;
        if let Some(message) = escapes(piece.text) {
            return Err(fault(piece.start, message));
        }
        // No body of a routine holds such a statement: this is one that only looks like a body.
        let leaves = |byte: &usize| sql.get(*byte..).is_some_and(|rest| BEYOND_A_BODY.contains(&&*first_word(rest)));
        if let Some(byte) = piece.body.into_iter().find(leaves) {
            return Err(fault(byte, "it begins or ends a transaction"));
        }
        if one && ordinal > 0 {
            return Err(fault(piece.start, "a second statement, where one is expected"));
        }
    }
    Ok(())
}

/// How a statement leaves its transaction, or does what no rollback takes back.
fn escapes(statement: &str) -> Option<&'static str> {
    match first_word(statement).as_str() {
        _ if controls_transaction(statement) => Some("it begins or ends a transaction"),
        "set" if sets_transaction(statement) => Some("it sets what a transaction may do"),
        // Its block is a string.
        "do" if words(statement).any(|word| ["commit", "rollback"].contains(&word.to_lowercase().as_str())) => {
            Some("its block ends a transaction")
        }
        "copy" => Some("COPY reads or writes what lies outside the database: write rows as INSERT"),
        "load" => Some("it loads a library into the server"),
        _ => None,
    }
}

fn first_word(statement: &str) -> String {
    words_of(statement).next().map(str::to_lowercase).unwrap_or_default()
}

fn sets_transaction(statement: &str) -> bool {
    let mut set = words_of(statement).skip(1).map(str::to_lowercase);
    let name = set.find(|word| !["session", "local"].contains(&word.as_str())).unwrap_or_default();
    // A name that is written with escapes is nobody's habit.
    ["transaction", "default_transaction_", "characteristics", "u&"].iter().any(|known| name.starts_with(known))
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
            ("SELECT 1; SELEKT 2; COMMIT", "begins or ends"),
            ("SELECT 1; ROLLBACK /* to */", "begins or ends"),
            ("SET \"transaction_read_only\" = off", "may do"),
            ("CREATE FUNCTION begin() RETURNS int LANGUAGE sql AS 'x'; COMMIT", "begins or ends"),
            (
                "CREATE FUNCTION f() RETURNS int BEGIN ATOMIC SELECT 1 case; END; COMMIT; SELECT 1; END",
                "begins or ends",
            ),
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
            "CREATE FUNCTION f() RETURNS int LANGUAGE sql BEGIN ATOMIC SELECT 1; SELECT CASE WHEN true THEN 2 END; END",
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
