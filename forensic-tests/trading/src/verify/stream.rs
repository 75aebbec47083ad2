//! Rows as the server streams them.

use futures_util::TryStreamExt as _;
use sqlx::PgConnection;

use crate::{DecodeError, Fields, TupleReader};

/// Why a verification did not come to an end.
#[derive(Debug, thiserror::Error)]
pub enum VerifyError {
    /// The database refused, or broke off.
    #[error("failed to read: {0}")]
    Database(#[from] sqlx::Error),
    /// A value that is none of its column's type.
    #[error("failed to read a row of {table}: {error}")]
    Decode {
        /// The table.
        table: &'static str,
        /// What is wrong.
        error: DecodeError,
    },
}

/// Hands every tuple of a query to a function.
pub(super) async fn tuples(
    database: &mut PgConnection,
    table: &'static str,
    query: &str,
    mut take: impl FnMut(&mut Fields<'_>) -> Result<(), DecodeError>,
) -> Result<(), VerifyError> {
    let mut messages = database.copy_out_raw(&format!("COPY ({query}) TO STDOUT (FORMAT binary)")).await?;
    let mut reader = TupleReader::default();
    while let Some(message) = messages.try_next().await? {
        let tuple = reader.tuple(&message).and_then(|fields| fields.map_or(Ok(()), |mut fields| take(&mut fields)));
        tuple.map_err(|error| VerifyError::Decode { table, error })?;
    }
    Ok(())
}
