//! `phasegate run`.

use std::{
    fs, io,
    path::Path,
    sync::{Mutex, MutexGuard, PoisonError},
};

use phasegate_engine::{
    plan::plan,
    run::{self, Outcome, RunError},
    suite::load,
};
use phasegate_evidence::{Event, JUNIT_FILE, REPORT_FILE};

use super::{
    interrupt::interrupts,
    report::{read, unwritable},
    runtime::runtime,
};
use crate::{
    args::{Format, Global, RunArgs, shown},
    console::{self, Ending, Paint, Progress},
    exit::{Exit, Failure},
    report::{self, Record},
};

/// Runs suites, writes the reports into the run folder, and prints what came of it.
pub(super) fn run(global: &Global, asked: &RunArgs) -> Result<Exit, Failure> {
    let runtime = runtime()?;
    // Before anything else, so that an early Ctrl-C is not lost.
    let cancel = {
        let _entered = runtime.enter();
        interrupts()
    };
    let suites = load(&global.suites()?, &asked.names).map_err(Failure::usage)?;
    let plan = plan(&suites).map_err(|error| unwritable(&error))?;
    let progress = Mutex::new(Progress::of(&plan));
    let request = run::Request {
        suites,
        server: asked.server.request(),
        runs: global.runs(),
        run: None,
    };
    let mut listener = |event: &Event| held(&progress).event(event);
    let mut notice = |line: &str| held(&progress).notice(line);
    let outcome = runtime.block_on(run::run(request, &mut listener, &mut notice, cancel));
    held(&progress).finish();
    let outcome = outcome.map_err(failure)?;
    let record = read(&outcome.folder)?;
    write_reports(&record)?;
    print(global.format, &record, &outcome)?;
    Ok(Exit::of(&outcome.result))
}

/// The progress, also after a listener panicked: what is left to do is only to print.
fn held(progress: &Mutex<Progress>) -> MutexGuard<'_, Progress> {
    progress.lock().unwrap_or_else(PoisonError::into_inner)
}

fn failure(error: RunError) -> Failure {
    let exit = match &error {
        RunError::Suite(_) | RunError::Record(_) | RunError::Usage(_) => Exit::Usage,
        RunError::Server(_) | RunError::Database(_) => Exit::NoServer,
        RunError::Interrupted => Exit::Interrupted,
    };
    Failure::new(exit, error)
}

/// The reports belong to the folder, and so to the run digest.
fn write_reports(record: &Record) -> Result<(), Failure> {
    let folder = record.folder.path();
    write(&folder.join(REPORT_FILE), &report::markdown(record))?;
    let junit = report::junit(record).map_err(|error| unwritable(&error))?;
    write(&folder.join(JUNIT_FILE), &junit)
}

fn write(path: &Path, text: &str) -> Result<(), Failure> {
    fs::write(path, text)
        .map_err(|error| Failure::usage(format!("failed to write {}: {error}", path.display())))
}

fn print(format: Format, record: &Record, outcome: &Outcome) -> Result<(), Failure> {
    match format {
        Format::Json => {
            console::print(&report::json(record).map_err(|error| unwritable(&error))?);
            if let Some(kept) = &outcome.kept {
                console::note(kept);
            }
        }
        Format::Human => {
            let run_digest = record.folder.digest()?;
            let ending = Ending {
                folder: shown(&outcome.folder),
                run_digest: Some(&run_digest),
                kept: outcome.kept.as_deref(),
            };
            console::print(&console::summary(record, &ending, Paint::on(&io::stdout())));
        }
    }
    Ok(())
}
