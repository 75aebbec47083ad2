//! Whether a chain of events is one that a run of this plan can leave: nothing unplanned, nothing twice, nothing
//! before what it rests on. A chain that was made up as a whole has to pass here too.

use std::collections::{BTreeMap, BTreeSet};

use crate::{Event, Plan, ScenarioExpected, ScenarioPlan, ServerFacts, SuitePlan, Verdict, judge::Judging};

/// Everything that is out of order, in sentences.
pub(super) fn out_of_order(plan: &Plan, events: &[&Event]) -> Vec<String> {
    let (planned, mut faults) = planned(plan);
    if plan.keep_going && plan.judging != Judging::Run {
        faults
            .push(format!("{RUN} is said to keep going after a failed phase, which only a run does that applies them"));
    }
    let mut done: BTreeSet<String> = BTreeSet::new();
    for event in events {
        let Some(mut step) = Step::of(plan, event) else {
            continue;
        };
        if plan.judging.is_gates_alone() {
            // Nothing was applied; what is judged lies in a database that existed.
            if let Some(applied) = applied(event) {
                faults.push(format!("{} {applied} in a run that judges gates alone", step.subject));
            } else if let Event::CheckJudged { suite, .. } | Event::PhaseJudged { suite, .. } = event {
                step.after = vec![started(suite_name(suite))];
            }
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
    let mut within: BTreeMap<(&str, &str), Vec<&Event>> = BTreeMap::new();
    for event in events {
        if let Event::InScenario { suite, scenario, event } = event {
            within.entry((suite, scenario)).or_default().push(event);
        }
    }
    for suite in &plan.suites {
        for scenario in &suite.scenarios {
            let events = within.remove(&(suite.suite.as_str(), scenario.scenario.as_str())).unwrap_or_default();
            let out_of_order = out_of_order_within(plan, suite, scenario, &events);
            faults.extend(out_of_order.into_iter().map(|fault| format!("in scenario {}: {fault}", scenario.scenario)));
        }
    }
    faults
}

/// What is out of order within a scenario, which is a run of its own on the server that is there.
fn out_of_order_within(plan: &Plan, suite: &SuitePlan, scenario: &ScenarioPlan, events: &[&Event]) -> Vec<String> {
    let phases = match &scenario.expected {
        ScenarioExpected::Audit { phases, .. } => phases.clone(),
        _ => suite.phases.clone(),
    };
    let suite = SuitePlan { phases, findings: Vec::new(), scenarios: Vec::new(), ..suite.clone() };
    let server = Event::ServerReady { server: ServerFacts::default() };
    let start = Event::SuiteStarted { suite: suite.suite.clone() };
    let events: Vec<&Event> = [&server, &start].into_iter().chain(events.iter().copied()).collect();
    out_of_order(&Plan { judging: Judging::Run, suites: vec![suite.clone()], ..plan.clone() }, &events)
}

/// What an event says was applied.
fn applied(event: &Event) -> Option<&'static str> {
    Some(match event {
        Event::BaselineApplied { .. } | Event::PhaseApplied { .. } => "was applied",
        Event::BaselineFailed { .. } | Event::PhaseFailed { .. } => "was tried",
        Event::PhaseStarted { .. } | Event::StatementApplied { .. } => "was started",
        _ => return None,
    })
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
        suite.checks().for_each(|(p, g, c)| name(check_name(s, &p.phase, &g.gate, &c.id)));
        suite
            .checks()
            .filter(|(_, _, c)| c.fails.is_some())
            .for_each(|(p, _, c)| name(defect_name(s, &p.phase, &c.id)));
        suite.scenarios.iter().for_each(|scenario| name(scenario_name(s, &scenario.scenario)));
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

fn defect_name(suite: &str, phase: &str, check: &str) -> String {
    format!("the defect of check {check}, phase {phase} of {suite},")
}

fn scenario_name(suite: &str, scenario: &str) -> String {
    format!("scenario {scenario} of {suite}")
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
            Event::SuiteResumed { suite, .. } => {
                once(suite_name(suite), "was resumed", vec![started(suite_name(suite))])
            }
            Event::TakenOver { event, .. } => return Self::of(plan, event),
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
            Event::CommandEnded { suite, phase: Some(phase), check, .. } => {
                let before = match check {
                    None => started(phase_name(suite, phase)),
                    Some(_) => applied(suite, phase),
                };
                Self { once: check.is_none(), ..once(phase_name(suite, phase), "ran a command", vec![before]) }
            }
            Event::CommandEnded { phase: None, .. } => return None,
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
            Event::StateReused { suite, phase: None } => {
                once(baseline_name(suite), "was applied", vec![started(suite_name(suite))])
            }
            Event::StateReused { suite, phase: Some(phase) } => {
                let after = vec![format!("{} was applied", baseline_name(suite))];
                once(phase_name(suite, phase), "was applied", after)
            }
            Event::DefectTried { suite, phase, check, .. } => {
                once(defect_name(suite, phase, check), "was tried", vec![applied(suite, phase)])
            }
            Event::InScenario { suite, scenario, .. } => {
                let after = vec![started(suite_name(suite))];
                Self { once: false, ..once(scenario_name(suite, scenario), "was played", after) }
            }
            Event::ScenarioEnded { suite, scenario, .. } => {
                let after = vec![format!("{} was played", scenario_name(suite, scenario))];
                once(scenario_name(suite, scenario), "was ended", after)
            }
            Event::ActionFailed { suite, .. } => once(suite_name(suite), "could not act", vec![]),
            Event::StepsTried { suite, .. } => once(suite_name(suite), "tried its steps", vec![]),
            Event::SuiteStopped { suite, .. } => {
                once(suite_name(suite), "was stopped", vec![started(suite_name(suite))])
            }
            Event::ServerReady { .. } => Self { once: false, ..once(RUN.to_owned(), "had a server", vec![]) },
            Event::ServerLog { .. } => return None,
            Event::RunFinished { .. } => once(RUN.to_owned(), "was finished", vec![]),
        })
    }
}
