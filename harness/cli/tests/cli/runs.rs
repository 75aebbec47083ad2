//! A run folder made by hand.

use phasegate_evidence::{JUNIT_FILE, PAGE_FILE, REPORT_FILE};
use phasegate_report::{Record, html, junit, markdown};
use tempfile::TempDir;

use crate::sample::Sample;

/// Writes the sample to a folder `run` with its reports, as `phasegate run` leaves it.
pub(crate) fn written(sample: &Sample) -> TempDir {
    let holder = tempfile::tempdir().expect("a temporary folder");
    let folder = sample.write(&holder.path().join("run"));
    let record = Record::read(folder.path()).expect("a run folder");
    std::fs::write(folder.path().join(REPORT_FILE), markdown(&record)).expect("writable");
    std::fs::write(folder.path().join(PAGE_FILE), html(&record)).expect("writable");
    std::fs::write(folder.path().join(JUNIT_FILE), junit(&record).expect("renderable")).expect("writable");
    holder
}
