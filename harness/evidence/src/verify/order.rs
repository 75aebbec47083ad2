//! Whether a chain of events is one that a run of this plan can leave: nothing unplanned, nothing twice, nothing
//! before what it rests on. A chain that was made up as a whole has to pass here too.

use std::collections::BTreeSet;

use crate::{Event, Link, Plan, Verdict};

/// Everything that is out of order, in sentences.
pub(super) fn out_of_order(plan: &Plan, links: &[Link]) -> Vec<String> {
    let (planned, mut faults) = planned(plan);
    let mut done: BTreeSet<String> = BTreeSet::new();
    let applied = suites_with_phases_applied(links);
    for link in links {
        let Some(mut step) = Step::of(plan, &link.event) else {
            continue;
        };
        if let Event::CheckJudged { suite, .. } | Event::PhaseJudged { suite, .. } = &link.event
            && !applied.contains(suite.as_str())
        {
            step.after = vec![started(suite_name(suite))];
        }
        if !planned.contains(&step.subject) {
            faults.push(format!("{} {} and was not planned", step.subject, step.what));
        }
        for earlier in step.after {
            if !done.contains(&earlier) {
                faults.push(format!("{} {} before {earlier}", step.subject, step.what));
            }
        }
        let first = done.insert(format!("{} {}", step.subject, step.what));
        if step.once && !first {
            faults.push(format!("{} {} twice", step.subject, step.what));
        }
    }
    faults
}

/// The suites of which anything was applied. The others were judged by their gates alone, on a database that existed;
/// every report says so.
fn suites_with_phases_applied(links: &[Link]) -> BTreeSet<&str> {
    let mut suites = BTreeSet::new();
    for link in links {
        if let Event::BaselineApplied { suite, .. }
        | Event::BaselineFailed { suite, .. }
        | Event::PhaseStarted { suite, .. }
        | Event::StatementApplied { suite, .. }
        | Event::PhaseApplied { suite, .. }
        | Event::PhaseFailed { suite, .. } = &link.event
        {
            suites.insert(suite.as_str());
        }
    }
    suites
}

/// What the plan names, and the names that it gives twice.
fn planned(plan: &Plan) -> (BTreeSet<String>, Vec<String>) {
    let mut names = BTreeSet::from([RUN.to_owned()]);
    let mut faults = Vec::new();
    let mut name = |name: String| {
        if !names.insert(name.clone()) {
            faults.push(format!("{name} is planned twice"));
        }
    };
    for suite in &plan.suites {
        let s = &suite.suite;
        name(suite_name(s));
        name(baseline_name(s));
        suite.findings.iter().for_each(|f| name(finding_name(s, &f.id)));
        suite.phases.iter().for_each(|p| name(phase_name(s, &p.phase)));
        suite.checks().for_each(|(p, g, c)| name(check_name(s, &p.phase, &g.gate, &c.check)));
    }
    (names, faults)
}

const RUN: &str = "the run";
const SERVER: &str = "the run had a server";

fn started(name: String) -> String {
    format!("{name} was started")
}

fn suite_name(suite: &str) -> String {
    format!("suite {suite}")
}

fn baseline_name(suite: &str) -> String {
    format!("the baseline of {suite}")
}

fn phase_name(suite: &str, phase: &str) -> String {
    format!("phase {phase} of {suite}")
}

fn check_name(suite: &str, phase: &str, gate: &str, check: &str) -> String {
    format!("check {check} of gate {gate}, phase {phase} of {suite},")
}

fn finding_name(suite: &str, finding: &str) -> String {
    format!("finding {finding} of {suite}")
}

/// What an event says about what, and what must have happened before it.
struct Step {
    subject: String,
    what: &'static str,
    once: bool,
    after: Vec<String>,
}

impl Step {
    fn of(plan: &Plan, event: &Event) -> Option<Self> {
        let once = |subject: String, what, after| Self { subject, what, once: true, after };
        let applied = |suite: &str, phase: &str| format!("{} was applied", phase_name(suite, phase));
        Some(match event {
            Event::RunStarted { .. } => once(RUN.to_owned(), "was started", vec![]),
            Event::SuiteStarted { suite } => once(suite_name(suite), "was started", vec![SERVER.to_owned()]),
            Event::BaselineApplied { suite, .. } => {
                once(baseline_name(suite), "was applied", vec![started(suite_name(suite))])
            }
            Event::BaselineFailed { suite, .. } => {
                once(baseline_name(suite), "failed", vec![started(suite_name(suite))])
            }
            Event::PhaseStarted { suite, phase } => {
                let after = vec![format!("{} was applied", baseline_name(suite))];
                once(phase_name(suite, phase), "was started", after)
            }
            Event::StatementApplied { suite, phase, .. } => Self {
                once: false,
                ..once(phase_name(suite, phase), "executed a statement", vec![started(phase_name(suite, phase))])
            },
            Event::PhaseApplied { suite, phase, .. } => {
                once(phase_name(suite, phase), "was applied", vec![started(phase_name(suite, phase))])
            }
            Event::PhaseFailed { suite, phase, .. } => {
                once(phase_name(suite, phase), "failed to apply", vec![started(phase_name(suite, phase))])
            }
            Event::CheckJudged { suite, phase, gate, check, verdict, .. } => {
                let tried = matches!(verdict, Verdict::Passed | Verdict::Failed);
                let after = if tried { vec![applied(suite, phase)] } else { vec![] };
                once(check_name(suite, phase, gate, check), "was judged", after)
            }
            Event::FindingTried { suite, finding, confirmed, .. } => {
                let phase = plan
                    .suites
                    .iter()
                    .filter(|planned| planned.suite == *suite)
                    .flat_map(|planned| &planned.findings)
                    .find(|planned| planned.id == *finding)
                    .filter(|_| *confirmed);
                let after = phase.map(|finding| applied(suite, &finding.phase));
                once(finding_name(suite, finding), "was tried", after.into_iter().collect())
            }
            Event::PhaseJudged { suite, phase, verdict } => {
                let after = if *verdict == Verdict::Passed { vec![applied(suite, phase)] } else { vec![] };
                once(phase_name(suite, phase), "was judged", after)
            }
            Event::SuiteFinished { suite, .. } => {
                once(suite_name(suite), "was finished", vec![started(suite_name(suite))])
            }
            Event::ServerReady { .. } => Self { once: false, ..once(RUN.to_owned(), "had a server", vec![]) },
            Event::ServerLog { .. } => return None,
            Event::RunFinished { .. } => once(RUN.to_owned(), "was finished", vec![]),
        })
    }
}
