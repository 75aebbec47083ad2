//! How long things may take, so that nothing hangs for ever (rule 11).

use std::time::Duration;

/// Time limits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Of a statement of a check, where the check does not say otherwise.
    pub check: Duration,
    /// Of a statement, or the command, of a phase.
    pub phase: Duration,
    /// Of waiting for a lock on a database that exists, whose users are not to be held up.
    pub lock: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self { check: Duration::from_secs(60), phase: Duration::from_secs(30 * 60), lock: Duration::from_secs(5) }
    }
}
