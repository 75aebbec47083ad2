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
    query: &str,
) -> Result<(), DbError> {
    let ran = session.run(query).await?;
    for row in ran.table.rows {
        if let [Some(key), definition] = <[_; 2]>::try_from(row)
            .map_err(|_| DbError::harness("a catalog query does not give two columns"))?
        {
            catalog.0.insert(key, definition.unwrap_or_default());
        }
    }
    Ok(())
}
