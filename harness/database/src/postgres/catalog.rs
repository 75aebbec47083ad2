//! Reads the catalog of a PostgreSQL database.

use std::sync::LazyLock;

use phasegate_evidence::Catalog;

use super::PostgresSession;
use crate::Error;

const OBJECTS: &str = include_str!("catalog.sql");
const HYPERTABLES: &str = include_str!("hypertables.sql");

/// The schema in which declared objects are built.
pub(super) const PROBE_SCHEMA: &str = "phasegate_probe";

/// Which schemas' objects are read.
const OF_THE_AUTHOR: &str = "n.nspname !~ '^(pg_|_?timescaledb)' AND n.nspname <> 'information_schema'";

/// The query for the objects of the schema of probes alone.
static PROBES: LazyLock<String> =
    LazyLock::new(|| OBJECTS.replace(OF_THE_AUTHOR, &format!("n.nspname = '{}'", PROBE_SCHEMA)));

/// The objects in the schema of probes.
pub(super) async fn read_schema_of_probes(session: &mut PostgresSession) -> Result<Catalog, Error> {
    let mut catalog = Catalog::default();
    take(&mut catalog, session, &PROBES).await?;
    Ok(catalog)
}

/// Every object of the database.
pub(crate) async fn read(session: &mut PostgresSession) -> Result<Catalog, Error> {
    let mut catalog = Catalog::default();
    take(&mut catalog, session, OBJECTS).await?;
    if catalog.get("extension timescaledb").is_some() {
        take(&mut catalog, session, HYPERTABLES).await?;
    }
    Ok(catalog)
}

async fn take(catalog: &mut Catalog, session: &mut PostgresSession, query: &'static str) -> Result<(), Error> {
    for (key, definition) in session.pairs(query).await? {
        catalog.0.insert(key, definition.unwrap_or_default());
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_query_for_probes_reads_their_schema_alone() {
        assert!(OBJECTS.contains(OF_THE_AUTHOR));
        assert!(PROBES.contains("n.nspname = 'phasegate_probe'"));
    }
}
