//! From each requirement of the sources to the gates and checks that answer it.

use std::collections::BTreeMap;

use phasegate_evidence::Verdict;

use crate::record::CheckRecord;

/// The requirements that a plan names, in the order in which it names them.
pub(crate) struct Requirements<'a> {
    /// Each with what answers it.
    pub(crate) answered: Vec<(&'a str, Vec<Answer<'a>>)>,
    /// How many gates name none, neither by themselves nor by a check.
    pub(crate) gates_without: usize,
}

/// A gate or check that answers a requirement.
pub(crate) struct Answer<'a> {
    /// `gate` or `check`.
    pub(crate) kind: &'static str,
    /// Its id.
    pub(crate) id: &'a str,
    /// Its claim, or what it tries.
    pub(crate) says: &'a str,
    /// The place of the check, or of the first check of the gate, among those of the suite.
    pub(crate) place: usize,
    /// What it came to.
    pub(crate) verdict: Verdict,
}

impl<'a> Requirements<'a> {
    /// The requirements that these checks of a suite and their gates answer.
    pub(crate) fn of(checks: &[&'a CheckRecord<'a>]) -> Self {
        let mut found = Self { answered: Vec::new(), gates_without: 0 };
        let mut places = BTreeMap::new();
        let mut place = 0;
        for of_gate in checks.chunk_by(|one, next| std::ptr::eq(one.gate, next.gate)) {
            let gate = of_gate[0].gate;
            let verdict = Verdict::of_parts(of_gate.iter().map(|check| check.result.verdict));
            found.note(&mut places, &gate.requirement, || Answer {
                kind: "gate",
                id: &gate.gate,
                says: &gate.claim,
                place,
                verdict,
            });
            for (at, check) in of_gate.iter().enumerate() {
                found.note(&mut places, &check.plan.requirement, || Answer {
                    kind: "check",
                    id: &check.plan.id,
                    says: &check.plan.title,
                    place: place + at,
                    verdict: check.result.verdict,
                });
            }
            let names_none = of_gate.iter().all(|check| check.plan.requirement.is_empty());
            found.gates_without += usize::from(gate.requirement.is_empty() && names_none);
            place += of_gate.len();
        }
        found
    }

    fn note(
        &mut self,
        places: &mut BTreeMap<&'a str, usize>,
        requirements: &'a [String],
        answer: impl Fn() -> Answer<'a>,
    ) {
        for requirement in requirements {
            let place = *places.entry(requirement).or_insert_with(|| {
                self.answered.push((requirement, Vec::new()));
                self.answered.len() - 1
            });
            self.answered[place].1.push(answer());
        }
    }
}
