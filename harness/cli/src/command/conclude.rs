//! What follows a run, whatever came of it.

use std::{
    fs,
    path::Path,
    sync::{Mutex, MutexGuard, PoisonError},
};

use phasegate_engine::{Finished, RunError};
use phasegate_evidence::{JUNIT_FILE, PAGE_FILE, REPORT_FILE, sign::PrivateKey};
use phasegate_report::{self as report, Context, Record};

use super::{
    attest::attest,
    report::{read, unwritable},
};
use crate::{
    args::{Format, Global, display_path, program_name},
    console::{self, Progress},
    exit::{Exit, Failure},
};

/// Writes the reports into the run folder and prints what came of the run.
pub(super) fn conclude(
    global: &Global,
    progress: &Mutex<Progress>,
    finished: Result<Finished, RunError>,
    attesting: Option<&PrivateKey>,
    junit: Option<&Path>,
) -> Result<Exit, Failure> {
    let recorded = lock(progress).finish();
    let finished = finished.map_err(|error| failure(error, recorded.map(|run| global.runs().join(run)).as_deref()))?;
    let record = read(&finished.folder)?;
    write_reports(&record, junit)?;
    if let Some(key) = attesting {
        attest(&record.folder, key)?;
    }
    print(global.format, &record, &finished)?;
    Ok(Exit::of(&finished.result))
}

/// Locks the progress, even after a listener panicked: nothing remains to be done but to print.
pub(super) fn lock(progress: &Mutex<Progress>) -> MutexGuard<'_, Progress> {
    progress.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Why there is no result, and where to find what was recorded until then.
pub(super) fn failure(error: RunError, recorded: Option<&Path>) -> Failure {
    let exit = match &error {
        RunError::Suite(_) | RunError::Record(_) | RunError::Usage(_) => Exit::Usage,
        RunError::NotResumed(_) => Exit::Unverified,
        RunError::Server(_) => Exit::NoServer,
        RunError::Database(_) => Exit::GateFailed,
        RunError::Interrupted => Exit::Interrupted,
    };
    match recorded {
        Some(folder) => {
            Failure::new(exit, format!("{error}; what was recorded until then lies in {}", display_path(folder)))
        }
        None => Failure::new(exit, error),
    }
}

/// The reports belong to the folder; all but the page, which shows the sign-offs, to the run digest too.
fn write_reports(record: &Record, elsewhere: Option<&Path>) -> Result<(), Failure> {
    let folder = record.folder.path();
    write(&folder.join(REPORT_FILE), &report::markdown(record))?;
    write(&folder.join(PAGE_FILE), &report::html(record))?;
    let junit = report::junit(record).map_err(|error| unwritable(&error))?;
    write(&folder.join(JUNIT_FILE), &junit)?;
    elsewhere.map_or(Ok(()), |file| write(file, &junit))
}

pub(super) fn write(path: &Path, text: &str) -> Result<(), Failure> {
    fs::write(path, text).map_err(|error| Failure::usage(format!("failed to write {}: {error}", path.display())))
}

fn print(format: Format, record: &Record, finished: &Finished) -> Result<(), Failure> {
    match format {
        Format::Json => {
            console::print_exactly(&report::json(record).map_err(|error| unwritable(&error))?)?;
            if let Some(kept) = &finished.kept {
                console::note(kept);
            }
        }
        Format::Human => {
            let run_digest = record.folder.digest()?;
            let context = Context {
                folder: display_path(&finished.folder),
                command: program_name(),
                run_digest: Some(&run_digest),
                kept: finished.kept.as_deref(),
            };
            console::print(&report::summary(record, &context))?;
        }
    }
    Ok(())
}
