//! Plays a scenario and holds it against the outcome that is expected of it.

use std::collections::{BTreeMap, BTreeSet};

use phasegate_evidence::{ApplyFailure, Verdict};

use super::{Lab, LabError};
use crate::{
    gate::{Expectation, Step, try_steps},
    run::{PhaseState, judge_gates, unchanged_rows},
    suite::{AuditGates, CatalogAfter, Expected, Outcome, Phase, PhaseStep, Scenario, ScenarioKind},
    variant::{Direction, Variant},
};

impl Lab {
    /// Plays a scenario.
    ///
    /// # Errors
    /// When its outcome is not the expected one; the error says what was met instead.
    pub async fn play(&self, scenario: &Scenario) -> Result<(), LabError> {
        let variant = Variant::of_scenario(self.suite(), scenario);
        match &scenario.kind {
            ScenarioKind::Apply(expected) => self.play_apply(&variant, expected).await,
            ScenarioKind::Audit { gates, passed_checks, passed_gates, failing } => {
                self.play_audit(&variant, gates, [*passed_checks, *passed_gates], failing).await
            }
            ScenarioKind::Probe { phase, command, steps } => {
                let after = self.suite().phase(phase).map_or(0, |(index, _)| index + 1);
                self.play_probe(&variant, after, command.as_ref(), steps).await
            }
        }
    }

    /// What somebody does to the state after so many phases, and then what is seen of it.
    async fn play_probe(
        &self,
        variant: &Variant,
        after: usize,
        command: Option<&PhaseStep>,
        steps: &[Step],
    ) -> Result<(), LabError> {
        let mut bench = self.bench(variant, after).await?;
        if let Some(command) = command {
            variant.act(self.host(), &bench.database, &mut bench.session, command).await.map_err(LabError::Apply)?;
        }
        let (_, judged) = try_steps(&mut bench.session, steps).await?;
        self.clear(bench).await?;
        match judged.reason {
            None => Ok(()),
            Some(reason) => Err(LabError::Unexpected(reason.to_string())),
        }
    }

    /// The gated run: phase by phase, until one does not apply or a gate of it does not pass.
    async fn play_apply(&self, variant: &Variant, expected: &Expected) -> Result<(), LabError> {
        for (index, phase) in self.suite().phases.iter().enumerate() {
            if let Err(failure) = self.try_phase(variant, index).await? {
                return phase_failed(expected, &phase.id, &failure);
            }
            let failed = self.failed_at(variant, index, phase).await?;
            if !failed.is_empty() {
                return gate_failed(expected, &phase.id, &failed);
            }
        }
        match expected.outcome {
            Outcome::Passed => Ok(()),
            other => Err(LabError::Unexpected(format!("every gate passed, expected {other:?}"))),
        }
    }

    /// The checks of a phase that do not pass after it.
    async fn failed_at(&self, variant: &Variant, index: usize, phase: &Phase) -> Result<BTreeSet<String>, LabError> {
        let before = self.checkpoint(variant, index).await?;
        let after = self.checkpoint(variant, index + 1).await?;
        let mut bench = self.bench(variant, index).await?;
        let legacy = unchanged_rows(phase, &mut bench.session).await?;
        self.clear(bench).await?;
        let on = self.host().clone_of(&after.database).await?;
        let state =
            PhaseState { before: &before.catalog, after: &after.catalog, legacy: &legacy, server: self.facts() };
        let mut failed = BTreeSet::new();
        for outcome in judge_gates(self.host(), &on, phase, state).await? {
            if !outcome.judged.verdict.opens_the_gate() {
                failed.insert(outcome.check.id.clone());
            }
        }
        self.host().drop_database(&on).await?;
        for check in phase.gates.iter().flat_map(|gate| &gate.checks) {
            if matches!(check.expectation, Expectation::Rollback(_)) {
                let (_, judged) = self.judge_on(variant, index, check).await?;
                if !judged.verdict.opens_the_gate() {
                    failed.insert(check.id.clone());
                }
            }
        }
        Ok(failed)
    }

