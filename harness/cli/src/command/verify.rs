//! `phasegate verify`.

use std::{fs, io, path::Path};

use phasegate_evidence::{Digest, Fault, JUNIT_FILE, REPORT_FILE, RunFolder, Verification};
use phasegate_report as report;
use serde::Serialize;

use super::{
    print_json::print_json,
    report::{read, unwritable},
};
use crate::{
    args::{Format, Global, VerifyArgs, display_path},
    console,
    exit::{Exit, Failure},
};

/// What `verify --format json` prints.
#[derive(Serialize)]
struct Answer<'a> {
    run: String,
    holds: bool,
    verdict: Option<phasegate_evidence::Verdict>,
    result_digest: Option<&'a Digest>,
    head_digest: Option<&'a Digest>,
    run_digest: &'a Digest,
    faults: Vec<Line<'a>>,
}

#[derive(Serialize)]
struct Line<'a> {
    file: &'a str,
    what: &'a str,
}

/// Recomputes a run folder and prints every fault.
pub(super) fn verify(global: &Global, asked: &VerifyArgs) -> Result<Exit, Failure> {
    let path = global.run(&asked.run);
    let folder = RunFolder::open(&path)?;
    let mut verification = phasegate_evidence::verify(&folder)?;
    compare_reports(&folder, &mut verification)?;
    for digest in &asked.expect {
        if verification.recognise(digest).is_none() {
            let what = format!("has no digest {digest}, neither of its result nor of its events nor of its files");
            fault(&mut verification, "the folder", what);
        }
    }
    match global.format {
        Format::Human => console::print(&human(&verification, asked, &display_path(&path)))?,
        Format::Json => print_json(&answer(&verification, &path))?,
    }
    Ok(if verification.holds() { Exit::Passed } else { Exit::Unverified })
}

fn fault(verification: &mut Verification, file: &str, what: impl Into<String>) {
    verification.faults.push(Fault { file: file.to_owned(), what: what.into() });
}

/// The reports are no evidence, but whoever opens the folder reads them: those that this version wrote are made again and
/// compared. Another version may write them in other words, and the answer says that they were not compared.
fn compare_reports(folder: &RunFolder, verification: &mut Verification) -> Result<(), Failure> {
    // Reading a folder whose outputs or chain are damaged would only say again what is already known.
    if !verification.holds() || other_version(verification).is_some() {
        return Ok(());
    }
    let record = read(folder.path())?;
    let junit = report::junit(&record).map_err(|error| unwritable(&error))?;
    for (name, made) in [(REPORT_FILE, report::markdown(&record)), (JUNIT_FILE, junit)] {
        match fs::read(folder.path().join(name)) {
            Ok(stored) if stored == made.as_bytes() => {}
            Ok(_) => fault(verification, name, "is not what plan and events make"),
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                fault(
                    verification,
                    name,
                    "is missing: it was removed, or the run was interrupted before it was written",
                );
            }
            Err(error) => fault(verification, name, format!("cannot be read: {error}")),
        }
    }
    Ok(())
}

/// The version that made the plan, if it is not this one.
fn other_version(verification: &Verification) -> Option<&str> {
    let version = verification.result.as_ref().map(|result| result.phasegate.as_str());
    version.filter(|version| *version != env!("CARGO_PKG_VERSION"))
}

fn human(verification: &Verification, asked: &VerifyArgs, path: &str) -> String {
    let mut text = report::verified(verification, path);
    for digest in asked.expect.iter().filter(|_| verification.holds()) {
        if let Some(name) = verification.recognise(digest) {
            text.push_str(&format!("  expected: {} is the {name} digest\n", digest.short()));
        }
    }
    if let Some(version) = other_version(verification) {
        text.push_str(&format!("  not compared: {REPORT_FILE} and {JUNIT_FILE}, which Phasegate {version} wrote\n"));
    }
    text
}

fn answer<'a>(verification: &'a Verification, path: &Path) -> Answer<'a> {
    let faults = verification.faults.iter().map(|fault| Line { file: &fault.file, what: &fault.what });
    Answer {
        run: path.display().to_string(),
        holds: verification.holds(),
        verdict: verification.result.as_ref().map(|result| result.verdict),
        result_digest: verification.result_digest.as_ref(),
        head_digest: verification.head.as_ref(),
        run_digest: &verification.run_digest,
        faults: faults.collect(),
    }
}
