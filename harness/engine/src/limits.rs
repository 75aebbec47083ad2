//! How long things may take, so that nothing hangs for ever (rule 11), and how much of what is seen is recorded. What has a
//! fixed size stands in `phasegate_evidence` (texts that say why) and `phasegate_database` (SQL).

use std::time::Duration;

use phasegate_evidence::Size;

/// Limits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Of a statement of a check, where the check does not say otherwise.
    pub check: Duration,
    /// Of a statement, or the command, of a phase.
    pub phase: Duration,
    /// Of waiting for a lock on a database that exists, whose users are not to be held up.
    pub lock: Duration,
    /// Of what a query or a step of a check, a finding or a scenario gives.
    pub size: Size,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            check: Duration::from_secs(60),
            phase: Duration::from_secs(30 * 60),
            lock: Duration::from_secs(5),
            size: Size::default(),
        }
    }
}
