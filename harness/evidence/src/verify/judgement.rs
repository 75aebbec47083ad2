//! Whether the events come to what the run says they came to.

use super::{audit::Audit, order::out_of_order};
use crate::{Digest, EVENTS_FILE, Event, FolderError, Link, Plan, RESULT_FILE, RunResult, Verdict, canonical_bytes};

impl Audit<'_> {
    /// The events can have happened in this order, and speak only of what was planned.
    pub(super) fn order(&mut self, plan: &Plan, links: &[Link]) {
        for what in out_of_order(plan, links) {
            self.fault(EVENTS_FILE, what);
        }
    }

    /// A check that passed shows what it saw, and one that did not says why.
    pub(super) fn observed(&mut self, links: &[Link]) {
        for link in links {
            let Event::CheckJudged { suite, check, verdict, reason, observation, .. } = &link.event else {
                continue;
            };
            if *verdict == Verdict::Passed && observation.is_none() {
                self.fault(EVENTS_FILE, format!("{suite}/{check} passed and shows nothing that it saw"));
            }
            if (*verdict == Verdict::Passed) == reason.is_some() {
                let what = match reason {
                    Some(reason) => format!("{suite}/{check} passed and has a reason: {reason}"),
                    None => format!("{suite}/{check} is {verdict} and has no reason"),
                };
                self.fault(EVENTS_FILE, what);
            }
        }
    }

    /// Rule 6: phase N+1 does not start unless every gate of phase N is passed or not applicable.
    pub(super) fn gates_held(&mut self, plan: &Plan, links: &[Link]) {
        for suite in &plan.suites {
            for pair in suite.phases.windows(2) {
                let [earlier, later] = pair else { continue };
                let start = links.iter().position(|link| {
                    matches!(&link.event, Event::PhaseStarted { suite: s, phase }
                        if *s == suite.suite && *phase == later.phase)
                });
                let Some(start) = start else { continue };
                let before = links[..start].iter().map(|link| &link.event);
                let so_far = RunResult::derive(plan, before);
                let verdict = so_far
                    .suites
                    .iter()
                    .filter(|result| result.suite == suite.suite)
                    .flat_map(|result| &result.phases)
                    .find(|result| result.phase == earlier.phase)
                    .map_or(Verdict::Error, |result| result.verdict);
                if !verdict.opens_the_gate() {
                    let what = format!(
                        "{}: phase {} started although phase {} was {verdict}",
                        suite.suite, later.phase, earlier.phase
                    );
                    self.fault(EVENTS_FILE, what);
                }
            }
        }
    }

    /// The verdicts that the run wrote down are those that its checks come to.
    pub(super) fn verdicts(&mut self, derived: &RunResult, links: &[Link]) {
        for link in links {
            let suite_of = |name: &str| derived.suites.iter().find(|suite| suite.suite == name);
            let claimed = match &link.event {
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
                self.fault(EVENTS_FILE, what);
            }
        }
    }

    /// `result.json` is exactly what plan and events come to. Returns the digest that it must have.
    pub(super) fn result(&mut self, derived: &RunResult, links: &[Link]) -> Result<Option<Digest>, FolderError> {
        let Some(Event::RunFinished { result: claimed, .. }) = links.last().map(|link| &link.event) else {
            self.fault(EVENTS_FILE, "does not end with the end of the run: it was interrupted");
            return Ok(None);
        };
        let Ok(bytes) = canonical_bytes(derived) else {
            self.fault(RESULT_FILE, "has no canonical form");
            return Ok(None);
        };
        let digest = Digest::of(&bytes);
        if *claimed != digest {
            let what = format!("the run ended with result {claimed}, its events come to {digest}");
            self.fault(EVENTS_FILE, what);
        }
        if let Some(stored) = self.read(RESULT_FILE)?
            && stored != bytes
        {
            self.fault(RESULT_FILE, "is not what plan and events come to");
        }
        Ok(Some(digest))
    }
}
