//! Errors of SQLite: what was refused and by what, or that nothing was.

use phasegate_evidence::{Cause, Refusal};

use crate::Error;

/// The result code of a statement that was interrupted, as its time limit does.
pub(super) const INTERRUPTED: &str = "SQLITE_INTERRUPT";

/// An error of SQLite in our terms: the symbolic extended result code takes the place of the SQLSTATE.
pub(crate) fn from_rusqlite(error: &rusqlite::Error) -> Error {
    let (code, message) = match error {
        rusqlite::Error::SqliteFailure(code, message) => {
            (Some(code.extended_code), message.clone().unwrap_or_else(|| code.to_string()))
        }
        rusqlite::Error::SqlInputError { error: code, msg, .. } => (Some(code.extended_code), msg.clone()),
        other => (None, other.to_string()),
    };
    if code.is_some_and(gave_out) {
        return Error::OutOfResources(message);
    }
    let (sqlstate, cause) = (code.map(code_name), cause(&message));
    Error::Refused(Refusal { sqlstate, cause, ..Refusal::without_code(message) })
}

/// Whether the database refused nothing, and memory or disk gave out beneath it: `NOMEM`, `IOERR`, `FULL`. SQLite has then
/// rolled the whole transaction back. The lower eight bits are the primary code.
fn gave_out(extended_code: i32) -> bool {
    matches!(extended_code & 0xff, 7 | 10 | 13)
}

/// What refused, from the message: SQLite names columns and CHECKs only there.
fn cause(message: &str) -> Option<Cause> {
    if let Some((_, column)) = message.strip_prefix("cannot store ").and_then(|rest| rest.split_once(" column ")) {
        let (table, name) = column.split_once('.')?;
        return Some(Cause::Column { table: table.to_owned(), name: name.to_owned() });
    }
    let (kind, rest) = message.split_once(" constraint failed")?;
    let name = rest.trim_start_matches(": ").trim();
    match kind {
        "NOT NULL" => {
            let (table, column) = name.split_once('.')?;
            Some(Cause::Column { table: table.to_owned(), name: column.to_owned() })
        }
        "UNIQUE" | "CHECK" if !name.is_empty() => {
            Some(Cause::Constraint { name: name.trim_start_matches("index ").trim_matches('\'').to_owned() })
        }
        _ => None,
    }
}

fn code_name(code: i32) -> String {
    let name = match code {
        1 => "SQLITE_ERROR",
        5 => "SQLITE_BUSY",
        9 => INTERRUPTED,
        517 => "SQLITE_BUSY_SNAPSHOT",
        8 => "SQLITE_READONLY",
        1544 => "SQLITE_READONLY_DIRECTORY",
        11 => "SQLITE_CORRUPT",
        267 => "SQLITE_CORRUPT_VTAB",
        523 => "SQLITE_CORRUPT_SEQUENCE",
        779 => "SQLITE_CORRUPT_INDEX",
        14 => "SQLITE_CANTOPEN",
        19 => "SQLITE_CONSTRAINT",
        275 => "SQLITE_CONSTRAINT_CHECK",
        787 => "SQLITE_CONSTRAINT_FOREIGNKEY",
        1299 => "SQLITE_CONSTRAINT_NOTNULL",
        1555 => "SQLITE_CONSTRAINT_PRIMARYKEY",
        1811 => "SQLITE_CONSTRAINT_TRIGGER",
        2067 => "SQLITE_CONSTRAINT_UNIQUE",
        3091 => "SQLITE_CONSTRAINT_DATATYPE",
        20 => "SQLITE_MISMATCH",
        26 => "SQLITE_NOTADB",
        other => return format!("SQLITE_{other}"),
    };
    name.to_owned()
}
