//! A statement, or a command, that was applied.

use std::time::Instant;

use phasegate_evidence::Event;

use crate::ran::CommandRan;

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

/// What happens while a step is applied.
pub(crate) enum Progress {
    /// A statement, or the command, was applied.
    Applied(AppliedStatement),
    /// A command ended, whatever it came to.
    Ran(CommandRan),
}

/// Receives what happens, when it happens.
pub(crate) type Teller<'a> = dyn FnMut(Progress) + Send + 'a;

/// Who is told while a step is applied.
pub(crate) enum Told<'t, 'a> {
    /// Nobody.
    Nobody,
    /// Of commands alone: statements may go in one message.
    OfCommands(&'t mut Teller<'a>),
    /// Of each statement, too.
    OfEverything(&'t mut Teller<'a>),
}

impl<'a> Told<'_, 'a> {
    /// The same, for a part of what is applied.
    pub(crate) fn again(&mut self) -> Told<'_, 'a> {
        match self {
            Self::Nobody => Told::Nobody,
            Self::OfCommands(teller) => Told::OfCommands(&mut **teller),
            Self::OfEverything(teller) => Told::OfEverything(&mut **teller),
        }
    }

    /// A command ended.
    pub(crate) fn ran(&mut self, ran: CommandRan) {
        if let Self::OfCommands(teller) | Self::OfEverything(teller) = self {
            teller(Progress::Ran(ran));
        }
    }

    /// A statement, or the command, was applied.
    pub(crate) fn applied(&mut self, applied: AppliedStatement) {
        if let Self::OfEverything(teller) = self {
            teller(Progress::Applied(applied));
        }
    }

    /// Whether somebody asks for each statement.
    pub(crate) fn asks_for_each(&self) -> bool {
        matches!(self, Self::OfEverything(_))
    }
}

pub(crate) fn micros(start: Instant) -> u64 {
    u64::try_from(start.elapsed().as_micros()).unwrap_or(u64::MAX)
}
