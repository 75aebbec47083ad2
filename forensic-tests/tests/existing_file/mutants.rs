//! What a file may say otherwise than the documents: whatever SQLite stores of it otherwise and means something is found
//! by the gates alone, and what means nothing to SQLite means nothing to them.

use phasegate_engine::suite::Suite;
use rusqlite::Connection;

use super::{FILES, judged, passes, script, text, words};

/// A test by its name.
type Named = (&'static str, fn(&Suite) -> Result<(), String>);

pub(super) const TESTS: [Named; 4] = [
    ("with_another_definition_of_anything_fails", other_definitions),
    ("with_anything_more_fails", anything_more),
    ("with_another_collation_of_any_column_fails", other_collations),
    ("in_another_case_passes", other_cases),
];

/// An edit of the text of the schema.
const EDITS: [(&str, &str); 27] = [
    ("account_id INTEGER PRIMARY KEY,\n    session_start", "account_id INTEGER PRIMARY KEY DESC,\n    session_start"),
    ("version INTEGER PRIMARY KEY", "version INTEGER PRIMARY KEY ON CONFLICT REPLACE"),
    ("version INTEGER PRIMARY KEY", "version INT PRIMARY KEY"),
    ("contract_id TEXT PRIMARY KEY", "contract_id TEXT PRIMARY KEY ON CONFLICT IGNORE"),
    ("contract_id TEXT PRIMARY KEY", "contract_id TEXT NOT NULL PRIMARY KEY"),
    ("PRIMARY KEY (account_id, date)", "PRIMARY KEY (account_id, date) ON CONFLICT REPLACE"),
    ("PRIMARY KEY (account_id, date)", "PRIMARY KEY (date, account_id)"),
    ("PRIMARY KEY (account_id, date)", "PRIMARY KEY (account_id, date DESC)"),
    ("PRIMARY KEY (account_id, timestamp)", "PRIMARY KEY (account_id, timestamp COLLATE NOCASE)"),
    ("realized_pnl REAL NOT NULL DEFAULT 0.0", "realized_pnl REAL NOT NULL ON CONFLICT IGNORE DEFAULT 0.0"),
    ("realized_pnl REAL NOT NULL DEFAULT 0.0", "realized_pnl REAL NOT NULL DEFAULT 0.5"),
    ("cached_at DATETIME DEFAULT CURRENT_TIMESTAMP", "cached_at DATETIME DEFAULT CURRENT_DATE"),
    ("cached_at DATETIME DEFAULT CURRENT_TIMESTAMP", "cached_at DATETIME DEFAULT 'CURRENT_TIMESTAMP'"),
    ("id INTEGER PRIMARY KEY AUTOINCREMENT", "id INTEGER PRIMARY KEY"),
    ("timezone TEXT NOT NULL", "timezone TEXT NOT NULL CHECK (timezone <> '')"),
    ("timezone TEXT NOT NULL", "timezone TEXT NOT NULL UNIQUE"),
    ("timezone TEXT NOT NULL", "timezone TEXT NOT NULL REFERENCES contract_cache"),
    ("timezone TEXT NOT NULL", "timezone TEXT NOT NULL,\n    CHECK (timezone <> '')"),
    ("timezone TEXT NOT NULL", "timezone TEXT NOT NULL,\n    UNIQUE (account_id, timezone)"),
    ("timezone TEXT NOT NULL", "timezone TEXT NOT NULL,\n    FOREIGN KEY (account_id) REFERENCES lockouts"),
    ("timezone TEXT NOT NULL\n)", "timezone TEXT NOT NULL\n) WITHOUT ROWID"),
    (
        "reset_time_config TEXT NOT NULL,\n    timezone TEXT NOT NULL",
        "timezone TEXT NOT NULL,\n    reset_time_config TEXT NOT NULL",
    ),
    ("ON positions(updated_at DESC)", "ON positions(updated_at DESC)WHERE(updated_at>'')"),
    ("ON positions(updated_at DESC)", "ON positions(updated_at COLLATE NOCASE DESC)"),
    ("ON positions(updated_at DESC)", "ON positions(datetime(updated_at, '0 days') DESC)"),
    ("CREATE INDEX idx_orders_state_account", "CREATE UNIQUE INDEX idx_orders_state_account"),
    ("ON orders(state, account_id)", "ON orders(state, account_id, size)"),
];

/// What is there beside the schema. The encoding is set before anything else is.
const MORE: [&str; 15] = [
    "CREATE INDEX more ON orders (size)",
    "CREATE INDEX more ON orders (size) WHERE size > 1",
    "CREATE TRIGGER more AFTER INSERT ON orders BEGIN DELETE FROM lockouts; END",
    "CREATE VIEW more AS SELECT * FROM orders",
    "CREATE TRIGGER more AFTER DELETE ON schema_version BEGIN SELECT 1; END",
    "CREATE TABLE more (a)",
    "CREATE VIRTUAL TABLE more USING fts5(a)",
    "CREATE TABLE sqliteXmore (a)",
    "ALTER TABLE orders ADD COLUMN more TEXT",
    "ALTER TABLE daily_unrealized_pnl ADD COLUMN more REAL AS (unrealized_pnl * 2)",
    "ALTER TABLE orders ADD COLUMN more GENERATED ALWAYS AS (size * 2) VIRTUAL",
    "PRAGMA user_version = 2",
    "PRAGMA application_id = 42",
    "PRAGMA auto_vacuum = full; VACUUM",
    "PRAGMA encoding = 'UTF-16le'",
];

/// What makes the schema alone: to find what is wrong with it takes no rows.
pub(super) fn schema(suite: &Suite) -> String {
    FILES.iter().filter(|file| !file.starts_with("legacy/")).map(|file| text(suite, file)).collect()
}

/// What SQLite stores: the text of every object, and the header.
fn stored(script: &str) -> Result<Vec<String>, String> {
    let file = Connection::open_in_memory().map_err(words)?;
    file.execute_batch(script).map_err(|error| format!("{error}: {script}"))?;
    let sql = "SELECT sql FROM sqlite_schema WHERE sql IS NOT NULL UNION ALL SELECT user_version FROM pragma_user_version \
        UNION ALL SELECT application_id FROM pragma_application_id UNION ALL SELECT auto_vacuum FROM pragma_auto_vacuum \
        UNION ALL SELECT encoding FROM pragma_encoding";
    let mut statement = file.prepare(sql).map_err(words)?;
    let rows = statement.query_map([], |row| row.get::<_, rusqlite::types::Value>(0)).map_err(words)?;
    rows.map(|row| row.map(|value| format!("{value:?}")).map_err(words)).collect()
}

/// The gates must find the file that this makes: it stores something else than the file as defined.
fn found(suite: &Suite, what: &str, script: &str) -> Result<(), String> {
    if stored(script)? == stored(&schema(suite))? {
        return Err(format!("{what} changes nothing that SQLite stores"));
    }
    let failed = judged(suite, script, "SELECT 1")?;
    // In each phase, since each can be the last that a file has seen.
    let of_phase = |phase: &str| failed.iter().any(|id| id.starts_with(&format!("{phase}.whole.")));
    let missing: Vec<&str> = ["1-3", "4", "5", "6"].into_iter().filter(|phase| !of_phase(phase)).collect();
    if missing.is_empty() { Ok(()) } else { Err(format!("{what} is not found in {missing:?}: {failed:?}")) }
}

fn other_definitions(suite: &Suite) -> Result<(), String> {
    passes(suite, &schema(suite), "SELECT 1")?;
    for (from, to) in EDITS {
        found(suite, to, &schema(suite).replacen(from, to, 1))?;
    }
    Ok(())
}

fn anything_more(suite: &Suite) -> Result<(), String> {
    for more in MORE {
        let schema = schema(suite);
        let is_first = more.contains("encoding");
        found(suite, more, &if is_first { format!("{more};\n{schema}") } else { format!("{schema};\n{more}") })?;
    }
    Ok(())
}

/// Of each column, one by one: a comparison without case finds other rows, and no list of columns shows it.
fn other_collations(suite: &Suite) -> Result<(), String> {
    let schema = schema(suite);
    let lines: Vec<&str> = schema.lines().collect();
    let types = ["INTEGER", "TEXT", "DATETIME", "DATE", "REAL", "BOOLEAN"];
    let declares = |line: &str| {
        let kind = line.strip_prefix("    ").and_then(|line| line.split([' ', ',']).nth(1));
        kind.is_some_and(|kind| types.contains(&kind))
    };
    let columns: Vec<usize> = (0..lines.len()).filter(|at| declares(lines[*at])).collect();
    if columns.len() != 74 {
        return Err(format!("{} columns are declared", columns.len()));
    }
    for at in columns {
        let end = lines[at].find(',').unwrap_or(lines[at].len());
        let mut changed: Vec<String> = lines.iter().map(|line| (*line).to_owned()).collect();
        changed[at].insert_str(end, " COLLATE NOCASE");
        found(suite, &changed[at], &changed.join("\n"))?;
    }
    Ok(())
}

/// Names, types and keywords have no case, in plans and refusals neither; rows are there, since they are asked for by name.
fn other_cases(suite: &Suite) -> Result<(), String> {
    let whole = script(suite);
    for change in [str::to_ascii_lowercase, str::to_ascii_uppercase] as [fn(&str) -> String; 2] {
        let statements = whole.split_inclusive(';');
        let changed: String = statements
            .map(|statement| if statement.contains("CREATE ") { change(statement) } else { statement.to_owned() })
            .collect();
        if stored(&changed)? == stored(&whole)? {
            return Err("the case changes nothing that SQLite stores".to_owned());
        }
        passes(suite, &changed, "SELECT 1")?;
    }
    Ok(())
}
