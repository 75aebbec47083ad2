//! Which requirement of the sources is answered by what.

use phasegate_engine::suite::Suite;
use phasegate_evidence::SuitePlan;
use serde::Serialize;

/// One requirement with everything that answers it.
#[derive(Debug, Serialize)]
pub(crate) struct Requirement {
    /// The suite.
    pub(crate) suite: String,
    /// The requirement, in the words of the suite.
    pub(crate) requirement: String,
    /// What answers it, in the order of the suite.
    pub(crate) answers: Vec<Answer>,
}

/// A gate, check or scenario that answers a requirement.
#[derive(Debug, Serialize)]
pub(crate) struct Answer {
    /// `gate`, `check` or `scenario`.
    pub(crate) kind: &'static str,
    /// Its id.
    pub(crate) id: String,
    /// What it says.
    pub(crate) title: String,
}

/// The requirements in the order in which the suites first name them.
pub(crate) fn requirements(suites: &[Suite], plans: &[SuitePlan]) -> Vec<Requirement> {
    let mut found: Vec<Requirement> = Vec::new();
    for (suite, plan) in suites.iter().zip(plans) {
        let mut note = |requirements: &[String], kind, id: &str, title: &str| {
            for requirement in requirements {
                let answer = Answer {
                    kind,
                    id: id.to_owned(),
                    title: title.to_owned(),
                };
                let known = found
                    .iter_mut()
                    .find(|known| known.suite == plan.suite && known.requirement == *requirement);
                match known {
                    Some(known) => known.answers.push(answer),
                    None => found.push(Requirement {
                        suite: plan.suite.clone(),
                        requirement: requirement.clone(),
                        answers: vec![answer],
                    }),
                }
            }
        };
        for gate in plan.phases.iter().flat_map(|phase| &phase.gates) {
            note(&gate.requirement, "gate", &gate.gate, &gate.claim);
            for check in &gate.checks {
                note(&check.requirement, "check", &check.check, &check.title);
            }
        }
        for scenario in &suite.scenarios {
            note(
                &scenario.requirement,
                "scenario",
                &scenario.slug,
                &scenario.title,
            );
        }
    }
    found
}
