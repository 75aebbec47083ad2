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

/// Who is told while a step is applied, and of what.
pub(crate) struct Told<'t, 'a> {
    teller: Option<&'t mut Teller<'a>>,
    /// Whether of each statement, too: they may go in one message else.
    of_each: bool,
}

impl<'t, 'a> Told<'t, 'a> {
    /// Nobody is told.
    pub(crate) fn nobody() -> Self {
        Self { teller: None, of_each: false }
    }

    /// Somebody is told of commands alone.
    pub(crate) fn of_commands(teller: &'t mut Teller<'a>) -> Self {
        Self { teller: Some(teller), of_each: false }
    }

    /// Somebody is told of each statement, too.
    pub(crate) fn of_everything(teller: &'t mut Teller<'a>) -> Self {
        Self { teller: Some(teller), of_each: true }
    }

    /// The same, for a part of what is applied.
    pub(crate) fn again(&mut self) -> Told<'_, 'a> {
        Told { teller: self.teller.as_deref_mut(), of_each: self.of_each }
    }

    /// A command ended.
    pub(crate) fn ran(&mut self, ran: CommandRan) {
        if let Some(teller) = &mut self.teller {
            teller(Progress::Ran(ran));
        }
    }

    /// A statement, or the command, was applied.
    pub(crate) fn applied(&mut self, applied: AppliedStatement) {
        if let Some(teller) = self.teller.as_mut().filter(|_| self.of_each) {
            teller(Progress::Applied(applied));
        }
    }

    /// Whether somebody asks for each statement.
    pub(crate) fn asks_for_each(&self) -> bool {
        self.of_each
    }
}

pub(crate) fn micros(start: Instant) -> u64 {
    u64::try_from(start.elapsed().as_micros()).unwrap_or(u64::MAX)
}
