//! A statement, or a command, that was applied.

use std::time::Instant;

use phasegate_evidence::Event;

/// One statement, or the command, that was applied.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct AppliedStatement {
    /// The file, relative to the fixtures, or the command.
    pub(crate) file: String,
    /// The line on which the statement starts; 0 for a command.
    pub(crate) line: u32,
    /// Rows written.
    pub(crate) rows: u64,
    /// How long it took.
    pub(crate) duration_us: u64,
}

impl AppliedStatement {
    /// The event that says so.
    pub(crate) fn event(self, suite: &str, phase: &str) -> Event {
        Event::StatementApplied {
            suite: suite.to_owned(),
            phase: phase.to_owned(),
            file: self.file,
            line: self.line,
            rows: self.rows,
            duration_us: self.duration_us,
        }
    }
}

/// Receives each statement when it has been applied.
pub(crate) type Progress<'a> = dyn FnMut(AppliedStatement) + Send + 'a;

pub(crate) fn micros(start: Instant) -> u64 {
    u64::try_from(start.elapsed().as_micros()).unwrap_or(u64::MAX)
}
