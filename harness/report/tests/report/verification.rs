//! What is said of evidence that does not verify.

use std::fs;

use anstream::adapter::strip_str;
use phasegate_evidence::verify;
use phasegate_report::verified;

use crate::{runs::read, sample::Sample, snapshot};

#[test]
fn every_fault_is_printed() {
    let (_holder, record) = read(&Sample::passed());
    let folder = record.folder.path();
    fs::write(folder.join("result.json"), "{}").expect("writable");
    fs::write(folder.join("notes.txt"), "").expect("writable");
    let verification = verify(&record.folder);
    snapshot::same("not-verified.txt", &strip_str(&verified(&verification, "run")).to_string());
}
