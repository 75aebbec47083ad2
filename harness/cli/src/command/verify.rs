//! `phasegate verify`.

use std::{fs, io};

use phasegate_evidence::{Digest, Fault, JUNIT_FILE, REPORT_FILE, RunFolder, Verification};
use serde::Serialize;

use super::report::{read, unwritable};
use crate::{
    args::{Format, Global, VerifyArgs, shown},
    console::{self, Paint},
    exit::{Exit, Failure},
    report,
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
    rerender(&folder, &mut verification)?;
    for digest in &asked.expect {
        if verification.recognise(digest).is_none() {
            let what = format!(
                "has no digest {digest}, neither of its result nor of its events nor of its files"
            );
            fault(&mut verification, "the folder", what);
        }
    }
    match global.format {
        Format::Human => console::print(&human(
            &verification,
            asked,
            &shown(&path),
            Paint::on(&io::stdout()),
        )),
        Format::Json => console::print(&json(&verification, &path.display().to_string())?),
    }
    Ok(if verification.holds() {
        Exit::Passed
    } else {
        Exit::Unverified
    })
}

fn fault(verification: &mut Verification, file: &str, what: impl Into<String>) {
    verification.faults.push(Fault {
        file: file.to_owned(),
        what: what.into(),
    });
}

/// The reports in the folder must be those that its plan and events make. Reports of another version of Phasegate may
/// look different, so that these are compared only where this version made the plan.
fn rerender(folder: &RunFolder, verification: &mut Verification) -> Result<(), Failure> {
    let Some(result) = &verification.result else {
        return Ok(());
    };
    if result.phasegate != env!("CARGO_PKG_VERSION") || verification.result_digest.is_none() {
        return Ok(());
    }
    let record = read(folder.path())?;
    let junit = report::junit(&record).map_err(|error| unwritable(&error))?;
    for (name, made) in [
        (REPORT_FILE, report::markdown(&record)),
        (JUNIT_FILE, junit),
    ] {
        match fs::read(folder.path().join(name)) {
            Ok(stored) if stored == made.as_bytes() => {}
            Ok(_) => fault(verification, name, "is not what plan and events make"),
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                fault(verification, name, "is missing")
            }
            Err(error) => fault(verification, name, format!("cannot be read: {error}")),
        }
    }
    Ok(())
}

fn human(verification: &Verification, asked: &VerifyArgs, path: &str, paint: Paint) -> String {
    let mut text = console::verified(verification, path, paint);
    if verification.holds() {
        for digest in &asked.expect {
            if let Some(name) = verification.recognise(digest) {
                text.push_str(&format!(
                    "  expected     the {name} digest is {}\n",
                    digest.short()
                ));
            }
        }
    }
    text
}

fn json(verification: &Verification, run: &str) -> Result<String, Failure> {
    let faults = verification.faults.iter().map(|fault| Line {
        file: &fault.file,
        what: &fault.what,
    });
    let answer = Answer {
        run: run.to_owned(),
        holds: verification.holds(),
        verdict: verification.result.as_ref().map(|result| result.verdict),
        result_digest: verification.result_digest.as_ref(),
        head_digest: verification.head.as_ref(),
        run_digest: &verification.run_digest,
        faults: faults.collect(),
    };
    Ok(serde_json::to_string_pretty(&answer).map_err(|error| unwritable(&error))? + "\n")
}
