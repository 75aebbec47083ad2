//! Brings declared definitions into the server's form: the object is built on an empty copy of its table under a name of
//! our own, read back by the catalog query, and undone with the savepoint around it. So a suite may say
//! `varchar(255)` and `status IN ('a', 'b')`, and no text is compared that two server versions print differently.
//!
//! Probes are made in the schema `public` where that is allowed: a new schema makes the server plan all catalog queries of
//! the session anew, which takes longer than they do.

use std::collections::BTreeMap;

use phasegate_evidence::Definition;

use super::{PostgresSession, catalog::PROBE, catalog::read_probes, split::split};
use crate::{Error, Identifier, refusal_of, table_identifier};

/// Normalises each pair of key and declared definition. All objects are built by one message; only when the server
/// refuses one of them is each built by itself, so that the one is named.
pub(crate) async fn normalise(
    session: &mut PostgresSession,
    declared: &[(String, String)],
) -> Result<Vec<Definition>, Error> {
    let schema = schema_for_probes(session).await?;
    let together: Vec<Probe> = plan(declared, schema, Tables::Shared);
    let all: String = together.iter().filter_map(Probe::sql).collect();
    let probes = match refusal_of(session.run(&all).await)? {
        Ok(_) => together,
        Err(_) => {
            session.run("ROLLBACK TO SAVEPOINT phasegate_normalise").await?;
            one_by_one(session, plan(declared, schema, Tables::OneEach)).await?
        }
    };
    let catalog = read_probes(session).await?;
    let acting = match declared.iter().any(is_whoever_acts) {
        true => session.run("SELECT current_user::regrole").await?.table.single().map(str::to_owned),
        false => None,
    };
    Ok(probes
        .into_iter()
        .zip(declared)
        .map(|(probe, declared)| match (probe, &acting) {
            (Probe::Verbatim(_), Some(role)) if is_whoever_acts(declared) => Probe::Verbatim(role.clone()),
            (probe, _) => probe,
        })
        .map(|probe| match probe {
            Probe::Verbatim(text) => Definition::Known(text),
            Probe::Unresolved(why) => Definition::Unresolved(why),
            Probe::Built { key, table, own, .. } => match catalog.get(&key) {
                Some(found) => Definition::Known(found.replace(&table, &own)),
                None => Definition::Unresolved(format!("no object `{key}` came of it")),
            },
        })
        .collect())
}

/// Whether an owner is declared as whoever is connected: a role of any name, as `ALTER ... OWNER TO CURRENT_USER` says it.
fn is_whoever_acts((key, words): &(String, String)) -> bool {
    key.starts_with("owner ") && words == "CURRENT_USER"
}

/// The schema in which probes are made.
async fn schema_for_probes(session: &mut PostgresSession) -> Result<&'static str, Error> {
    let may = "SELECT has_schema_privilege(oid, 'CREATE') FROM pg_namespace WHERE nspname = 'public'";
    let in_public = session.run(may).await?.table.single() == Some("t");
    let make = if in_public { String::new() } else { format!("CREATE SCHEMA {PROBE}; ") };
    session.run(&format!("{make}SAVEPOINT phasegate_normalise")).await?;
    Ok(if in_public { "public" } else { PROBE })
}

async fn one_by_one(session: &mut PostgresSession, probes: Vec<Probe>) -> Result<Vec<Probe>, Error> {
    let mut tried = Vec::with_capacity(probes.len());
    for probe in probes {
        let refused = match probe.sql() {
            Some(sql) => {
                // By itself: what does not even parse would take the savepoint of its message along.
                session.run("SAVEPOINT phasegate_normalise").await?;
                refusal_of(session.run(sql).await)?.err()
            }
            None => None,
        };
        tried.push(match refused {
            Some(error) => {
                session.run("ROLLBACK TO SAVEPOINT phasegate_normalise").await?;
                Probe::Unresolved(error.message)
            }
            None => probe,
        });
    }
    Ok(tried)
}

enum Probe {
    /// The words are compared as they are.
    Verbatim(String),
    /// The server builds the object under this key; the probe's table stands for `own`.
    Built { key: String, table: String, own: String, sql: String },
    /// The words cannot be built.
    Unresolved(String),
}

impl Probe {
    fn sql(&self) -> Option<&str> {
        match self {
            Self::Built { sql, .. } => Some(sql),
            Self::Verbatim(_) | Self::Unresolved(_) => None,
        }
    }
}

/// On how many copies of a table its objects are built.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Tables {
    /// One for its columns, and one, with the columns as they are, for everything else.
    Shared,
    /// One for each object.
    OneEach,
}

