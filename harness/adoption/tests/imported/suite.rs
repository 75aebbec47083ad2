//! A suite in a folder of its own, and what a run of it comes to.

use std::{fs, path::Path};

use phasegate_engine::{Finished, KeepWhen, Request, run, suite::load};
use phasegate_evidence::{RunFolder, Verdict, verify};
use phasegate_server::embedded;
use tempfile::TempDir;

pub(crate) struct Folder(TempDir);

impl Folder {
    pub(crate) fn new() -> Self {
        Self(tempfile::tempdir().expect("a temporary folder"))
    }

    pub(crate) fn path(&self) -> &Path {
        self.0.path()
    }

    pub(crate) fn put(&self, name: &str, text: &str) {
        let path = self.path().join(name);
        fs::create_dir_all(path.parent().expect("below the folder")).expect("writable");
        fs::write(path, text).expect("writable");
    }

    /// Runs the suite on a server of its own; the folder of the run verifies.
    pub(crate) async fn run(&self) -> Finished {
        let (_keep, cancel) = tokio::sync::watch::channel(false);
        let suites = load(&self.path().join("phasegate"), &[]).expect("a suite");
        let request = Request::new(suites, embedded(), self.path().join("runs"));
        let request = Request { keep: KeepWhen::Never, ..request };
        let finished = run(request, &mut |_| {}, &mut |_| {}, cancel).await.expect("a result");
        let found = verify(&RunFolder::open(&finished.folder).expect("a run folder"));
        assert_eq!(found.faults, []);
        finished
    }

    /// The checks of the suite by their ids, with their titles.
    pub(crate) fn titles(&self) -> Vec<(String, String)> {
        let suites = load(&self.path().join("phasegate"), &[]).expect("a suite");
        suites
            .iter()
            .flat_map(|suite| {
                suite.checks().map(|(_, _, check)| (check.id.clone(), check.title.clone())).collect::<Vec<_>>()
            })
            .collect()
    }
}

/// The checks that did not pass, in order.
pub(crate) fn failed(finished: &Finished) -> Vec<(String, String)> {
    let phases = finished.result.suites.iter().flat_map(|suite| &suite.phases);
    let checks = phases.flat_map(|phase| &phase.gates).flat_map(|gate| &gate.checks);
    let reason =
        |check: &phasegate_evidence::CheckResult| check.reason.as_ref().map_or(String::new(), ToString::to_string);
    checks.filter(|check| check.verdict != Verdict::Passed).map(|check| (check.check.clone(), reason(check))).collect()
}
