//! What happens while a phase is judged, written down when it happens.

use std::{
    sync::{Mutex, PoisonError},
    time::Duration,
};

use phasegate_database::Error;
use phasegate_evidence::{
    Event, Reason, Verdict,
    judge::{Check, Direction, Expectation, GoesTo, Judged, Observation, Sequence, judge},
};

use crate::{
    RunError,
    events::Events,
    ran::{CommandRan, RanFor},
    stop::Stop,
    suite::{Finding, Gate, Phase},
};

/// A check and the gate that it belongs to.
pub(crate) type Planned<'a> = (&'a Gate, &'a Check);

/// What a check came to.
pub(crate) struct Judgement<'a> {
    pub(crate) gate: &'a Gate,
    pub(crate) check: &'a Check,
    pub(crate) seen: Observation,
    pub(crate) judged: Judged,
    pub(crate) took: Duration,
}

impl<'a> Judgement<'a> {
    pub(crate) fn of((gate, check): Planned<'a>, seen: Observation, took: Duration) -> Self {
        let judged = check.judge(&seen);
        Self { gate, check, seen, judged, took }
    }

    /// The event that says so.
    pub(crate) fn event(self, suite: &str, phase: &str, events: &mut Events<'_>) -> Result<Event, RunError> {
        Ok(Event::CheckJudged {
            suite: suite.to_owned(),
            phase: phase.to_owned(),
            gate: self.gate.id.clone(),
            check: self.check.id.clone(),
            verdict: self.judged.verdict,
            reason: self.judged.reason,
            examined: self.judged.examined,
            observation: events.observed(self.seen)?,
            duration_us: u64::try_from(self.took.as_micros()).unwrap_or(u64::MAX),
        })
    }

    /// What broke, if anything did; then nothing more is tried (rule 11).
    pub(crate) fn broke(&self) -> Option<&Reason> {
        match &self.seen {
            Observation::Broken { reason } => Some(reason),
            _ => None,
        }
    }
}

/// A finding that was tried.
pub(crate) struct Shown<'a> {
    finding: &'a Finding,
    seen: Observation,
    pub(crate) judged: Judged,
}

impl<'a> Shown<'a> {
    pub(crate) fn of(finding: &'a Finding, seen: Observation) -> Self {
        let judged = judge(&Expectation::Sequence(Sequence { steps: finding.steps.clone() }), &seen);
        Self { finding, seen, judged }
    }

    /// What broke, if anything did.
    pub(crate) fn broke(&self) -> Option<&Reason> {
        match &self.seen {
            Observation::Broken { reason } => Some(reason),
            _ => None,
        }
    }

    /// The event that says so.
    pub(crate) fn event(self, suite: &str, events: &mut Events<'_>) -> Result<Event, RunError> {
        Ok(Event::FindingTried {
            suite: suite.to_owned(),
            finding: self.finding.id.clone(),
            confirmed: self.judged.verdict == Verdict::Passed,
            reason: self.judged.reason,
            observation: events.observed(self.seen)?,
        })
    }
}

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
    /// A check that proved the way back to the baseline.
    pub(crate) proof: Option<String>,
    pub(crate) broke: Option<Reason>,
    /// What could not be written down where nobody could be told.
    unwritten: Option<RunError>,
}

impl<'l, 'e> Log<'l, 'e> {
    pub(crate) fn new(events: &'l mut Events<'e>, suite: &'l str, phase: &'l Phase) -> Self {
        Self { suite, phase, written: Mutex::new((events, Written::default())) }
    }

    /// A check was judged.
    pub(crate) fn judged(&self, judgement: Judgement<'_>) -> Result<(), RunError> {
        let mut guard = self.written.lock().unwrap_or_else(PoisonError::into_inner);
        let (events, written) = &mut *guard;
        if let Some(error) = written.unwritten.take() {
            return Err(error);
        }
        let (check, verdict) = (judgement.check, judgement.judged.verdict);
        written.verdicts.push(verdict);
        written.broke = written.broke.take().or_else(|| judgement.broke().cloned());
        if !verdict.opens_the_gate() {
            written.failed.push(check.id.clone());
        } else if matches!(&check.expectation, Expectation::Rollback(claim) if claim.to == GoesTo::Baseline) {
            written.proof = Some(check.id.clone());
        }
        let event = judgement.event(self.suite, &self.phase.id, events)?;
        events.emit(event)
    }

    /// A command ended that a check of the way back ran. What cannot be written is said when that is judged.
    pub(crate) fn ran(&self, ran: CommandRan, (phase, direction): (&str, Direction), check: &str) {
        let mut guard = self.written.lock().unwrap_or_else(PoisonError::into_inner);
        let (events, written) = &mut *guard;
        let of = RanFor { suite: self.suite, phase: Some(phase), direction, check: Some(check) };
        written.unwritten = written.unwritten.take().or(ran.emit(of, events).err());
    }

    /// Whether something broke, so that nothing more can be tried.
    pub(crate) fn is_broken(&self) -> bool {
        self.written.lock().unwrap_or_else(PoisonError::into_inner).1.broke.is_some()
    }

    /// What clearing up came to, unless something broke before it, which says more.
    pub(crate) fn cleared(&self, cleared: Result<(), Error>) -> Result<(), Stop> {
        if self.is_broken() { Ok(()) } else { Ok(cleared?) }
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
