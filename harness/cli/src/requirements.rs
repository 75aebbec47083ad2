//! Which requirement of the sources is answered by what.

use std::collections::BTreeMap;

use phasegate_evidence::{AnswerKind, ScenarioExpected, SuitePlan};
use serde::Serialize;

/// One requirement with everything that answers it.
#[derive(Debug, Serialize)]
pub(crate) struct Requirement<'a> {
    /// The suite.
    pub(crate) suite: &'a str,
    /// The part of the sources that it stands in, where the suite lists these.
    pub(crate) section: Option<&'a str>,
    /// The requirement: its number, or its words.
    pub(crate) requirement: &'a str,
    /// What it says, where the suite lists it.
    pub(crate) title: Option<&'a str>,
    /// What answers it, in the order of the suite, then the tests.
    pub(crate) answers: Vec<Answer<'a>>,
    /// Where it is met, when no gate and no test proves it.
    pub(crate) note: Option<&'a str>,
}

/// What answers a requirement.
#[derive(Debug, Serialize)]
pub(crate) struct Answer<'a> {
    /// What it is.
    pub(crate) kind: AnswerKind,
    /// Its id.
    pub(crate) id: String,
    /// What it says; of a test, nothing beyond its name.
    pub(crate) title: &'a str,
}

/// The requirements in the order of the plans, which hold the scenarios too.
pub(crate) fn requirements(plans: &[SuitePlan]) -> Vec<Requirement<'_>> {
    let of_suite = |plan| {
        let titles = titles(plan);
        let answer = move |answer: &phasegate_evidence::Answer| {
            let id = answer.to_string();
            let title = titles.get(&(answer.kind, id.clone())).copied().unwrap_or_default();
            Answer { kind: answer.kind, id, title }
        };
        plan.requirements.iter().map(move |traced| Requirement {
            suite: &plan.suite,
            section: traced.section.as_deref(),
            requirement: &traced.requirement,
            title: traced.title.as_deref(),
            answers: traced.answers.iter().map(&answer).collect(),
            note: traced.note.as_deref(),
        })
    };
    plans.iter().flat_map(of_suite).collect()
}

/// What each part of a suite says that may answer something.
fn titles(plan: &SuitePlan) -> BTreeMap<(AnswerKind, String), &str> {
    let mut titles = BTreeMap::new();
    for gate in plan.phases.iter().flat_map(|phase| &phase.gates) {
        titles.insert((AnswerKind::Gate, gate.gate.clone()), gate.claim.as_str());
        titles.extend(gate.checks.iter().map(|check| ((AnswerKind::Check, check.id.clone()), check.title.as_str())));
    }
    for scenario in &plan.scenarios {
        let slug = &scenario.scenario;
        titles.insert((AnswerKind::Scenario, slug.clone()), scenario.title.as_str());
        let ScenarioExpected::Audit { phases, .. } = &scenario.expected else { continue };
        for gate in phases.iter().flat_map(|phase| &phase.gates) {
            let checks = gate.checks.iter().map(|check| (format!("{slug}, check {}", check.id), check.title.as_str()));
            let parts = checks.chain([(format!("{slug}, gate {}", gate.gate), gate.claim.as_str())]);
            titles.extend(parts.map(|(id, says)| ((AnswerKind::Scenario, id), says)));
        }
    }
    let findings =
        plan.findings.iter().map(|finding| ((AnswerKind::Finding, finding.id.clone()), finding.title.as_str()));
    titles.extend(findings);
    let deviations = plan.deviations.iter();
    titles.extend(
        deviations.map(|deviation| ((AnswerKind::Deviation, deviation.id.clone()), deviation.reading.as_str())),
    );
    titles
}
