//! Reads the catalog of a PostgreSQL database.

use std::sync::LazyLock;

use phasegate_evidence::Catalog;

use super::PostgresSession;
use crate::Error;

const OBJECTS: &str = include_str!("catalog.sql");
const REST: &str = include_str!("rest.sql");
const SUBSCRIPTIONS: &str = include_str!("subscriptions.sql");
const HYPERTABLES: &str = include_str!("hypertables.sql");
const COMPRESSION: &str = include_str!("compression.sql");
const POLICIES: &str = include_str!("policies.sql");

/// What TimescaleDB knows of. Its numbers below a thousand are jobs of its own.
const TIMESCALEDB: &str = "
    SELECT NULL, 'hypertables' WHERE EXISTS (SELECT FROM _timescaledb_catalog.hypertable)
    UNION ALL
    SELECT NULL, 'policies' WHERE EXISTS (SELECT FROM _timescaledb_config.bgw_job WHERE id >= 1000)
        OR EXISTS (SELECT FROM _timescaledb_catalog.continuous_agg)";

/// What the names of declared objects begin with that are built to be read back; also the schema for them where `public` is
/// not ours to build in.
pub(super) const PROBE: &str = "phasegate_probe";

/// Parts of the query that are other ones where it reads probes: which schemas' objects are read, which relations and which
/// functions.
const OF_THE_AUTHOR: &str = "n.nspname !~ '^(pg_|_?timescaledb)' AND n.nspname <> 'information_schema'";
const RELATIONS: &str = "WHERE NOT EXISTS (SELECT FROM extension_member e WHERE e.classid = 'pg_class'::regclass";
const FUNCTIONS: &str = "WHERE NOT EXISTS (SELECT FROM dependency d WHERE d.classid = 'pg_proc'::regclass";

/// Where that part of the query ends which probes are found by.
const END_OF_PROBES: &str = "-- What follows is not asked about probes.";

/// Kinds whose definition is what somebody wrote and not what the server makes of it.
const TEXTS: [&str; 3] = ["comment ", "label ", "setting "];

/// The query for probes alone.
static PROBES: LazyLock<String> = LazyLock::new(|| {
    let objects = OBJECTS.split(END_OF_PROBES).next().unwrap_or_default();
    objects
        .replace(OF_THE_AUTHOR, &format!("n.nspname IN ('public', '{PROBE}')"))
        .replace(RELATIONS, &RELATIONS.replacen("WHERE", &format!("WHERE starts_with(relname, '{PROBE}_') AND"), 1))
        .replace(FUNCTIONS, &FUNCTIONS.replacen("WHERE", "WHERE false AND", 1))
});

/// The probes.
pub(super) async fn read_probes(session: &mut PostgresSession) -> Result<Catalog, Error> {
    let mut catalog = Catalog::default();
    take(&mut catalog, session, &PROBES).await?;
    Ok(catalog)
}

/// Every object of the database.
pub(crate) async fn read(session: &mut PostgresSession) -> Result<Catalog, Error> {
    let mut catalog = Catalog::default();
    let found = take(&mut catalog, session, OBJECTS).await?;
    let (tables, mut further): (Vec<String>, Vec<String>) = found.into_iter().partition(|name| name.starts_with("pg_"));
    if !tables.is_empty() {
        take(&mut catalog, session, &rest(&tables)).await?;
    }
    if catalog.get("extension timescaledb").is_some() {
        further.push("timescaledb".to_owned());
    }
    while let Some(name) = further.pop() {
        let query = match name.as_str() {
            "subscriptions" => SUBSCRIPTIONS,
            "timescaledb" => TIMESCALEDB,
            "hypertables" => HYPERTABLES,
            "compression" => COMPRESSION,
            "policies" => POLICIES,
            "hidden subscriptions" => {
                catalog.0.insert("subscription (any)".to_owned(), "to be seen by superusers alone".to_owned());
                continue;
            }
            _ => return Err(Error::Mistake(format!("a catalog query asks for `{name}`, which is not known"))),
        };
        further.extend(take(&mut catalog, session, query).await?);
    }
    Ok(catalog)
}

/// The query for the objects in these tables of the system.
fn rest(tables: &[String]) -> String {
    let mut parts = REST.split("-- of ");
    let mut query = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        if let Some((table, branch)) = part.split_once('\n')
            && (table == "all" || tables.iter().any(|wanted| wanted == table))
        {
            query.push_str(branch);
        }
    }
    query
}

/// Takes what a query finds. Gives what stands there without a key: the names of further queries that find something.
async fn take(catalog: &mut Catalog, session: &mut PostgresSession, query: &str) -> Result<Vec<String>, Error> {
    let mut without_key = Vec::new();
    for (key, definition) in session.pairs(query).await? {
        let definition = definition.unwrap_or_default();
        match key {
            Some(key) if TEXTS.iter().any(|kind| key.starts_with(kind)) => drop(catalog.0.insert(key, definition)),
            Some(key) => drop(catalog.0.insert(key, one_line(&definition))),
            None => without_key.push(definition),
        }
    }
    Ok(without_key)
}

/// A definition in one line, whatever the server breaks lines for: blanks between words become one, and a line end within
/// quotes becomes `\n`.
fn one_line(definition: &str) -> String {
    let definition = definition.trim();
    if !definition.contains('\n') {
        return definition.to_owned();
    }
    let mut line = String::with_capacity(definition.len());
    let mut quote = None;
    for c in definition.chars() {
        match (quote, c) {
            (Some(_), '\n') => line.push_str("\\n"),
            (None, c) if c.is_whitespace() => {
                if !line.ends_with(' ') {
                    line.push(' ');
                }
            }
            (Some(open), c) if c == open => {
                quote = None;
                line.push(c);
            }
            (None, '\'' | '"') => {
                quote = Some(c);
                line.push(c);
            }
            (_, c) => line.push(c),
        }
    }
    line
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_query_for_probes_reads_them_alone() {
        for part in [OF_THE_AUTHOR, RELATIONS, FUNCTIONS, END_OF_PROBES] {
            assert_eq!(OBJECTS.matches(part).count(), 1, "{part}");
        }
        assert!(REST.contains(OF_THE_AUTHOR));
        assert!(PROBES.contains("n.nspname IN ('public', 'phasegate_probe')"));
        assert!(PROBES.contains("starts_with(relname, 'phasegate_probe_')"));
        assert!(!PROBES.contains("pg_description"));
    }

    #[test]
    fn of_the_rest_only_what_is_there_is_asked_for() {
        let query = rest(&["pg_cast".to_owned()]);
        assert!(query.contains("FROM pg_cast") && query.contains("FROM pg_default_acl"));
        assert!(!query.contains("FROM pg_operator o") && !query.contains("-- of "));
    }

    #[test]
    fn a_definition_is_one_line_and_keeps_what_stands_in_quotes() {
        assert_eq!(
            one_line(" SELECT a,\n    'it''s  so\n  far' AS \"b  c\"\n   FROM t;"),
            "SELECT a, 'it''s  so\\n  far' AS \"b  c\" FROM t;"
        );
        assert_eq!(one_line("DEFAULT 'a  b'"), "DEFAULT 'a  b'");
    }
}
