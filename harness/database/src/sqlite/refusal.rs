//! What refused a write, where SQLite's message does not say so.
//!
//! **A trigger**: SQLite gives the text of RAISE and not the trigger. The program of the statement (EXPLAIN) holds each
//! trigger that takes part in it, those that other triggers set off among them, and where each of them raises. If only
//! one raises, it is that one, exactly. Of several, the one that holds the text of the message is named; where several
//! hold it, they are all named, in alphabetical order, and any of them may have been the one.
//!
//! **A foreign key**: SQLite says that one failed and not which. The statement is done again in a savepoint with all keys
//! deferred: the rows that are then without a parent, and were not before, name their keys. This is exact for a statement
//! that does the same twice; if it breaks several keys, all are named. At COMMIT, and where deferred keys are looked for,
//! nothing tells new rows without a parent from those of before, and the keys of both are named.

use std::collections::BTreeSet;

use phasegate_evidence::Cause;
use rusqlite::Connection;

use super::{catalog::Table, error::from_rusqlite};
use crate::Error;

const TRIGGER: i32 = rusqlite::ffi::SQLITE_CONSTRAINT_TRIGGER;

/// A row without its parent: its table, its rowid, the parent and the number of the foreign key.
type Orphan = [String; 4];

/// What refused this statement. An error on the way leaves the cause unnamed: it is that of the statement that counts.
pub(super) fn cause(connection: &Connection, code: i32, message: &str, statement: &str) -> Option<Cause> {
    let trigger = if code == TRIGGER { trigger(connection, message, statement).ok()? } else { None };
    match trigger {
        Some(name) => Some(Cause::Trigger { name }),
        // ON DELETE RESTRICT has the code of a trigger, and is none.
        None if message == "FOREIGN KEY constraint failed" => {
            Some(Cause::Constraint { name: foreign_keys(connection, statement).ok()?? })
        }
        None => None,
    }
}

/// The trigger that raised; `None` when it was no trigger of an author's.
fn trigger(connection: &Connection, message: &str, statement: &str) -> rusqlite::Result<Option<String>> {
    let mut program = connection.prepare(&format!("EXPLAIN {statement}"))?;
    let mut rows = program.query([])?;
    // The programs that raise and those that hold the message, by the names of their triggers: what SQLite makes for the
    // action of a foreign key has none.
    let (mut raising, mut saying) = (BTreeSet::new(), BTreeSet::new());
    let mut within = None;
    while let Some(row) = rows.next()? {
        let (opcode, p1, p4): (String, i32, Option<String>) = (row.get("opcode")?, row.get("p1")?, row.get("p4")?);
        match (opcode.as_str(), p4) {
            ("Init", p4) => {
                within = p4.and_then(|p4| p4.strip_prefix("-- TRIGGER ").map(str::to_owned));
            }
            ("Halt", _) if p1 == TRIGGER => drop(raising.insert(within.clone())),
            ("String8", Some(text)) if text == message => drop(saying.insert(within.clone())),
            _ => {}
        }
    }
    let both: BTreeSet<Option<String>> = raising.intersection(&saying).cloned().collect();
    let named = if raising.len() == 1 || both.is_empty() { raising } else { both };
    let names: Option<Vec<String>> = named.into_iter().collect();
    Ok(names.filter(|names| !names.is_empty()).map(|names| names.join(", ")))
}

fn foreign_keys(connection: &Connection, statement: &str) -> rusqlite::Result<Option<String>> {
    let before = orphans(connection)?;
    let was_deferred: bool = connection.pragma_query_value(None, "defer_foreign_keys", |row| row.get(0))?;
    connection.execute_batch("SAVEPOINT phasegate_refusal; PRAGMA defer_foreign_keys = on")?;
    let tried = connection.execute_batch(statement);
    let after = orphans(connection);
    connection.execute_batch("ROLLBACK TO phasegate_refusal; RELEASE phasegate_refusal")?;
    connection.pragma_update(None, "defer_foreign_keys", was_deferred)?;
    // A COMMIT is refused again: what it found was there before it.
    let known = if tried.is_ok() { before } else { Vec::new() };
    names(connection, &after?, &known)
}

/// The names of the foreign keys that rows break which are not among those known; `None` when there is none.
pub(super) fn broken_keys(connection: &Connection) -> Result<Option<String>, Error> {
    let broken = orphans(connection).and_then(|orphans| names(connection, &orphans, &[]));
    broken.map_err(|error| from_rusqlite(&error))
}

