//! What a run of `prove` tried of a suite.

use phasegate_evidence::{SuitePlan, SuiteResult, Verdict, judge::Judging};

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
