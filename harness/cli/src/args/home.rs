//! Where a project keeps its suites and runs.

use std::{
    env, fs,
    path::{Path, PathBuf},
};

/// Where suites may lie below the root of a project, the first that holds one being taken.
pub(super) const SUITES: [&str; 3] = ["forensic-tests/suites", "phasegate", "suites"];
/// Where runs lie below that root.
const RUNS: &str = "reports/runs";
/// What makes a folder a suite.
const SUITE_FILE: &str = "suite.toml";

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

/// Whether a folder is a suite or one of its folders is, be its file one that can be read or not.
fn holds_suites(folder: &Path) -> bool {
    let is_suite = |folder: &Path| folder.join(SUITE_FILE).symlink_metadata().is_ok();
    let below = || fs::read_dir(folder).into_iter().flatten().flatten();
    is_suite(folder) || below().any(|entry| is_suite(&entry.path()))
}
