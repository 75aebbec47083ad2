//! Going on where an earlier run stopped: where that was, what is taken over from there, and whether a run that says so did.

use std::collections::{BTreeMap, BTreeSet};

use crate::{Digest, Event, Link, Plan, SuitePlan, TableContent};

/// What a state was recorded to hold: its catalog, among the outputs, and what each table held.
pub type Held<'a> = (&'a Digest, &'a BTreeMap<String, TableContent>);

/// Where a run of a suite stopped.
#[derive(Debug)]
pub struct Stopped<'a> {
    /// The suite as it was planned.
    pub plan: &'a SuitePlan,
    /// How many phases had opened their gates; the next one is that at which it stopped.
    pub passed: usize,
    /// What the state after the baseline held, and that after each phase that had opened its gates.
    pub states: Vec<Held<'a>>,
    /// What was recorded last.
    pub last: Held<'a>,
    /// Whether the phase at which it stopped had been applied as a whole.
    pub applied: bool,
    links: &'a [Link],
}

impl<'a> Stopped<'a> {
    /// Where a run stopped that did not come to its end, of which plan and events are known to hold.
    ///
    /// # Errors
    /// In a sentence about the run, when there is nothing in it to go on from.
    pub fn of(plan: &'a Plan, links: &'a [Link], suite: &str) -> Result<Self, String> {
        if plan.keep_going {
            return Err(
                "kept going after a failed phase, and stopped nowhere: run it again without --keep-going".to_owned()
            );
        }
        let found = plan.suites.iter().find(|planned| planned.suite == suite);
        let plan = found.ok_or_else(|| format!("did not run suite {suite}"))?;
        let (mut states, mut last, mut applied): (Vec<Held<'a>>, Option<Held<'a>>, _) = (Vec::new(), None, false);
        let mut passed = 0;
        for link in links.iter().filter(|link| link.event.suite() == Some(suite)) {
            match link.event.plain() {
                Event::BaselineApplied { catalog, tables, .. } => last = Some((catalog, tables)),
                Event::PhaseApplied { catalog_after, tables, .. } => {
                    (last, applied) = (Some((catalog_after, tables)), true);
                }
                Event::PhaseJudged { verdict, .. } if verdict.opens_the_gate() => {
                    (passed, applied) = (passed + 1, false);
                }
                Event::PhaseFailed { phase, catalog_after, tables, .. } => {
                    let catalog = catalog_after.as_ref();
                    last = Some((
                        catalog.ok_or_else(|| format!("could not read any more what phase {phase} left"))?,
                        tables,
                    ));
                }
                _ => {}
            }
            if states.len() == passed
                && let Some(last) = last
            {
                states.push(last);
            }
        }
        match last {
            None => Err(format!("has no baseline of suite {suite}")),
            Some(_) if passed == plan.phases.len() => {
                Err(format!("came to the end of suite {suite}: nothing failed in it"))
            }
            Some(last) => Ok(Self { plan, passed, states, last, applied, links }),
        }
    }

    /// What is taken over from it: all that led to the last state whose gates opened; with the application of the phase at
    /// which it stopped, if that is not applied again.
    #[must_use]
    pub fn taken_over(&self, with_application: bool) -> Vec<Event> {
        let passed: BTreeSet<&str> = self.plan.phases[..self.passed].iter().map(|phase| phase.phase.as_str()).collect();
        let applied = self.plan.phases.get(self.passed).filter(|_| with_application).map(|phase| phase.phase.as_str());
        let of_finding = |id: &str| self.plan.findings.iter().find(|finding| finding.id == id);
        let checks: BTreeSet<&str> = self
            .plan
            .checks()
            .filter(|(of, ..)| passed.contains(of.phase.as_str()))
            .map(|(.., check)| &*check.id)
            .collect();
        let is_taken = |event: &Event| match event {
            Event::CommandEnded { check: Some(check), .. } => checks.contains(check.as_str()),
            Event::CommandEnded { phase, check: None, .. } => {
                phase.as_deref().is_none_or(|phase| passed.contains(phase) || applied == Some(phase))
            }
            Event::BaselineApplied { .. } => true,
            Event::PhaseStarted { phase, .. }
            | Event::StatementApplied { phase, .. }
            | Event::PhaseApplied { phase, .. } => passed.contains(phase.as_str()) || applied == Some(phase),
            Event::CheckJudged { phase, .. } | Event::PhaseJudged { phase, .. } => passed.contains(phase.as_str()),
            Event::FindingTried { finding, .. } => {
                of_finding(finding).is_some_and(|finding| passed.contains(finding.phase.as_str()))
            }
            _ => false,
        };
        let own = self.links.iter().filter(|link| link.event.suite() == Some(&self.plan.suite));
        own.filter(|link| is_taken(link.event.plain()))
            .map(|link| match &link.event {
                taken @ Event::TakenOver { .. } => taken.clone(),
                event => Event::TakenOver {
                    suite: self.plan.suite.clone(),
                    at_unix_ms: link.at_unix_ms,
                    event: Box::new(event.clone()),
                },
            })
            .collect()
    }

    /// The files of suite and migration that are others in this plan, by their paths.
    #[must_use]
    pub fn changed(&self, now: &SuitePlan) -> Vec<String> {
        let [before, now] = [&self.plan.inputs, &now.inputs];
        let paths: BTreeSet<&String> = before.keys().chain(now.keys()).collect();
        paths.into_iter().filter(|path| before.get(*path) != now.get(*path)).cloned().collect()
    }
}

/// Whether a run went on from an earlier one as it says, both of which are known to hold; `head` is the digest of the last
/// event of the earlier one.
///
/// # Errors
/// In a sentence about the run, when it did not.
pub fn goes_on_from(run: (&Plan, &[Link]), earlier: (&Plan, &[Link]), head: &Digest) -> Result<(), String> {
    let (plan, links) = run;
    let Some(Event::SuiteResumed { suite, run, head: named, phase, changed, catalog, tables }) =
        links.iter().map(|link| &link.event).find(|event| matches!(event, Event::SuiteResumed { .. }))
    else {
        return Err("goes on from no run".to_owned());
    };
    if named != head {
        return Err(format!("went on from another {run} than this, of the head digest {named}"));
    }
    let stopped =
        Stopped::of(earlier.0, earlier.1, suite).map_err(|why| format!("cannot have gone on: {run} {why}"))?;
    if (catalog, tables) != stopped.last {
        return Err(format!("found another state than {run} left"));
    }
    let Some(now) = plan.suites.iter().find(|planned| planned.suite == *suite) else {
        return Err(format!("resumed suite {suite}, which it does not plan"));
    };
    if now.phases.get(stopped.passed).is_none_or(|planned| planned.phase != *phase) {
        return Err(format!("went on from phase {phase}, which is not where {run} stopped"));
    }
    if *changed != stopped.changed(now) {
        return Err(format!("names other files as changed than differ from those of {run}"));
    }
    let taken: Vec<&Event> =
        links.iter().map(|link| &link.event).filter(|event| matches!(event, Event::TakenOver { .. })).collect();
    let with_application = taken
        .iter()
        .any(|event| matches!(event.plain(), Event::PhaseApplied { phase: applied, .. } if applied == phase));
    if !stopped.taken_over(with_application).iter().eq(taken) {
        return Err(format!("took over something else than {run} holds"));
    }
    Ok(())
}
