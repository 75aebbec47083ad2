//! `phasegate verify`.

use std::path::Path;

use phasegate_evidence::{Digest, Fault, JUNIT_FILE, PAGE_FILE, REPORT_FILE, RunFolder, Verdict, Verification};
use phasegate_report::{self as report, Record, RecordError};
use serde::Serialize;

use super::{print_json::print_json, report::unwritable};
use crate::{
    args::{Format, Global, Required, VerifyArgs, display_path},
    console,
    exit::{Exit, Failure},
};

/// What `verify --format json` prints.
#[derive(Serialize)]
struct Answer<'a> {
    run: String,
    holds: bool,
    verdict: Option<Verdict>,
    result_digest: Option<&'a Digest>,
    head_digest: Option<&'a Digest>,
    run_digest: Option<&'a Digest>,
    faults: Vec<Line<'a>>,
    /// What the run was required to have come to, and whether it did; evidence that does not verify says nothing of it.
    required: Option<Required>,
    meets_required: bool,
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
    let mut verification = phasegate_evidence::verify(&folder);
    compare_reports(&folder, &mut verification)?;
    for digest in &asked.expect {
        if verification.recognise(digest).is_none() {
            let what = format!("has no digest {digest}, neither of its result nor of its events nor of its files");
            fault(&mut verification, "the folder", what);
        }
    }
    match global.format {
        Format::Human => console::print(&human(&verification, asked, &display_path(&path)))?,
        Format::Json => print_json(&answer(&verification, asked, &path))?,
    }
    Ok(if !verification.holds() {
        Exit::Unverified
    } else if meets(&verification, asked) {
        Exit::Passed
    } else {
        Exit::GateFailed
    })
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
    let unread = |error: RecordError| Failure::new(Exit::Unverified, error);
    let Some(record) = Record::verified(folder, verification).map_err(unread)? else { return Ok(()) };
    let junit = report::junit(&record).map_err(|error| unwritable(&error))?;
    let reports = [(REPORT_FILE, report::markdown(&record)), (PAGE_FILE, report::html(&record)), (JUNIT_FILE, junit)];
    for (name, made) in reports {
        // What is there was read before.
        match folder.read(name) {
            Ok(stored) if stored == made.as_bytes() => {}
            Ok(_) => fault(verification, name, "is not what plan and events make"),
            Err(_) => {
                let what = "is missing: it was removed, or the run was interrupted before it was written";
                fault(verification, name, what);
            }
        }
    }
    Ok(())
}

/// The version that made the plan, if it is not this one.
fn other_version(verification: &Verification) -> Option<&str> {
    let version = verification.result.as_ref().map(|result| result.phasegate.as_str());
    version.filter(|version| *version != env!("CARGO_PKG_VERSION"))
}

/// Whether the run is known to have come to what was required of it.
fn meets(verification: &Verification, asked: &VerifyArgs) -> bool {
    let verdict = verification.result.as_ref().map(|result| result.verdict);
    match asked.require {
        None => true,
        Some(Required::Passed) => verification.holds() && verdict == Some(Verdict::Passed),
    }
}

fn human(verification: &Verification, asked: &VerifyArgs, path: &str) -> String {
    let mut text = report::verified(verification, path);
    for digest in asked.expect.iter().filter(|_| verification.holds()) {
        if let Some(name) = verification.recognise(digest) {
            let covers = match name {
                "result" => "it covers what the run came to, and not what was seen",
                "head" => "it covers everything but the reports",
                _ => "it covers every byte but the sign-offs and the page that shows them",
            };
            text.push_str(&format!("  expected: {} is the {name} digest; {covers}\n", digest.short()));
        }
    }
    if verification.holds() && !meets(verification, asked) {
        text.push_str("  required: passed; the evidence verifies, and the run did not pass\n");
    }
    if let Some(version) = other_version(verification) {
        let reports = format!("{REPORT_FILE}, {PAGE_FILE} and {JUNIT_FILE}");
        text.push_str(&format!("  not compared: {reports}, which Phasegate {version} wrote\n"));
    }
    text
}

fn answer<'a>(verification: &'a Verification, asked: &VerifyArgs, path: &Path) -> Answer<'a> {
    let faults = verification.faults.iter().map(|fault| Line { file: &fault.file, what: &fault.what });
    Answer {
        run: path.display().to_string(),
        holds: verification.holds(),
        verdict: verification.result.as_ref().map(|result| result.verdict),
        result_digest: verification.result_digest.as_ref(),
        head_digest: verification.head.as_ref(),
        run_digest: verification.run_digest.as_ref(),
        faults: faults.collect(),
        required: asked.require,
        meets_required: meets(verification, asked),
    }
}
