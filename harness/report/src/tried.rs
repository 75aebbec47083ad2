//! What a run of `prove` tried of a suite.

use phasegate_evidence::{
    Proof, ScenarioExpected, SuitePlan, SuiteResult, Verdict,
    judge::{Judging, Outcome},
};

use crate::count::count;

/// What was tried.
pub(crate) struct Tried<'a> {
    defects: [usize; 2],
    scenarios: [usize; 2],
    /// The checks that name no defect, so that nothing shows that they can fail.
    pub(crate) without_defect: Vec<&'a str>,
}

impl<'a> Tried<'a> {
    /// What was tried of a suite; nothing where the run was not to try anything.
    pub(crate) fn of(judging: Judging, plan: &'a SuitePlan, result: &SuiteResult) -> Option<Self> {
        if judging != Judging::Prove {
            return None;
        }
        let passed = |verdicts: Vec<Verdict>| {
            [verdicts.iter().filter(|verdict| **verdict == Verdict::Passed).count(), verdicts.len()]
        };
        Some(Self {
            defects: passed(result.defects.iter().map(|defect| defect.verdict).collect()),
            scenarios: passed(result.scenarios.iter().map(|scenario| scenario.verdict).collect()),
            without_defect: plan
                .checks()
                .filter(|(_, _, check)| check.fails.is_none())
                .map(|(_, _, check)| check.id.as_str())
                .collect(),
        })
    }

    /// How many defects were caught.
    pub(crate) fn defects_line(&self) -> String {
        let [caught, all] = self.defects;
        format!(
            "{caught} of {} caught, each by its check and for the reason that it names",
            count(all, "defect", "defects")
        )
    }

    /// How many scenarios ended as they say.
    pub(crate) fn scenarios_line(&self) -> String {
        let [passed, all] = self.scenarios;
        format!("{passed} of {} ended as they say", count(all, "scenario", "scenarios"))
    }
}

/// What another run tried, in one line.
pub(crate) fn proof_line(proof: &Proof) -> String {
    let (defects, scenarios) = (proof.defects as usize, proof.scenarios as usize);
    format!(
        "{}: {} of {} caught, {} of {} ended as they say",
        proof.verdict,
        proof.caught,
        count(defects, "defect", "defects"),
        proof.ended_as_said,
        count(scenarios, "scenario", "scenarios"),
    )
}

/// How a scenario must end, in words.
pub(crate) fn must_end(expected: &ScenarioExpected) -> String {
    match expected {
        ScenarioExpected::Apply(expected) => {
            let phase = expected.phase.as_deref().unwrap_or_default();
            match expected.outcome {
                Outcome::Passed => "every gate passes".to_owned(),
                Outcome::GateFailed => format!("phase {phase} fails {}", expected.failed.join(", ")),
                Outcome::PhaseFailed => {
                    let by = [&expected.sqlstate, &expected.by, &expected.says].map(|part| part.as_deref());
                    let by: Vec<&str> = by.into_iter().flatten().collect();
                    format!("phase {phase} does not apply: {}", by.join(", "))
                }
            }
        }
        ScenarioExpected::Audit { expected, .. } => format!(
            "{} and {} pass, the others fail as said",
            count(expected.passed_checks as usize, "check", "checks"),
            count(expected.passed_gates as usize, "gate", "gates")
        ),
        ScenarioExpected::Probe(expected) => {
            format!("{} after phase {} as said", count(expected.steps.len(), "step", "steps"), expected.phase)
        }
    }
}
