use std::collections::BTreeMap;

use phasegate_evidence::Plan;
use phasegate_report::visible_line;

/// What progress needs of the plan: events name a phase by its id alone.
pub(super) struct Titles {
    phases: BTreeMap<(String, String), Title>,
}

/// One phase as progress shows it.
pub(super) struct Title {
    /// What it does.
    pub(super) title: String,
    /// How many checks its gates have.
    pub(super) checks: usize,
}

impl Titles {
    /// Of every phase of the plan.
    pub(super) fn of(plan: &Plan) -> Self {
        let phases = plan.suites.iter().flat_map(|suite| {
            suite.phases.iter().map(|phase| {
                let checks = phase.gates.iter().map(|gate| gate.checks.len()).sum();
                let title = Title { title: visible_line(&phase.title).into_owned(), checks };
                ((suite.suite.clone(), phase.phase.clone()), title)
            })
        });
        Self { phases: phases.collect() }
    }

    /// Of one phase.
    pub(super) fn get(&self, suite: &str, phase: &str) -> Option<&Title> {
        self.phases.get(&(suite.to_owned(), phase.to_owned()))
    }
}
