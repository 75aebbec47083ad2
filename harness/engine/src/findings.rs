//! Findings: what the contract does not demand but a validator must know, shown by its steps after a phase.

use phasegate_database::Database;
use phasegate_evidence::{
    Event, Reason, Verdict,
    judge::{Expectation, Judged, Observation, Sequence, judge},
};

use crate::{
    RunError,
    drive::Stop,
    events::Events,
    happened::Log,
    observe::{steps_leave_a_setting, try_steps},
    states::States,
    suite::{Finding, Phase},
};

/// A finding that was tried.
pub(crate) struct Shown<'a> {
    finding: &'a Finding,
    seen: Observation,
    judged: Judged,
}

impl Shown<'_> {
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

/// Tries the findings that are shown after this phase, on a clone of the state after it.
pub(crate) async fn try_findings(states: &States, phase: &Phase, on: &Database, log: &Log<'_, '_>) -> Result<(), Stop> {
    let mut open = None;
    for finding in states.suite().findings.iter().filter(|finding| finding.phase == phase.id) {
        let mut session = match open.take() {
            Some(session) => session,
            None => states.host().connect(on).await?,
        };
        let seen = try_steps(&mut session, states.limits().check, &finding.steps).await;
        let judged = judge(&Expectation::Sequence(Sequence { steps: finding.steps.clone() }), &seen);
        let tried = Shown { finding, seen, judged };
        let is_over = tried.broke().is_some();
        log.shown(tried)?;
        if is_over {
            return Ok(());
        }
        if steps_leave_a_setting(&finding.steps) {
            session.close().await?;
        } else {
            open = Some(session);
        }
    }
    match open {
        Some(session) => Ok(session.close().await?),
        None => Ok(()),
    }
}
