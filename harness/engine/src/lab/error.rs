//! Why a claim about a suite does not hold, or could not be tried.

use phasegate_evidence::ApplyFailure;

use crate::{run::RunError, session::DbError};

/// What went wrong in the lab.
#[derive(Debug, thiserror::Error)]
pub enum LabError {
    /// A state could not be made, because a phase or the baseline does not apply.
    #[error("{}", describe(.0))]
    Apply(ApplyFailure),
    /// The server failed.
    #[error("the server failed: {0}")]
    Database(#[from] DbError),
    /// The run failed.
    #[error(transparent)]
    Run(#[from] RunError),
    /// The outcome is not the expected one.
    #[error("{0}")]
    Unexpected(String),
}

/// An apply failure in one sentence.
fn describe(failure: &ApplyFailure) -> String {
    let code = failure.sqlstate.as_deref().unwrap_or("no SQLSTATE");
    let cause = failure.cause.as_deref().unwrap_or("no cause named");
    format!("{}:{}: {} ({code}, {cause})", failure.file, failure.line, failure.message)
}
