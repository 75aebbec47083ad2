//! Why nothing is adopted.

use phasegate_engine::suite::SuiteError;

/// Why nothing is adopted from a run.
#[derive(Debug, thiserror::Error)]
pub enum AdoptError {
    /// Its folder does not verify.
    #[error("it does not verify")]
    Unverified,
    /// Its folder cannot be read any more.
    #[error("it cannot be read: {0}")]
    Unread(String),
    /// The suites cannot be read.
    #[error(transparent)]
    Suite(#[from] SuiteError),
    /// It applied nothing.
    #[error("it judged gates alone, on a database that existed, and only what a run applied itself is adopted")]
    GatesAlone,
    /// What it was made of is no longer what lies here.
    #[error("{} changed since then: run the suite again", .0.join(", "))]
    Changed(Vec<String>),
    /// A check that was named is not there.
    #[error("it has no check {0}; `phasegate list SUITE` shows the checks")]
    NoCheck(String),
    /// A check that was named is there in several suites.
    #[error("several suites have a check {check}: say {}", .suites.iter().map(|suite| format!("{suite}/{check}")).collect::<Vec<_>>().join(" or "))]
    Several {
        /// Its id.
        check: String,
        /// The suites that have one.
        suites: Vec<String>,
    },
    /// What a check that was named saw cannot be adopted.
    #[error("check {check} {why}")]
    Check {
        /// Its id.
        check: String,
        /// Why, as the rest of a sentence about it.
        why: String,
    },
    /// A file cannot be written.
    #[error("failed to write {file}: {why}")]
    Unwritten {
        /// The file.
        file: String,
        /// Why.
        why: String,
    },
}
