//! Where a project keeps its suites and runs.

use std::{env, path::PathBuf};

use phasegate_engine::suite::holds_suites;

/// Where suites may lie below the root of a project, the first that holds one being taken.
pub(super) const SUITES: [&str; 3] = ["forensic-tests/suites", "phasegate", "suites"];
/// Where runs lie below that root.
const RUNS: &str = "reports/runs";

/// The suites and runs of the project that the current folder belongs to.
pub(super) struct Home {
    pub(super) suites: PathBuf,
    pub(super) runs: PathBuf,
}

impl Home {
    /// The nearest, from here upwards.
    pub(super) fn find() -> Option<Self> {
        let here = env::current_dir().ok()?;
        here.ancestors().find_map(|root| {
            let suites = SUITES.iter().map(|name| root.join(name)).find(|folder| holds_suites(folder))?;
            Some(Self { suites, runs: root.join(RUNS) })
        })
    }

    /// Where runs go where there is no project.
    pub(super) fn runs_here() -> PathBuf {
        PathBuf::from(RUNS)
    }
}
