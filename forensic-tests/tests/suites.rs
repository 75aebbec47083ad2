//! One test for each gate, one for each defect that a check must catch, one for each scenario.

use libtest_mimic::{Failed, Trial};
use phasegate_engine::{
    lab::{Lab, LabError},
    suite::{Check, Gate, Suite},
};
use phasegate_evidence::Verdict;

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
                async move |lab| gate_passes(&lab, index, &gate).await
            }));
            for check in gate.checks.iter().filter(|check| check.fails.is_some()) {
                let name = format!("{module}::defect_{}_is_caught", word(&check.id));
                trials.push(trial(world, suite, name, {
                    let check = check.clone();
                    async move |lab| lab.prove_defect(index, &check).await
                }));
            }
        }
    }
    for scenario in &suite.scenarios {
        let name = format!("{module}::scenario_{}", word(&scenario.slug));
        trials.push(trial(world, suite, name, {
            let scenario = scenario.clone();
            async move |lab| lab.play(&scenario).await
        }));
    }
    trials
}

fn trial(
    world: &World,
    suite: &Suite,
    name: String,
    test: impl AsyncFnOnce(std::sync::Arc<Lab>) -> Result<(), LabError> + Send + 'static,
) -> Trial {
    let world = world.clone();
    let suite = suite.name.clone();
    Trial::test(name, move || -> Result<(), Failed> { world.test(&suite, test) })
}

async fn gate_passes(lab: &Lab, index: usize, gate: &Gate) -> Result<(), LabError> {
    let mut failures = Vec::new();
    for check in &gate.checks {
        let (_, judged) = lab.judge(index, check).await?;
        if judged.verdict != Verdict::Passed {
            failures.push(failure(check, judged.verdict, judged.reason.map(|r| r.to_string())));
        }
    }
    if failures.is_empty() { Ok(()) } else { Err(LabError::Unexpected(failures.join("\n"))) }
}

fn failure(check: &Check, verdict: Verdict, reason: Option<String>) -> String {
    let reason = reason.unwrap_or_default();
    format!("check {} ({}) is {verdict}: {reason}", check.id, check.title)
}

/// A name in the form of a Rust path.
fn word(name: &str) -> String {
    name.chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '_' }).collect()
}