fn orphans(connection: &Connection) -> rusqlite::Result<Vec<Orphan>> {
    let mut check = connection.prepare("PRAGMA main.foreign_key_check")?;
    let text = |value: rusqlite::types::Value| match value {
        rusqlite::types::Value::Integer(number) => number.to_string(),
        rusqlite::types::Value::Text(text) => text,
        // Of a table WITHOUT ROWID.
        _ => String::new(),
    };
    let orphans =
        check.query_map([], |row| Ok([text(row.get(0)?), text(row.get(1)?), text(row.get(2)?), text(row.get(3)?)]))?;
    orphans.collect()
}

/// The names of the foreign keys of these rows, those that were known left out.
fn names(connection: &Connection, orphans: &[Orphan], known: &[Orphan]) -> rusqlite::Result<Option<String>> {
    let mut rest = known.to_vec();
    let mut keys = BTreeSet::new();
    for orphan in orphans {
        // A row without a number may be there several times: as often as it was known, it is not new.
        match rest.iter().position(|known| known == orphan) {
            Some(at) => drop(rest.swap_remove(at)),
            None => drop(keys.insert((&orphan[0], &orphan[3]))),
        }
    }
    let names: Vec<String> = keys
        .into_iter()
        .map(|(table, number)| {
            let sql: String = connection.query_row(
                "SELECT sql FROM main.sqlite_schema WHERE type = 'table' AND name = ?1",
                [table],
                |row| row.get(0),
            )?;
            let keys = Table::parse(&sql).map(|parsed| parsed.foreign_keys(table)).unwrap_or_default();
            // SQLite numbers them from the last.
            let at = number.parse::<usize>().ok().and_then(|number| keys.len().checked_sub(number + 1));
            Ok(at.and_then(|at| keys.get(at).cloned()).unwrap_or_else(|| table.clone()))
        })
        .collect::<rusqlite::Result<_>>()?;
    Ok((!names.is_empty()).then(|| names.join(", ")))
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use crate::{Error, sqlite::SqliteSession};

    fn session(schema: &str) -> SqliteSession {
        let mut session = SqliteSession::create(Path::new(":memory:")).expect("a database");
        session.run(schema).expect("a schema");
        session
    }

    fn summary(error: Error) -> String {
        match error {
            Error::Refused(refusal) => refusal.summary(),
            other => other.to_string(),
        }
    }

    /// The code and the cause of a refusal.
    fn refusal(session: &mut SqliteSession, write: &str) -> String {
        summary(session.run(write).expect_err(write))
    }

    const KEPT: &str = "
        CREATE TABLE t (a INTEGER PRIMARY KEY, b INTEGER CHECK (b < 9));
        CREATE TABLE log (a);
        INSERT INTO t VALUES (1, 1);
        CREATE TRIGGER no_update BEFORE UPDATE OF a ON t BEGIN SELECT RAISE(ABORT, 'kept'); END;
        CREATE TRIGGER no_delete BEFORE DELETE ON t BEGIN SELECT RAISE(FAIL, 'kept'); END;
        CREATE TRIGGER logged AFTER INSERT ON t BEGIN INSERT INTO log VALUES (NEW.a); END;
        CREATE TRIGGER no_log BEFORE INSERT ON log WHEN NEW.a > 5 BEGIN SELECT RAISE(ROLLBACK, 'too much'); END;
        CREATE TRIGGER computed BEFORE UPDATE OF b ON t WHEN NEW.b > 5 BEGIN SELECT RAISE(ABORT, 'not ' || NEW.b); END;";

    #[test]
    fn a_trigger_that_raises_is_named_though_another_says_the_same() {
        let mut session = session(KEPT);
        for (write, trigger) in [
            ("UPDATE t SET a = 2", "no_update"),
            ("SELECT 1; DELETE FROM t", "no_delete"),
            ("INSERT INTO t VALUES (7, 1)", "no_log"),
            ("UPDATE t SET b = 7", "computed"),
        ] {
            assert_eq!(refusal(&mut session, write), format!("SQLITE_CONSTRAINT_TRIGGER trigger {trigger}"), "{write}");
        }
        session.run("INSERT INTO t VALUES (3, 1); UPDATE t SET b = 2").expect("what no trigger refuses");
        assert_eq!(
            refusal(&mut session, "UPDATE t SET b = NULL; INSERT INTO t VALUES (4, 9)"),
            "SQLITE_CONSTRAINT_CHECK constraint b < 9"
        );
    }

    #[test]
    fn of_triggers_on_one_write_those_are_named_that_hold_the_text() {
        let mut session = session(KEPT);
        session
            .run(
                "CREATE TRIGGER also BEFORE UPDATE OF a ON t WHEN NEW.a < 0 BEGIN SELECT RAISE(ABORT, 'negative'); END",
            )
            .expect("a trigger");
        assert_eq!(refusal(&mut session, "UPDATE t SET a = -2"), "SQLITE_CONSTRAINT_TRIGGER trigger also");
        assert_eq!(refusal(&mut session, "UPDATE t SET a = 2"), "SQLITE_CONSTRAINT_TRIGGER trigger no_update");
        session
            .run("CREATE TRIGGER again BEFORE UPDATE OF a ON t WHEN NEW.a < 0 BEGIN SELECT RAISE(ABORT, 'kept'); END")
            .expect("a trigger");
        assert_eq!(refusal(&mut session, "UPDATE t SET a = 2"), "SQLITE_CONSTRAINT_TRIGGER trigger again, no_update");
    }

    const KEYS: &str = "
        CREATE TABLE p (a INTEGER PRIMARY KEY, b, UNIQUE (a, b));
        CREATE TABLE q (Id TEXT PRIMARY KEY);
        CREATE TABLE c (
            id INTEGER PRIMARY KEY,
            one INTEGER CONSTRAINT fk_one REFERENCES p (a) ON DELETE RESTRICT,
            Two TEXT REFERENCES q,
            three INTEGER REFERENCES p (a) DEFERRABLE INITIALLY DEFERRED,
            x, y,
            CONSTRAINT fk_both FOREIGN KEY (x, y) REFERENCES p (a, b)
        );
        CREATE TABLE d (x, y, FOREIGN KEY (x, y) REFERENCES p (a, b));
        CREATE TABLE w (k TEXT PRIMARY KEY, one INTEGER REFERENCES p (a)) WITHOUT ROWID;
        INSERT INTO p VALUES (1, 1), (2, 2);
        INSERT INTO q VALUES ('a');
        INSERT INTO c (id, one) VALUES (1, 1);
        PRAGMA foreign_keys = off;
        INSERT INTO c (id, one, Two) VALUES (2, 8, 'orphan');
        INSERT INTO w VALUES ('orphan', 8);
        PRAGMA foreign_keys = on;";

    #[test]
    fn a_foreign_key_is_named_and_orphans_of_before_are_not() {
        for begin in ["SELECT 1", "BEGIN", "BEGIN; SAVEPOINT s"] {
            let mut session = session(KEYS);
            session.run(begin).expect("a beginning");
            for (write, name) in [
                ("INSERT INTO c (one) VALUES (9)", "fk_one"),
                ("INSERT INTO c (Two) VALUES ('b') RETURNING id", "c.Two"),
                ("INSERT INTO c (x, y) VALUES (1, 2)", "fk_both"),
                ("INSERT INTO c (one, x, y) VALUES (9, 1, 2)", "fk_both, fk_one"),
                ("INSERT INTO d VALUES (1, 2)", "d.x, d.y"),
                ("INSERT INTO w VALUES ('new', 8)", "w.one"),
                ("UPDATE c SET one = 7 WHERE id = 1", "fk_one"),
            ] {
                let expected = format!("SQLITE_CONSTRAINT_FOREIGNKEY constraint {name}");
                assert_eq!(refusal(&mut session, write), expected, "{begin}; {write}");
            }
            let restricted = refusal(&mut session, "DELETE FROM p WHERE a = 1");
            assert_eq!(restricted, "SQLITE_CONSTRAINT_TRIGGER constraint fk_one", "{begin}");
            session.run("INSERT INTO c (one, x, y) VALUES (2, 2, 2)").expect("a row with its parents");
            let rows = session.run("SELECT group_concat(id) FROM c").expect("rows").table;
            assert_eq!(rows.single(), Some("1,2,3"), "{begin}: what was tried again left nothing");
            let deferred = session.run("PRAGMA defer_foreign_keys").expect("a setting").table;
            assert_eq!(deferred.single(), Some("0"), "{begin}");
        }
    }

    #[test]
    fn a_deferred_foreign_key_is_named_when_it_is_looked_for_and_at_the_end() {
        let mut session = session(KEYS);
        session
            .run("DELETE FROM c WHERE id = 2; DELETE FROM w; BEGIN; INSERT INTO c (three) VALUES (9)")
            .expect("a row");
        let expected = "SQLITE_CONSTRAINT_FOREIGNKEY constraint c.three";
        assert_eq!(summary(session.settle().expect_err("an orphan")), expected);
        assert_eq!(refusal(&mut session, "COMMIT"), expected);
        session.run("INSERT INTO p VALUES (9, 9)").expect("its parent");
        session.settle().expect("no orphan");
        session.run("COMMIT").expect("no orphan");
    }

    #[test]
    fn a_value_of_another_type_is_refused_by_its_column() {
        let mut session = session("CREATE TABLE t (a INTEGER) STRICT");
        assert_eq!(refusal(&mut session, "INSERT INTO t VALUES ('x')"), "SQLITE_CONSTRAINT_DATATYPE column t.a");
        session.run("INSERT INTO t VALUES (1)").expect("a number");
    }
}
