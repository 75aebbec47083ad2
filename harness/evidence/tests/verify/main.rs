//! What `verify` finds in a run folder that was tampered with, and that it finds nothing in one that was not.

mod events;
mod failed;
mod files;
mod forged;
mod forgeries;
mod forgery;
mod kept_going;
mod kinds;
mod precedent;
mod proofs;
mod resealed;
mod resumed;
mod sample;
mod schema;
mod signed;
mod tampered;
mod way_back;

use std::path::PathBuf;

use phasegate_evidence::{RunFolder, Verification, verify};
use sample::Sample;
use tempfile::TempDir;

/// A sample written to a folder of its own, which lives as long as this value.
struct Written {
    folder: RunFolder,
    _holder: TempDir,
}

impl Written {
    fn of(sample: &Sample) -> Self {
        let holder = tempfile::tempdir().expect("a temporary folder");
        let folder = sample.write(&holder.path().join("run"));
        Self { folder, _holder: holder }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn verify(&self) -> Verification {
        verify(&self.folder)
    }

    /// Every fault as `file: what`.
    fn faults(&self) -> Vec<String> {
        let faults = self.verify().faults;
        faults.iter().map(|fault| format!("{}: {}", fault.file, fault.what)).collect()
    }
}

#[test]
fn an_untouched_folder_verifies() {
    let written = Written::of(&Sample::passed());
    assert_eq!(written.faults(), Vec::<String>::new());
    let verification = written.verify();
    assert!(verification.holds());
    let result = verification.result.expect("a result");
    assert_eq!(result.totals.checks.total(), 6);
    assert_eq!(result.totals.added.checks.total(), 1);
    assert_eq!(result.totals.checks.not_applicable, 1);
}

#[test]
fn two_runs_of_the_same_have_the_same_result_digest() {
    let one = Written::of(&Sample::passed()).verify();
    let mut slower = Sample::passed();
    for event in &mut slower.events {
        if let phasegate_evidence::Event::CheckJudged { duration_us, .. } = event {
            *duration_us += 1;
        }
    }
    let other = Written::of(&slower).verify();
    assert_eq!(one.result_digest, other.result_digest);
    assert_ne!(one.head, other.head);
    assert_ne!(one.run_digest, other.run_digest);
}
