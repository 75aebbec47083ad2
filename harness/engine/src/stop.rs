//! Why a walk over phases ends before its end.

use phasegate_database::Error;
use phasegate_evidence::Reason;

use crate::RunError;

/// Why the loop ends before its end.
pub(crate) enum Stop {
    /// Something broke that is no claim of the suite (rule 11).
    Broke(Reason),
    /// The run has no result.
    Run(RunError),
}

impl From<Error> for Stop {
    fn from(error: Error) -> Self {
        Self::Broke(error.reason())
    }
}

impl From<RunError> for Stop {
    fn from(error: RunError) -> Self {
        match error {
            RunError::Database(error) => error.into(),
            error => Self::Run(error),
        }
    }
}
