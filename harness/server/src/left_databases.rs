//! Databases on somebody else's server that earlier runs have left there.

use sqlx::{AssertSqlSafe, Connection, PgConnection};

use crate::{error::ServerError, external::External, future::BoxFuture, kind::Kind, run_word::run_word};

/// What the sessions of a run call themselves that live as long as it; `run` is its name within its databases' names.
#[must_use]
pub fn presence(run: &str) -> String {
    format!("phasegate {run}")
}

/// Which databases of runs that are gone are dropped.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Left {
    /// Those that runs worked on, which a killed one leaves.
    WorkedOn,
    /// Those that a run has kept to be looked at.
    Kept,
    /// Both.
    All,
}

impl Left {
    /// The names of a run's databases: its time and process, the suite, and a number, or what the database was kept for.
    const fn pattern(self) -> &'static str {
        match self {
            Self::WorkedOn => "^phasegate_\\d{8}t\\d{9}z\\d+_\\d+_\\d+$",
            Self::Kept => "^phasegate_\\d{8}t\\d{9}z\\d+_\\d+_(after|before|failed)_\\w+$",
            Self::All => "^phasegate_\\d{8}t\\d{9}z\\d+_\\d+_(\\d+|(after|before|failed)_\\w+)$",
        }
    }
}

/// Drops what runs that are gone have left and our role owns, of one run or of every one; gives the names.
pub(crate) async fn drop_left(
    connection: &mut PgConnection,
    left: Left,
    run: Option<&str>,
) -> Result<Vec<String>, sqlx::Error> {
    let names: Vec<(String, String)> = sqlx::query_as(
        "SELECT datname, format('DROP DATABASE IF EXISTS %I WITH (FORCE)', datname) FROM pg_database
          WHERE datname ~ $1 AND split_part(datname, '_', 2) = coalesce($2, split_part(datname, '_', 2)) AND pg_has_role(datdba, 'MEMBER') AND NOT EXISTS (
                SELECT FROM pg_stat_activity WHERE application_name = 'phasegate ' || split_part(pg_database.datname, '_', 2))
          ORDER BY datname",
    )
    .bind(left.pattern())
    .bind(run.map(run_word))
    .fetch_all(&mut *connection)
    .await?;
    let mut dropped = Vec::with_capacity(names.len());
    for (name, statement) in names {
        sqlx::raw_sql(AssertSqlSafe(statement)).execute(&mut *connection).await?;
        dropped.push(name);
    }
    Ok(dropped)
}

/// Drops on somebody else's server what runs that are gone have left there, of one run or of every one; gives the names. Nothing else is dropped than what has the form of our names and belongs to the role of the URL.
///
/// # Errors
///
/// When the server cannot be reached or refuses.
pub fn clean_external<'a>(
    url: &'a str,
    left: Left,
    run: Option<&'a str>,
) -> BoxFuture<'a, Result<Vec<String>, ServerError>> {
    Box::pin(async move {
        let mut connection = External::read(url)?.connect().await?;
        let dropped = drop_left(&mut connection, left, run).await.map_err(|error| ServerError::Query {
            kind: Kind::External,
            step: "drop what earlier runs have left",
            reason: error.to_string(),
        })?;
        // All is done by now: a connection that does not close in order loses nothing.
        let _ = connection.close().await;
        Ok(dropped)
    })
}
