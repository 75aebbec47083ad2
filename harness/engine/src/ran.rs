//! A command that ended, with what it said.

use phasegate_evidence::{Event, Said, judge::Direction};

use crate::{RunError, events::Events};

/// A command that ended, whatever it came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct CommandRan {
    pub(crate) command: String,
    /// Its exit status, the signal that ended it, or that it outlived its time limit.
    pub(crate) ended: String,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
    /// The names of the variables that it inherited.
    pub(crate) inherited: Vec<String>,
    pub(crate) duration_us: u64,
}

/// What a command was run for.
#[derive(Debug, Clone, Copy)]
pub(crate) struct RanFor<'a> {
    pub(crate) suite: &'a str,
    /// The phase that it is a step of, if it is one.
    pub(crate) phase: Option<&'a str>,
    pub(crate) direction: Direction,
    /// The check of the way back that it was run for, if it was.
    pub(crate) check: Option<&'a str>,
}

impl CommandRan {
    /// Why it failed, if it did.
    pub(crate) fn message(&self) -> String {
        Said { ended: &self.ended, stdout: &self.stdout, stderr: &self.stderr }.message()
    }

    /// Writes down that it ended, with what it said among the outputs.
    pub(crate) fn emit(self, of: RanFor<'_>, events: &mut Events<'_>) -> Result<(), RunError> {
        let inherited: String = self.inherited.iter().map(|name| format!("{name}\n")).collect();
        let [stdout, stderr, inherited] = [&self.stdout, &self.stderr, &inherited].map(|text| events.text(text));
        events.emit(Event::CommandEnded {
            suite: of.suite.to_owned(),
            phase: of.phase.map(str::to_owned),
            direction: of.direction,
            check: of.check.map(str::to_owned),
            command: self.command,
            ended: self.ended,
            stdout: stdout?,
            stderr: stderr?,
            inherited: inherited?,
            duration_us: self.duration_us,
        })
    }
}
