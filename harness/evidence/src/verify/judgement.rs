//! Whether the events come to what the run says they came to.

use super::{audit::Audit, fault::FaultCode, order::out_of_order};
use crate::{Digest, EVENTS_FILE, Event, Plan, RESULT_FILE, RunResult, canonical_bytes};

impl Audit<'_> {
    /// The events can have happened in this order, and speak only of what was planned.
    pub(super) fn order(&mut self, plan: &Plan, events: &[&Event]) -> bool {
        let faults = out_of_order(plan, events);
        let in_order = faults.is_empty();
        for what in faults {
            self.fault(FaultCode::OutOfOrder, EVENTS_FILE, what);
        }
        in_order
    }

    /// The verdicts that the run wrote down are those that its checks come to.
    pub(super) fn verdicts(&mut self, derived: &RunResult, events: &[&Event]) {
        for event in events {
            let suite_of = |name: &str| derived.suites.iter().find(|suite| suite.suite == name);
            let claimed = match event {
                Event::PhaseJudged { suite, phase, verdict } => suite_of(suite)
                    .and_then(|found| found.phases.iter().find(|found| found.phase == *phase))
                    .map(|found| (format!("phase {phase} of {suite}"), *verdict, found.verdict)),
                Event::SuiteFinished { suite, verdict } => {
                    suite_of(suite).map(|found| (format!("suite {suite}"), *verdict, found.verdict))
                }
                Event::RunFinished { verdict, .. } => Some(("the run".to_owned(), *verdict, derived.verdict)),
                _ => None,
            };
            if let Some((what, claimed, derived)) = claimed
                && claimed != derived
            {
                let what = format!("{what} is said to be {claimed} and comes to {derived}");
                self.fault(FaultCode::WrongVerdict, EVENTS_FILE, what);
            }
        }
    }

    /// `result.json` is exactly what plan and events come to. Returns the digest that it must have.
    pub(super) fn result(&mut self, derived: &RunResult, events: &[&Event]) -> Option<Digest> {
        let Some(Event::RunFinished { result: claimed, .. }) = events.last() else {
            self.fault(FaultCode::Truncated, EVENTS_FILE, "does not end with the end of the run: it was interrupted");
            return None;
        };
        let Ok(bytes) = canonical_bytes(derived) else {
            self.fault(FaultCode::ResultReplaced, RESULT_FILE, "has no canonical form");
            return None;
        };
        let digest = Digest::of(&bytes);
        if *claimed != digest {
            let what = format!("the run ended with result {claimed}, its events come to {digest}");
            self.fault(FaultCode::ResultReplaced, EVENTS_FILE, what);
        }
        if let Some(stored) = self.read(RESULT_FILE)
            && stored != bytes
        {
            self.fault(FaultCode::ResultReplaced, RESULT_FILE, "is not what plan and events come to");
        }
        Some(digest)
    }
}