fn plan(declared: &[(String, String)], schema: &str, tables: Tables) -> Vec<Probe> {
    let mut copied: BTreeMap<(String, bool), String> = BTreeMap::new();
    let mut probes = Vec::with_capacity(declared.len());
    for (ordinal, (key, words)) in declared.iter().enumerate() {
        let (kind, name) = key.split_once(' ').unwrap_or((key, ""));
        let (own, object) = match owner(kind, key, name, words) {
            Ok(named) => named,
            Err(otherwise) => {
                probes.push(otherwise);
                continue;
            }
        };
        let place = (own.clone(), kind == "column");
        let known = copied.get(&place).filter(|_| tables == Tables::Shared).cloned();
        let (table, copy) = match known {
            Some(table) => (table, String::new()),
            None => {
                let table = format!("{PROBE}_t{ordinal}");
                let copy = format!("CREATE TABLE {schema}.{table} (LIKE {}); ", table_identifier(&own));
                copied.insert(place, table.clone());
                (table, copy)
            }
        };
        // The catalog does not name the schema `public`.
        let prefix = if schema == "public" { String::new() } else { format!("{schema}.") };
        let (make, key) = build(kind, ordinal, (&own, &object, words), &format!("{schema}.{table}"));
        let (key, table) = (key.replacen(&format!("{schema}."), &prefix, 1), format!("{prefix}{table}"));
        if words.contains(';') && !is_one(&make, kind, words) {
            probes.push(Probe::Unresolved(format!("`{words}` is more than the definition of one object")));
            continue;
        }
        let sql = format!("{copy}{make};\n");
        probes.push(Probe::Built { key, table, own, sql });
    }
    probes
}

/// Whether what was made of one definition are no more statements than it takes.
fn is_one(make: &str, kind: &str, words: &str) -> bool {
    let allowed = match kind {
        "column" => 2,
        "trigger" if trigger_state(words.trim_end()).1 != TriggerState::Enabled => 2,
        _ => 1,
    };
    split(make).is_ok_and(|statements| statements.len() == allowed)
}

/// The table that a declared object belongs to, and the object's own name; or what to do with words that no table owns.
fn owner(kind: &str, key: &str, name: &str, words: &str) -> Result<(String, String), Probe> {
    match kind {
        "column" | "constraint" | "trigger" | "policy" => match name.rsplit_once('.') {
            Some((own, object)) => Ok((own.to_owned(), object.to_owned())),
            None => Err(Probe::Unresolved(format!("`{key}` names no table"))),
        },
        "index" => match indexed_table(words) {
            Some(own) => Ok((own.to_owned(), name.to_owned())),
            None => Err(Probe::Unresolved(format!("`{words}` does not read `[UNIQUE] ON table (...)`"))),
        },
        "grant" => {
            let mut privileges: Vec<&str> = words.split([' ', ',']).filter(|w| !w.is_empty()).collect();
            privileges.sort_unstable();
            Err(Probe::Verbatim(privileges.join(" ")))
        }
        _ => Err(Probe::Verbatim(words.to_owned())),
    }
}

/// The SQL that builds an object on a copy of its table, and the key under which the catalog then lists it.
fn build(kind: &str, ordinal: usize, (own, object, words): (&str, &str, &str), table: &str) -> (String, String) {
    let on_own = format!("ON {own} ");
    let on_probe = format!("{words} ").replacen(&on_own, &format!("ON {table} "), 1);
    match kind {
        "column" => {
            let column = Identifier(object);
            let make = format!(
                "ALTER TABLE {table} DROP COLUMN IF EXISTS {column} CASCADE; \
                 ALTER TABLE {table} ADD COLUMN {column} {words}"
            );
            (make, format!("column {table}.{object}"))
        }
        "constraint" => (
            format!("ALTER TABLE {table} ADD CONSTRAINT probe{ordinal} {words}"),
            format!("constraint {table}.probe{ordinal}"),
        ),
        "index" => {
            let (unique, rest) = match on_probe.strip_prefix("UNIQUE ") {
                Some(rest) => ("UNIQUE ", rest),
                None => ("", on_probe.as_str()),
            };
            let schema = table.split('.').next().unwrap_or_default();
            let index = format!("{PROBE}_i{ordinal}");
            (format!("CREATE {unique}INDEX {index} {rest}"), format!("index {schema}.{index}"))
        }
        "trigger" => {
            let (constraint, rest) = match on_probe.strip_prefix("CONSTRAINT ") {
                Some(rest) => ("CONSTRAINT ", rest),
                None => ("", on_probe.as_str()),
            };
            let (rest, state) = trigger_state(rest.trim_end());
            let probe = format!("probe{ordinal}");
            let make = format!("CREATE {constraint}TRIGGER {probe} {rest}; {}", state.sql(table, &probe));
            (make, format!("trigger {table}.{probe}"))
        }
        _ => (format!("CREATE POLICY probe{ordinal} ON {table} AS {words}"), format!("policy {table}.probe{ordinal}")),
    }
}

/// The table in `[UNIQUE] ON table (...)`.
fn indexed_table(words: &str) -> Option<&str> {
    let rest = words.strip_prefix("UNIQUE ").unwrap_or(words).strip_prefix("ON ")?;
    rest.split([' ', '(']).next().filter(|table| !table.is_empty())
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum TriggerState {
    Enabled,
    Disabled,
    Replica,
    Always,
}

impl TriggerState {
    fn sql(self, table: &str, probe: &str) -> String {
        let state = match self {
            Self::Enabled => return String::new(),
            Self::Disabled => "DISABLE",
            Self::Replica => "ENABLE REPLICA",
            Self::Always => "ENABLE ALWAYS",
        };
        format!("ALTER TABLE {table} {state} TRIGGER {probe}")
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
