//! Whoever reads a catalog, and in whatever session, reads the same.

use phasegate_database::{Error, Session};
use phasegate_evidence::{Catalog, Difference};

use crate::oracle::Tried;

/// A role without any right reads what a superuser reads, but for what belongs to another role's log-in.
pub(crate) async fn of_an_ordinary_role(tried: &Tried) -> Result<(), String> {
    let (read, _) = after(tried, "SET ROLE stranger").await?;
    let mut difference = Difference::between(&tried.ground.unaltered.catalog, &read);
    difference.altered.retain(|key, _| !key.starts_with("user mapping "));
    if difference.is_empty() { Ok(()) } else { Err(difference.summary()) }
}

/// Neither the search path of a session nor its temporary objects show, in a transaction or not; and the path stays.
pub(crate) async fn with_settings(tried: &Tried) -> Result<(), String> {
    let set = "SET search_path = spare, pg_catalog; CREATE TEMPORARY TABLE customers (id integer)";
    for sql in [set.to_owned(), format!("BEGIN; {set}")] {
        let (read, path) = after(tried, &sql).await?;
        let difference = Difference::between(&tried.ground.unaltered.catalog, &read);
        if !difference.is_empty() {
            return Err(format!("{sql}: {}", difference.summary()));
        }
        if path.as_deref() != Some("spare, pg_catalog") {
            return Err(format!("{sql}: the path is {path:?} now"));
        }
    }
    Ok(())
}

/// The catalog and the search path of a session that has run this.
async fn after(tried: &Tried, sql: &str) -> Result<(Catalog, Option<String>), String> {
    let host = &tried.ground.host;
    let clone = host.clone_of(&tried.ground.base).await.map_err(|error| error.to_string())?;
    let session = host.connect(&clone).await.map_err(|error| error.to_string())?;
    let read = read(session, sql).await.map_err(|error| error.to_string());
    host.drop_database(&clone).await.map_err(|error| error.to_string())?;
    read
}

async fn read(mut session: Session, sql: &str) -> Result<(Catalog, Option<String>), Error> {
    session.run(sql).await?;
    let catalog = session.catalog().await?;
    let path = session.run("SHOW search_path").await?.table.single().map(str::to_owned);
    session.close().await?;
    Ok((catalog, path))
}
