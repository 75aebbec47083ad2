//! What happens while a phase is judged, written down when it happens.

use std::sync::{Mutex, PoisonError};

use phasegate_evidence::{Reason, Verdict, judge::Expectation};

use crate::{RunError, events::Events, findings::Shown, gates::Judgement, suite::Phase};

/// Writes down what happens while a phase is judged. Whoever judges waits until it is written: a check of SQLite works on
/// the thread that would write, and what was judged before it would else be lost with it.
pub(crate) struct Log<'l, 'e> {
    suite: &'l str,
    phase: &'l Phase,
    written: Mutex<(&'l mut Events<'e>, Written)>,
}

/// What was written down while a phase was judged.
#[derive(Default)]
pub(crate) struct Written {
    pub(crate) verdicts: Vec<Verdict>,
    /// The checks that do not pass.
    pub(crate) failed: Vec<String>,
    /// A check that proved the way back.
    pub(crate) proof: Option<String>,
    pub(crate) broke: Option<Reason>,
}

impl<'l, 'e> Log<'l, 'e> {
    pub(crate) fn new(events: &'l mut Events<'e>, suite: &'l str, phase: &'l Phase) -> Self {
        Self { suite, phase, written: Mutex::new((events, Written::default())) }
    }

    /// A check was judged.
    pub(crate) fn judged(&self, judgement: Judgement<'_>) -> Result<(), RunError> {
        let mut guard = self.written.lock().unwrap_or_else(PoisonError::into_inner);
        let (events, written) = &mut *guard;
        let (check, verdict) = (judgement.check, judgement.judged.verdict);
        written.verdicts.push(verdict);
        written.broke = written.broke.take().or_else(|| judgement.broke().cloned());
        if !verdict.opens_the_gate() {
            written.failed.push(check.id.clone());
        } else if matches!(check.expectation, Expectation::Rollback(_)) {
            written.proof = Some(check.id.clone());
        }
        let event = judgement.event(self.suite, &self.phase.id, events)?;
        events.emit(event)
    }

    /// Whether something broke, so that nothing more can be tried.
    pub(crate) fn is_broken(&self) -> bool {
        self.written.lock().unwrap_or_else(PoisonError::into_inner).1.broke.is_some()
    }

    /// A finding was tried.
    pub(crate) fn shown(&self, shown: Shown<'_>) -> Result<(), RunError> {
        let mut guard = self.written.lock().unwrap_or_else(PoisonError::into_inner);
        let (events, written) = &mut *guard;
        written.broke = written.broke.take().or_else(|| shown.broke().cloned());
        let event = shown.event(self.suite, events)?;
        events.emit(event)
    }

    /// Nothing more happens.
    pub(crate) fn end(self) -> Written {
        self.written.into_inner().unwrap_or_else(PoisonError::into_inner).1
    }
}
