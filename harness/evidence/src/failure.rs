//! Why a phase, a baseline or an action could not be applied.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::{ReasonCode, Refusal, Verdict};

/// Why a phase could not be applied.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct ApplyFailure {
    /// The file, relative to the fixtures, or the command.
    pub file: String,
    /// The line on which the statement starts; 0 for a command.
    pub line: u32,
    /// The ordinal of the statement in the phase, from 1; 0 for a command.
    pub statement: u32,
    /// The SQLSTATE, or the result code of SQLite, where there is one.
    pub sqlstate: Option<String>,
    /// What refused, as in `constraint ck_x` or `function fn_y`, where the server names it.
    pub cause: Option<String>,
    /// The message of the server or the last lines of the command.
    pub message: String,
    /// The server's own detail. It may hold values of rows, which differ between two honest runs, and so a result holds none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub detail: Option<String>,
    /// The server's own hint.
    pub hint: Option<String>,
    /// What broke, where nothing was refused (rule 11).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub broke: Option<ReasonCode>,
}

impl ApplyFailure {
    /// A statement that the database refused.
    #[must_use]
    pub fn refused(file: impl Into<String>, line: u32, statement: u32, refusal: &Refusal) -> Self {
        Self {
            file: file.into(),
            line,
            statement,
            sqlstate: refusal.sqlstate.clone(),
            cause: refusal.cause.as_ref().map(ToString::to_string),
            message: refusal.message.clone(),
            detail: refusal.detail.clone(),
            hint: refusal.hint.clone(),
            broke: None,
        }
    }

    /// Something that broke, and was not refused.
    #[must_use]
    pub fn broke(file: impl Into<String>, code: ReasonCode, message: impl Into<String>) -> Self {
        let refusal = Refusal::without_code(message);
        Self { broke: Some(code), ..Self::refused(file, 0, 0, &refusal) }
    }

    /// Something that Phasegate could not do.
    #[must_use]
    pub fn of_harness(file: impl Into<String>, message: impl Into<String>) -> Self {
        Self::broke(file, ReasonCode::Harness, message)
    }

    /// As a result holds it.
    pub(crate) fn of_result(&self) -> Self {
        Self { detail: None, ..self.clone() }
    }

    /// What a phase comes to that failed so: `error` where something broke.
    pub(crate) fn verdict(&self) -> Verdict {
        if self.broke.is_some() { Verdict::Error } else { Verdict::Failed }
    }

    /// The file and the line.
    #[must_use]
    pub fn place(&self) -> String {
        if self.line == 0 { self.file.clone() } else { format!("{}:{}", self.file, self.line) }
    }

    /// The code and the cause, which a result may hold: the message may hold values.
    pub(crate) fn summary(&self) -> String {
        match (&self.sqlstate, &self.cause) {
            (Some(code), Some(cause)) => format!("{code} {cause}"),
            (Some(code), None) => code.clone(),
            (None, _) => self.message.clone(),
        }
    }
}

impl fmt::Display for ApplyFailure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let code = match (&self.sqlstate, self.broke) {
            (Some(sqlstate), _) => sqlstate.as_str(),
            (None, Some(broke)) => broke.as_str(),
            (None, None) => "no SQLSTATE",
        };
        let cause = self.cause.as_deref().unwrap_or("no cause named");
        write!(f, "{}: {} ({code}, {cause})", self.place(), self.message)
    }
}
