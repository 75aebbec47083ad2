//! Where a project keeps its suites and runs.

use std::{env, path::PathBuf};

use phasegate_engine::suite::holds_suites;

use super::display_path;
use crate::exit::Failure;

/// Where suites may lie below the root of a project: in one of these, or nobody could tell which is judged.
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
    ///
    /// # Errors
    /// When suites lie in several places of one folder: those that are not taken would be left out without a word.
    pub(super) fn find() -> Result<Option<Self>, Failure> {
        let Ok(here) = env::current_dir() else { return Ok(None) };
        for root in here.ancestors() {
            let mut found: Vec<PathBuf> = SUITES.iter().map(|name| root.join(name)).collect();
            found.retain(|folder| holds_suites(folder));
            if let [one, other, ..] = found.as_slice() {
                let (one, other) = (display_path(one), display_path(other));
                return Err(Failure::usage(format!(
                    "suites lie in {one} and in {other}: say which is meant with --suites"
                )));
            }
            if let Some(suites) = found.pop() {
                return Ok(Some(Self { suites, runs: root.join(RUNS) }));
            }
        }
        Ok(None)
    }

    /// Where runs go where there is no project.
    pub(super) fn runs_here() -> PathBuf {
        PathBuf::from(RUNS)
    }
}
