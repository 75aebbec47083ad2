//! Which requirement of the sources is answered by what.

use phasegate_engine::suite::{Requirement as Listed, ScenarioKind, Suite};
use phasegate_evidence::SuitePlan;
use serde::Serialize;

/// One requirement with everything that answers it.
#[derive(Debug, Serialize)]
pub(crate) struct Requirement {
    /// The suite.
    pub(crate) suite: String,
    /// The part of the sources that it stands in, where the suite lists these.
    pub(crate) section: Option<String>,
    /// The requirement: its number, or its words.
    pub(crate) requirement: String,
    /// What it says, where the suite lists it.
    pub(crate) title: Option<String>,
    /// What answers it, in the order of the suite, then the tests.
    pub(crate) answers: Vec<Answer>,
    /// Where it is met, when no gate and no test proves it.
    pub(crate) note: Option<String>,
}

/// A gate, check, scenario or test that answers a requirement.
#[derive(Debug, Serialize)]
pub(crate) struct Answer {
    /// `gate`, `check`, `scenario`, `finding` or `test`.
    pub(crate) kind: &'static str,
    /// Its id.
    pub(crate) id: String,
    /// What it says; of a test, nothing beyond its name.
    pub(crate) title: String,
}

/// The requirements in the order in which the suites list them or, without a list, first name them.
pub(crate) fn requirements(suites: &[Suite], plans: &[SuitePlan]) -> Vec<Requirement> {
    let mut found: Vec<Requirement> = Vec::new();
    for (suite, plan) in suites.iter().zip(plans) {
        let first = found.len();
        found.extend(suite.requirements.iter().map(|known| listed(suite, known)));
        let mut note = |requirements: &[String], kind, id: &str, title: &str| {
            let answer = || Answer { kind, id: id.to_owned(), title: title.to_owned() };
            for requirement in requirements {
                let known = found[first..].iter_mut().find(|known| known.requirement == *requirement);
                match known {
                    Some(known) => known.answers.push(answer()),
                    None => found.push(Requirement {
                        suite: plan.suite.clone(),
                        section: None,
                        requirement: requirement.clone(),
                        title: None,
                        answers: vec![answer()],
                        note: None,
                    }),
                }
            }
            for known in suite.requirements.iter().filter(|known| known.by.iter().any(|by| by == id)) {
                let place = found[first..].iter_mut().find(|found| found.requirement == known.id);
                if let Some(place) = place {
                    place.answers.push(answer());
                }
            }
        };
        for gate in plan.phases.iter().flat_map(|phase| &phase.gates) {
            note(&gate.requirement, "gate", &gate.gate, &gate.claim);
            for check in &gate.checks {
                note(&check.requirement, "check", &check.id, &check.title);
            }
        }
        for scenario in &suite.scenarios {
            note(&scenario.requirement, "scenario", &scenario.slug, &scenario.title);
            if let ScenarioKind::Audit { gates, .. } = &scenario.kind {
                for gate in gates.0.values().flatten() {
                    let id = format!("{}, gate {}", scenario.slug, gate.id);
                    note(&gate.requirement, "scenario", &id, &gate.claim);
                    for check in &gate.checks {
                        let id = format!("{}, check {}", scenario.slug, check.id);
                        note(&check.requirement, "scenario", &id, &check.title);
                    }
                }
            }
        }
        for finding in &suite.findings {
            note(&[], "finding", &finding.id, &finding.title);
        }
        for (place, known) in found[first..].iter_mut().zip(&suite.requirements) {
            place.answers.extend(known.tests.iter().map(|test| Answer {
                kind: "test",
                id: test.clone(),
                title: String::new(),
            }));
        }
    }
    found
}

fn listed(suite: &Suite, known: &Listed) -> Requirement {
    Requirement {
        suite: suite.name.clone(),
        section: Some(known.section.clone()),
        requirement: known.id.clone(),
        title: Some(known.title.clone()).filter(|title| !title.is_empty()),
        answers: Vec::new(),
        note: known.note.clone(),
    }
}
