//! Findings: what the contract does not demand but a validator must know, shown by its steps after a phase.

use phasegate_database::Database;
use phasegate_evidence::{
    Event, Reason, Verdict,
    judge::{Expectation, Judged, Observation, Sequence, judge, names_sessions},
};

use crate::{
    RunError,
    drive::Stop,
    events::Events,
    happened::Log,
    observe::{steps_leave_a_setting, try_steps, try_steps_apart},
    states::States,
    suite::{Finding, Phase},
};

/// A finding that was tried.
pub(crate) struct Shown<'a> {
    finding: &'a Finding,
    seen: Observation,
    judged: Judged,
}

impl<'a> Shown<'a> {
    fn of(finding: &'a Finding, seen: Observation) -> Self {
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

/// Tries the findings that are shown after this phase, on a clone of the state after it. Those whose steps commit go first,
/// while nobody is connected to it, each on a clone that is dropped after it.
pub(crate) async fn try_findings(states: &States, phase: &Phase, on: &Database, log: &Log<'_, '_>) -> Result<(), Stop> {
    let here = states.suite().findings.iter().filter(|finding| finding.phase == phase.id);
    let (apart, here): (Vec<&Finding>, Vec<&Finding>) = here.partition(|finding| names_sessions(&finding.steps));
    if !apart.is_empty() {
        states.host().alone(on).await?;
    }
    for finding in apart {
        let seen = try_steps_apart(states.host(), on, states.limits().check, &finding.steps).await?;
        let tried = Shown::of(finding, seen);
        let is_over = tried.broke().is_some();
        log.shown(tried)?;
        if is_over {
            return Ok(());
        }
    }
    let mut open = None;
    for finding in here {
        let mut session = match open.take() {
            Some(session) => session,
            None => states.host().connect(on).await?,
        };
        let seen = try_steps(&mut session, states.limits().check, &finding.steps, None).await;
        let tried = Shown::of(finding, seen);
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
