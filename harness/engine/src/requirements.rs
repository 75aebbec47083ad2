//! Which requirement of the documents is answered by what: those that the suite lists, in their order, then those that its
//! parts name without a list.

use std::collections::HashMap;

use phasegate_evidence::{Answer, AnswerKind, RequirementPlan};

use crate::suite::{Gate, ScenarioKind, Suite};

/// The requirements of a suite, each with what answers it.
pub(crate) fn requirements(suite: &Suite) -> Vec<RequirementPlan> {
    let mut traced = Traced::of(suite);
    for gate in suite.phases.iter().flat_map(|phase| &phase.gates) {
        traced.answer(&gate.requirement, AnswerKind::Gate, &gate.id);
        for check in &gate.checks {
            traced.answer(&check.requirement, AnswerKind::Check, &check.id);
        }
    }
    for scenario in &suite.scenarios {
        traced.answer(&scenario.requirement, AnswerKind::Scenario, &scenario.slug);
        if let ScenarioKind::Audit { gates, .. } = &scenario.kind {
            let own = gates.0.values().flatten().filter(|gate| !suite.keeps(gate));
            own.for_each(|gate| traced.audited(&scenario.slug, gate));
        }
    }
    suite.findings.iter().for_each(|finding| traced.answer(&[], AnswerKind::Finding, &finding.id));
    suite.deviations.iter().for_each(|deviation| traced.answer(&[], AnswerKind::Deviation, &deviation.id));
    for (place, listed) in suite.requirements.iter().enumerate() {
        let test = |test: &String| Answer { kind: AnswerKind::Test, id: test.clone(), part: None };
        traced.found[place].answers.extend(listed.tests.iter().map(test));
    }
    traced.found
}

/// What was found so far.
struct Traced<'a> {
    found: Vec<RequirementPlan>,
    /// The place of each requirement.
    places: HashMap<&'a str, usize>,
    /// The requirements that the list says this gate, check, scenario, finding or deviation answers.
    by: HashMap<&'a str, Vec<usize>>,
}

impl<'a> Traced<'a> {
    fn of(suite: &'a Suite) -> Self {
        let mut traced = Self { found: Vec::new(), places: HashMap::new(), by: HashMap::new() };
        for (place, listed) in suite.requirements.iter().enumerate() {
            traced.places.insert(&listed.id, place);
            listed.by.iter().for_each(|by| traced.by.entry(by).or_default().push(place));
            traced.found.push(RequirementPlan {
                requirement: listed.id.clone(),
                section: Some(listed.section.clone()),
                title: Some(listed.title.clone()).filter(|title| !title.is_empty()),
                answers: Vec::new(),
                note: listed.note.clone(),
            });
        }
        traced
    }

    /// Notes what a part of the suite answers: what it names, and what the list names it for.
    fn answer(&mut self, named: &'a [String], kind: AnswerKind, id: &str) {
        let answer = Answer { kind, id: id.to_owned(), part: None };
        let listed = self.by.get(id).cloned().unwrap_or_default();
        self.note(named, &listed, &answer);
    }

    /// Notes what a gate of a scenario and its checks answer.
    fn audited(&mut self, scenario: &str, gate: &'a Gate) {
        let checks = gate.checks.iter().map(|check| ("check", &check.id, &check.requirement));
        for (kind, id, named) in std::iter::once(("gate", &gate.id, &gate.requirement)).chain(checks) {
            let part = Some(format!("{kind} {id}"));
            // The list means the suite's own gates and checks, where one has this id.
            let listed = self.by.get(id.as_str()).into_iter().flatten().copied();
            let listed: Vec<usize> =
                listed.filter(|place| self.found[*place].answers.iter().all(|answer| answer.id != *id)).collect();
            self.note(named, &listed, &Answer { kind: AnswerKind::Scenario, id: scenario.to_owned(), part });
        }
    }

    fn note(&mut self, named: &'a [String], listed: &[usize], answer: &Answer) {
        for requirement in named {
            let place = *self.places.entry(requirement).or_insert_with(|| {
                self.found.push(RequirementPlan {
                    requirement: requirement.clone(),
                    section: None,
                    title: None,
                    answers: Vec::new(),
                    note: None,
                });
                self.found.len() - 1
            });
            self.found[place].answers.push(answer.clone());
        }
        for place in listed {
            let answers = &mut self.found[*place].answers;
            if !answers.contains(answer) {
                answers.push(answer.clone());
            }
        }
    }
}
