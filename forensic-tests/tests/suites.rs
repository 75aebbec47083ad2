//! One test for each gate, one for each defect that a check must catch, one for each finding and each scenario.

use libtest_mimic::{Failed, Trial};
use phasegate_engine::{
    Events, States, judge_gate, play, show_finding,
    suite::{Gate, Scenario, Suite},
    try_defect,
};
use phasegate_evidence::{
    Event, Verdict,
    judge::{Check, Judged},
};

use crate::world::World;

pub(crate) fn trials(world: &World) -> Vec<Trial> {
    world.suites().iter().flat_map(|suite| suite_trials(world, suite)).collect()
}

fn suite_trials(world: &World, suite: &Suite) -> Vec<Trial> {
    let mut trials = Vec::new();
    let module = word(&suite.name);
    for (index, phase) in suite.phases.iter().enumerate() {
        let module = format!("{module}::phase_{}", word(&phase.id));
        for gate in &phase.gates {
            let name = format!("{module}::gate_{}", word(&gate.slug));
            trials.push(trial(world, suite, name, {
                let gate = gate.clone();
                async move |states| gate_passes(&states, index, &gate).await
            }));
            for check in gate.checks.iter().filter(|check| check.fails.is_some()) {
                let name = format!("{module}::defect_{}_is_caught", word(&check.id));
                trials.push(trial(world, suite, name, {
                    let check = check.clone();
                    async move |states| defect_is_caught(&states, index, &check).await
                }));
            }
        }
    }
    for finding in &suite.findings {
        let name = format!("{module}::finding_{}", word(&finding.id));
        trials.push(trial(world, suite, name, {
            let finding = finding.clone();
            async move |states| passed(show_finding(&states, &finding).await?)
        }));
    }
    for scenario in &suite.scenarios {
        let name = format!("{module}::scenario_{}", word(&scenario.slug));
        trials.push(trial(world, suite, name, {
            let scenario = scenario.clone();
            async move |states| scenario_ends_as_it_says(&states, &scenario).await
        }));
    }
    trials
}

fn trial(
    world: &World,
    suite: &Suite,
    name: String,
    test: impl AsyncFnOnce(std::sync::Arc<States>) -> Result<(), Failed> + Send + 'static,
) -> Trial {
    let world = world.clone();
    let suite = suite.name.clone();
    Trial::test(name, move || -> Result<(), Failed> { world.test(&suite, test) })
}

async fn gate_passes(states: &States, index: usize, gate: &Gate) -> Result<(), Failed> {
    let mut judged = Vec::new();
    let mut listener = |event: &Event| {
        if let Event::CheckJudged { check, verdict, reason, .. } = event {
            let reason = reason.as_ref().map(ToString::to_string).unwrap_or_default();
            judged.push((check.clone(), *verdict, reason));
        }
    };
    judge_gate(states, index, gate, &mut Events::unrecorded(&mut listener)).await?;
    if judged.len() != gate.checks.len() {
        return Err(format!("{} of {} checks were judged: {judged:?}", judged.len(), gate.checks.len()).into());
    }
    // What the server lacks is not-applicable on it, as in a run; the engine's own tests hold it to the facts of the server.
    let failed = judged.iter().filter(|(_, verdict, _)| !verdict.opens_the_gate());
    let lines: Vec<String> = failed.map(|(id, verdict, reason)| format!("check {id} is {verdict}: {reason}")).collect();
    if lines.is_empty() { Ok(()) } else { Err(lines.join("\n").into()) }
}

async fn defect_is_caught(states: &States, index: usize, check: &Check) -> Result<(), Failed> {
    let (_, judged) = try_defect(states, index, check).await?;
    if judged.verdict == Verdict::NotApplicable { Ok(()) } else { passed(judged) }
}

async fn scenario_ends_as_it_says(states: &States, scenario: &Scenario) -> Result<(), Failed> {
    passed(play(states, scenario, &mut Events::unrecorded(&mut |_| {})).await?)
}

fn passed(judged: Judged) -> Result<(), Failed> {
    match judged.reason {
        None if judged.verdict == Verdict::Passed => Ok(()),
        reason => Err(reason.map_or_else(|| judged.verdict.to_string(), |reason| reason.to_string()).into()),
    }
}

/// A name in the form of a Rust path.
fn word(name: &str) -> String {
    name.chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '_' }).collect()
}
