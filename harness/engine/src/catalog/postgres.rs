//! Reads the catalog of a PostgreSQL database.

use super::Catalog;
use crate::session::{DbError, PostgresSession};

const OBJECTS: &str = include_str!("postgres.sql");
const HYPERTABLES: &str = include_str!("hypertables.sql");

/// Every object of the database.
pub(crate) async fn read(session: &mut PostgresSession) -> Result<Catalog, DbError> {
    let mut catalog = Catalog::default();
    take(&mut catalog, session, OBJECTS).await?;
    if catalog.get("extension timescaledb").is_some() {
        take(&mut catalog, session, HYPERTABLES).await?;
    }
    Ok(catalog)
}

async fn take(
    catalog: &mut Catalog,
    session: &mut PostgresSession,
    query: &'static str,
) -> Result<(), DbError> {
    for (key, definition) in session.pairs(query).await? {
        catalog.0.insert(key, definition.unwrap_or_default());
    }
    Ok(())
}
