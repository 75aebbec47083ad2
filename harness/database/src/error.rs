//! What can go wrong with a database, each kind of it told apart: only the first is a fact about the database itself.

use std::time::Duration;

use phasegate_evidence::{Reason, ReasonCode, Refusal};

/// Why a statement has no outcome.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// The database refused it.
    #[error("{0}")]
    Refused(Refusal),
    /// The connection broke, or the server died.
    #[error("the connection was lost: {0}")]
    ConnectionLost(String),
    /// It outlived its time limit.
    #[error("not done after {} ms, the time limit", .0.as_millis())]
    TimedOut(Duration),
    /// The machine had no room or no memory left, or failed to read or write.
    #[error("the machine failed: {0}")]
    OutOfResources(String),
    /// What was to be rolled back ended its transaction.
    #[error("it ended the transaction that was to be rolled back, and what it did may have stayed")]
    LeftTransaction,
    /// It gave more than is recorded; this says more than what. The session can go on.
    #[error("it gives {0}, the most that is recorded")]
    TooLarge(String),
    /// Phasegate could not do its own work.
    #[error("{0}")]
    Mistake(String),
}

impl Error {
    /// Phasegate could not do its own work.
    #[must_use]
    pub fn mistake(message: impl Into<String>) -> Self {
        Self::Mistake(message.into())
    }

    /// What broke, as a reason that evidence may hold; a refusal in a place where nothing is judged is a mistake of ours.
    #[must_use]
    pub fn reason(&self) -> Reason {
        let code = match self {
            Self::Refused(_) | Self::Mistake(_) => ReasonCode::Harness,
            Self::ConnectionLost(_) => ReasonCode::ConnectionLost,
            Self::TimedOut(_) => ReasonCode::TimedOut,
            Self::OutOfResources(_) => ReasonCode::OutOfResources,
            Self::TooLarge(_) => ReasonCode::TooLarge,
            Self::LeftTransaction => ReasonCode::LeftItsTransaction,
        };
        Reason::new(code, self.to_string())
    }
}

impl From<Refusal> for Error {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(refusal)
    }
}

/// Takes a refusal for an outcome; everything else stays an error (rule 11).
///
/// # Errors
/// When the statement was not refused and yet came to nothing.
pub fn refusal_of<T>(outcome: Result<T, Error>) -> Result<Result<T, Refusal>, Error> {
    match outcome {
        Ok(value) => Ok(Ok(value)),
        Err(Error::Refused(refusal)) => Ok(Err(refusal)),
        Err(error) => Err(error),
    }
}
