//! What a judgement comes to.

use crate::{Reason, ReasonCode, Refusal, Verdict};

/// What a check comes to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Judged {
    /// The verdict.
    pub verdict: Verdict,
    /// Why, unless it passed.
    pub reason: Option<Reason>,
    /// How many rows were examined, where that is a number.
    pub examined: Option<u64>,
}

impl Judged {
    pub(crate) fn passed() -> Self {
        Self { verdict: Verdict::Passed, reason: None, examined: None }
    }

    pub(crate) fn failed(code: ReasonCode, detail: impl Into<String>) -> Self {
        Self { verdict: Verdict::Failed, reason: Some(Reason::new(code, detail)), examined: None }
    }

    pub(crate) fn error(code: ReasonCode, detail: impl Into<String>) -> Self {
        Self { verdict: Verdict::Error, ..Self::failed(code, detail) }
    }

    /// A query that was refused: nothing was looked at, unless what refused it is that the file it reads is damaged.
    pub(super) fn refused(refusal: &Refusal) -> Self {
        if refusal.finds_damage() {
            return Self::failed(ReasonCode::Damaged, refusal.to_string());
        }
        Self::error(ReasonCode::QueryRefused, refusal.summary())
    }

    pub(super) fn examined(mut self, rows: u64) -> Self {
        self.examined = Some(rows);
        self
    }
}