    /// Whether a phase applies. The inner error says why not, and whether the catalog was left as it was.
    async fn try_phase(&self, variant: &Variant, index: usize) -> Result<Result<(), (ApplyFailure, bool)>, LabError> {
        let before = self.checkpoint(variant, index).await?;
        let mut bench = self.bench(variant, index).await?;
        let walked =
            variant.walk(self.host(), &bench.database, &mut bench.session, index, Direction::Up, &mut |_| {}).await;
        let unchanged = bench.session.catalog().await? == before.catalog;
        self.clear(bench).await?;
        Ok(walked.map_err(|failure| (failure, unchanged)))
    }

    /// All phases, each judged by the audit's gates, without gating.
    async fn play_audit(
        &self,
        variant: &Variant,
        gates: &AuditGates,
        expected: [u32; 2],
        failing: &BTreeMap<String, String>,
    ) -> Result<(), LabError> {
        let mut wrong = Vec::new();
        let mut passed = [0, 0];
        for (index, phase) in self.suite().phases.iter().enumerate() {
            for gate in gates.0.get(&phase.id).into_iter().flatten() {
                let mut verdicts = Vec::new();
                for check in &gate.checks {
                    let (_, judged) = self.judge_on(variant, index, check).await?;
                    verdicts.push(judged.verdict);
                    let met = judged.reason.map(|reason| reason.to_string());
                    match (met, failing.get(&check.id)) {
                        (None, None) => passed[0] += 1,
                        (Some(met), Some(expected)) if matches(&met, expected) => {}
                        (met, expected) => {
                            let met = met.as_deref().unwrap_or("passed");
                            let expected = expected.map_or("passed", String::as_str);
                            wrong.push(format!("{} is `{met}`, expected `{expected}`", check.id));
                        }
                    }
                }
                passed[1] += u32::from(Verdict::of_parts(verdicts) == Verdict::Passed);
            }
        }
        if passed != expected {
            wrong.push(format!(
                "{} checks and {} gates passed, expected {} and {}",
                passed[0], passed[1], expected[0], expected[1]
            ));
        }
        if wrong.is_empty() { Ok(()) } else { Err(LabError::Unexpected(wrong.join("\n"))) }
    }
}

/// Whether a reason is the expected one: the same code, and a detail that holds the fragment.
fn matches(met: &str, expected: &str) -> bool {
    let (code, fragment) = expected.split_once(": ").unwrap_or((expected, ""));
    met.split_once(": ").is_some_and(|(met, detail)| met == code && detail.contains(fragment))
}

fn phase_failed(expected: &Expected, phase: &str, (failure, unchanged): &(ApplyFailure, bool)) -> Result<(), LabError> {
    let met = LabError::Apply(failure.clone());
    let wrong = |what: &str| Err(LabError::Unexpected(format!("{what}: phase {phase} failed: {met}")));
    if expected.outcome != Outcome::PhaseFailed || expected.phase.as_deref() != Some(phase) {
        return wrong("another outcome was expected");
    }
    if expected.sqlstate != failure.sqlstate {
        return wrong("another SQLSTATE was expected");
    }
    let cause = failure.cause.as_deref().unwrap_or_default();
    let is_meant =
        |by: &String| cause == by || cause.ends_with(&format!(" {by}")) || cause.ends_with(&format!(".{by}"));
    if !expected.by.as_ref().is_none_or(is_meant) {
        return wrong("another cause was expected");
    }
    let says = expected.says.as_deref().unwrap_or_default();
    if !failure.message.contains(says) {
        return wrong(&format!("a message that holds `{says}` was expected"));
    }
    if expected.catalog == Some(CatalogAfter::Unchanged) && !unchanged {
        return wrong("the catalog should be as before the phase");
    }
    Ok(())
}

fn gate_failed(expected: &Expected, phase: &str, failed: &BTreeSet<String>) -> Result<(), LabError> {
    let wanted: BTreeSet<String> = expected.failed.iter().cloned().collect();
    let is_expected =
        expected.outcome == Outcome::GateFailed && expected.phase.as_deref() == Some(phase) && wanted == *failed;
    if is_expected {
        return Ok(());
    }
    let list = |ids: &BTreeSet<String>| ids.iter().cloned().collect::<Vec<_>>().join(", ");
    Err(LabError::Unexpected(format!(
        "at phase {phase} these checks failed: {}; expected {:?} at {} with: {}",
        list(failed),
        expected.outcome,
        expected.phase.as_deref().unwrap_or("no phase"),
        list(&wanted)
    )))
}
