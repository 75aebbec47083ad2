//! Brings declared definitions into the server's form: the object is built on an empty copy of its table in a schema of
//! our own, read back by the catalog query, and undone with the savepoint around it. So a suite may say
//! `varchar(255)` and `status IN ('a', 'b')`, and no text is compared that two server versions print differently.

use super::{Definition, postgres};
use crate::{
    session::{DbError, PostgresSession},
    sql::{Identifier, table_identifier},
};

const SCHEMA: &str = "phasegate_probe";

/// Normalises each pair of key and declared definition.
pub(crate) async fn postgres(
    session: &mut PostgresSession,
    declared: &[(String, String)],
) -> Result<Vec<Definition>, DbError> {
    session.run(&format!("CREATE SCHEMA {SCHEMA}")).await?;
    let mut probes = Vec::with_capacity(declared.len());
    for (ordinal, (key, words)) in declared.iter().enumerate() {
        probes.push(build(session, ordinal, key, words).await?);
    }
    // One catalog read serves all probes.
    let catalog = postgres::read(session).await?;
    Ok(probes
        .into_iter()
        .map(|probe| match probe {
            Probe::Verbatim(text) => Definition::Known(text),
            Probe::Unresolved(why) => Definition::Unresolved(why),
            Probe::Built { key, table, own } => match catalog.get(&key) {
                Some(found) => Definition::Known(found.replace(&table, &own)),
                None => Definition::Unresolved(format!("no object `{key}` came of it")),
            },
        })
        .collect())
}

enum Probe {
    /// The words are compared as they are.
    Verbatim(String),
    /// The server built the object under this key; the probe's table stands for `own`.
    Built {
        key: String,
        table: String,
        own: String,
    },
    /// The server did not build it.
    Unresolved(String),
}

async fn build(
    session: &mut PostgresSession,
    ordinal: usize,
    key: &str,
    words: &str,
) -> Result<Probe, DbError> {
    let (kind, name) = key.split_once(' ').unwrap_or((key, ""));
    let bare = format!("t{ordinal}");
    let table = format!("{SCHEMA}.{bare}");
    let (own, object) = match kind {
        "column" | "constraint" | "trigger" | "policy" => match name.rsplit_once('.') {
            Some((own, object)) => (own.to_owned(), object.to_owned()),
            None => return Ok(Probe::Unresolved(format!("`{key}` names no table"))),
        },
        "index" => match indexed_table(words) {
            Some(own) => (own.to_owned(), name.to_owned()),
            None => {
                let why = format!("`{words}` does not read `[UNIQUE] ON table (...)`");
                return Ok(Probe::Unresolved(why));
            }
        },
        "grant" => {
            let mut privileges: Vec<&str> =
                words.split([' ', ',']).filter(|w| !w.is_empty()).collect();
            privileges.sort_unstable();
            return Ok(Probe::Verbatim(privileges.join(" ")));
        }
        _ => return Ok(Probe::Verbatim(words.to_owned())),
    };
    let copy = format!("CREATE TABLE {table} (LIKE {})", table_identifier(&own));
    let on_own = format!("ON {own} ");
    let spaced = format!("{words} ");
    let on_probe = spaced.replacen(&on_own, &format!("ON {table} "), 1);
    let (make, key) = match kind {
        "column" => {
            let column = Identifier(&object);
            let make = format!(
                "{copy}; ALTER TABLE {table} DROP COLUMN IF EXISTS {column} CASCADE; \
                 ALTER TABLE {table} ADD COLUMN {column} {words}"
            );
            (make, format!("column {table}.{object}"))
        }
        "constraint" => (
            format!("{copy}; ALTER TABLE {table} ADD CONSTRAINT probe {words}"),
            format!("constraint {table}.probe"),
        ),
        "index" => {
            let index = format!("i{ordinal}");
            let (unique, rest) = match on_probe.strip_prefix("UNIQUE ") {
                Some(rest) => ("UNIQUE ", rest),
                None => ("", on_probe.as_str()),
            };
            (
                format!("{copy}; CREATE {unique}INDEX {index} {rest}"),
                format!("index {SCHEMA}.{index}"),
            )
        }
        "trigger" => {
            let (constraint, rest) = match on_probe.strip_prefix("CONSTRAINT ") {
                Some(rest) => ("CONSTRAINT ", rest),
                None => ("", on_probe.as_str()),
            };
            let (rest, state) = trigger_state(rest.trim_end());
            let make = format!(
                "{copy}; CREATE {constraint}TRIGGER probe {rest}; {}",
                state.sql(&table)
            );
            (make, format!("trigger {table}.probe"))
        }
        _ => (
            format!("{copy}; CREATE POLICY probe ON {table} AS {words}"),
            format!("policy {table}.probe"),
        ),
    };
    session.run("SAVEPOINT phasegate_normalise").await?;
    match session.run(&make).await {
        Ok(_) => {
            session.run("RELEASE SAVEPOINT phasegate_normalise").await?;
            Ok(Probe::Built { key, table, own })
        }
        Err(error) => {
            session
                .run("ROLLBACK TO SAVEPOINT phasegate_normalise; RELEASE SAVEPOINT phasegate_normalise")
                .await?;
            Ok(Probe::Unresolved(error.message))
        }
    }
}

/// The table in `[UNIQUE] ON table (...)`.
fn indexed_table(words: &str) -> Option<&str> {
    let rest = words
        .strip_prefix("UNIQUE ")
        .unwrap_or(words)
        .strip_prefix("ON ")?;
    rest.split([' ', '('])
        .next()
        .filter(|table| !table.is_empty())
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum TriggerState {
    Enabled,
    Disabled,
    Replica,
    Always,
}

impl TriggerState {
    fn sql(self, table: &str) -> String {
        let state = match self {
            Self::Enabled => return String::new(),
            Self::Disabled => "DISABLE",
            Self::Replica => "ENABLE REPLICA",
            Self::Always => "ENABLE ALWAYS",
        };
        format!("ALTER TABLE {table} {state} TRIGGER probe")
    }
}

fn trigger_state(words: &str) -> (&str, TriggerState) {
    for (suffix, state) in [
        (" DISABLED", TriggerState::Disabled),
        (" ENABLED REPLICA", TriggerState::Replica),
        (" ENABLED ALWAYS", TriggerState::Always),
    ] {
        if let Some(rest) = words.strip_suffix(suffix) {
            return (rest, state);
        }
    }
    (words, TriggerState::Enabled)
}
