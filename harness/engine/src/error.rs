//! Why a run did not come to an end.

use phasegate_database::Error;
use phasegate_server::ServerError;

use crate::{record::RecordError, suite::SuiteError};

/// A run that has no result.
#[derive(Debug, thiserror::Error)]
pub enum RunError {
    /// The suite is not as it must be.
    #[error(transparent)]
    Suite(#[from] SuiteError),
    /// There is no server to be had.
    #[error(transparent)]
    Server(#[from] ServerError),
    /// The database failed in a place where nothing was being judged.
    #[error("the database failed: {0}")]
    Database(#[from] Error),
    /// The evidence cannot be written.
    #[error(transparent)]
    Record(#[from] RecordError),
    /// The request does not fit the suite.
    #[error("{0}")]
    Usage(String),
    /// The run in a folder cannot be gone on with.
    #[error("not resumed: {0}")]
    NotResumed(String),
    /// Somebody asked the run to stop.
    #[error("interrupted")]
    Interrupted,
}
