//! `phasegate sign`.

use std::{fs, path::Path, time::SystemTime};

use phasegate_engine::Secrets;
use phasegate_evidence::{
    PAGE_FILE, PLAN_FILE, RunFolder, RunResult, SIGNATURES_FOLDER, Verification, moment,
    sign::{Broken, Exception, Signing, SigningError},
};
use phasegate_report::{self as report, Record};
use serde::Serialize;

use super::{conclude, print_json::print_json, verify::verified};
use crate::{
    args::{Format, Global, SignArgs, display_path, program_name},
    console,
    exit::{Exit, Failure},
    keys::private_key,
    new_file::{unwritable, write_new},
};

#[derive(Serialize)]
struct Added {
    run: String,
    file: String,
    run_digest: String,
}

/// Verifies a run folder and adds a sign-off to it.
pub(super) fn sign(global: &Global, asked: &SignArgs) -> Result<Exit, Failure> {
    let path = global.run(&asked.run);
    let folder = RunFolder::open(&path)?;
    let key = private_key(&asked.key, &asked.protection)?;
    // Of two who sign at once, the second waits, and then looks again at what he signs.
    let plan = fs::File::open(path.join(PLAN_FILE)).and_then(|plan| plan.lock().map(|()| plan));
    let _locked = plan.map_err(|error| Failure::usage(format!("failed to lock {}: {error}", display_path(&path))))?;
    let verification = verified(&folder)?;
    let phase = asked.phase.as_deref().map(|named| phase(&verification, named)).transpose()?;
    // What Phasegate was given to reach a database by is written nowhere, not even by whoever types it.
    let secrets =
        Secrets::of(asked.notes.as_deref().into_iter().chain(asked.exception().iter().map(|e| e.reason.as_str())));
    let hidden = |text: &str| secrets.hide(text).into_owned();
    let signing = Signing {
        role: asked.role.into(),
        name: asked.name.clone(),
        meaning: asked.meaning.into(),
        signed_at: now(),
        phase,
        notes: asked.notes.as_deref().map(hidden),
        exception: asked.exception().map(|exception| Exception { reason: hidden(&exception.reason), ..exception }),
    };
    let (file, bytes) = verification.sign(signing, &key).map_err(|error| refused(error, &path))?;
    fs::create_dir_all(path.join(SIGNATURES_FOLDER)).map_err(|error| unwritable(&path.join(&file), &error))?;
    write_new(&path.join(&file), &bytes, 0o666)?;
    // What is there now was verified but for the sign-off, and the page is made of it.
    let mut verification = phasegate_evidence::verify(&folder);
    write_page(&folder, &mut verification)?;
    match global.format {
        Format::Json => print_json(&Added {
            run: display_path(&path),
            file,
            run_digest: verification.run_digest.as_ref().map(ToString::to_string).unwrap_or_default(),
        })?,
        Format::Human => console::print(&report::verified(&verification, &display_path(&path)))?,
    }
    Ok(if verification.holds() { Exit::Passed } else { Exit::Unverified })
}

/// The page for a browser shows the sign-offs.
pub(super) fn write_page(folder: &RunFolder, verification: &mut Verification) -> Result<(), Failure> {
    let record = Record::verified(folder, verification);
    if let Some(record) = record.map_err(|error| Failure::new(Exit::Unverified, error))? {
        conclude::write(&folder.path().join(PAGE_FILE), &report::html(&record))?;
    }
    Ok(())
}

/// Now, by this machine's clock.
pub(super) fn now() -> String {
    let since = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
    moment(u64::try_from(since.as_millis()).unwrap_or_default())
}

/// Suite and phase of a phase that is named by itself where one suite has it, or after its suite.
fn phase(verification: &Verification, named: &str) -> Result<(String, String), Failure> {
    let phases = |result: &RunResult| -> Vec<(String, String)> {
        let of = |suite: &phasegate_evidence::SuiteResult| {
            suite.phases.iter().map(|phase| (suite.suite.clone(), phase.phase.clone())).collect::<Vec<_>>()
        };
        result.suites.iter().flat_map(of).collect()
    };
    let phases = verification.result.as_ref().map(phases).unwrap_or_default();
    let fits = |(suite, phase): &&(String, String)| named == phase || named == format!("{suite}/{phase}");
    let found: Vec<&(String, String)> = phases.iter().filter(fits).collect();
    match found.as_slice() {
        [one] => Ok((*one).clone()),
        [] => {
            let names: Vec<String> = phases.iter().map(|(suite, phase)| format!("{suite}/{phase}")).collect();
            Err(Failure::usage(format!("the run has no phase {named}; it has {}", names.join(", "))))
        }
        several => {
            let names: Vec<String> = several.iter().map(|(suite, phase)| format!("{suite}/{phase}")).collect();
            Err(Failure::usage(format!("several suites have a phase {named}: say {}", names.join(" or "))))
        }
    }
}

fn refused(error: SigningError, path: &Path) -> Failure {
    let named = display_path(path);
    match error {
        SigningError::Unverified => {
            Failure::new(Exit::Unverified, format!("not signed: {error}; `{} verify {named}` says why", program_name()))
        }
        SigningError::Refused(ref broken) if broken.iter().all(|rule| matches!(rule, Broken::NotPassed(_))) => {
            Failure::new(Exit::GateFailed, format!("not signed: {error}"))
        }
        error => Failure::usage(format!("not signed: {error}")),
    }
}
