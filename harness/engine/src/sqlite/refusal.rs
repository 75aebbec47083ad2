//! What refused a write, where SQLite's message does not say so.
//!
//! **A trigger**: SQLite gives the text of RAISE and not the trigger. The program of the statement (EXPLAIN) has each
//! trigger that takes part in it, those that other triggers set off among them, and where each of them raises. If one
//! alone does, it is that one, exactly. Of several, those are named that hold the text of the message; if that are more
//! than one, all of them, in the order of their names, and any of them may have been the one.
//!
//! **A foreign key**: SQLite says that one failed and not which. The statement is done again in a savepoint with all keys
//! deferred, and the rows are read that are then without a parent and were not before: these name their keys. It is exact
//! for a statement that does the same twice; if it breaks several keys, all are named.

use std::collections::BTreeSet;

use rusqlite::Connection;

use super::{catalog::Table, session::from_rusqlite};
use crate::session::{Cause, DbError};

const TRIGGER: i32 = rusqlite::ffi::SQLITE_CONSTRAINT_TRIGGER;
const FOREIGN_KEY: i32 = rusqlite::ffi::SQLITE_CONSTRAINT_FOREIGNKEY;

/// A row without its parent: its table, its rowid, the parent and the number of the foreign key.
type Orphan = [String; 4];

/// What refused this statement. An error on the way leaves the cause unnamed: it is that of the statement that counts.
pub(super) fn cause(connection: &Connection, code: i32, message: &str, statement: &str) -> Option<Cause> {
    match code {
        TRIGGER => {
            let name = triggers(connection, message, statement).ok()?;
            (!name.is_empty()).then_some(Cause::Trigger { name })
        }
        FOREIGN_KEY => Some(Cause::Constraint { name: foreign_keys(connection, statement).ok()?? }),
        _ => None,
    }
}

fn triggers(connection: &Connection, message: &str, statement: &str) -> rusqlite::Result<String> {
    let mut program = connection.prepare(&format!("EXPLAIN {statement}"))?;
    let mut rows = program.query([])?;
    let (mut raising, mut saying) = (BTreeSet::new(), BTreeSet::new());
    let mut trigger = None;
    while let Some(row) = rows.next()? {
        let (opcode, p1, p4): (String, i32, Option<String>) = (row.get("opcode")?, row.get("p1")?, row.get("p4")?);
        match (opcode.as_str(), p4, &trigger) {
            // Each program begins so; that of the statement itself, and of the action of a foreign key, has no name.
            ("Init", p4, _) => {
                trigger = p4.and_then(|p4| p4.strip_prefix("-- TRIGGER ").map(str::to_owned));
            }
            ("Halt", _, Some(trigger)) if p1 == TRIGGER => {
                raising.insert(trigger.clone());
            }
            ("String8", Some(text), Some(trigger)) if text == message => {
                saying.insert(trigger.clone());
            }
            _ => {}
        }
    }
    let both: BTreeSet<String> = raising.intersection(&saying).cloned().collect();
    let named = if raising.len() == 1 || both.is_empty() { raising } else { both };
    Ok(named.into_iter().collect::<Vec<_>>().join(", "))
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
pub(super) fn broken_keys(connection: &Connection) -> Result<Option<String>, DbError> {
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
