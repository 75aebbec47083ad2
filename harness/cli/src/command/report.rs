//! `phasegate report`.

use phasegate_evidence::verify;
use phasegate_report::{self as report, Ending, Record, RecordError};

use crate::{
    args::{Format, Global, Rendering, ReportArgs, called, shown},
    console,
    exit::{Exit, Failure},
};

/// Prints a report. Evidence that does not verify is reported on all the same, but never silently.
pub(super) fn report(global: &Global, asked: &ReportArgs) -> Result<Exit, Failure> {
    let path = global.run(&asked.run);
    let record = read(&path)?;
    let verification = verify(&record.folder)?;
    let rendering = asked.to.unwrap_or(match global.format {
        Format::Human => Rendering::Text,
        Format::Json => Rendering::Json,
    });
    match rendering {
        Rendering::Text => {
            let ending = Ending {
                folder: shown(&path),
                command: called(),
                run_digest: Some(&verification.run_digest),
                kept: None,
            };
            console::print(&report::summary(&record, &ending));
        }
        Rendering::Md => console::print_exactly(&report::markdown(&record)),
        Rendering::Junit => {
            console::print_exactly(&report::junit(&record).map_err(|error| unwritable(&error))?);
        }
        Rendering::Tap => console::print_exactly(&report::tap(&record)),
        Rendering::Json => console::print_exactly(&report::json(&record).map_err(|error| unwritable(&error))?),
    }
    if verification.holds() {
        return Ok(Exit::Passed);
    }
    console::warning(&format!("this evidence does not verify; `{} verify {}` says why", called(), shown(&path)));
    Ok(Exit::Unverified)
}

/// Reads a run folder, or says what to do.
pub(super) fn read(path: &std::path::Path) -> Result<Record, Failure> {
    Record::read(path).map_err(|error| match error {
        RecordError::Folder(error) => error.into(),
        RecordError::Damaged(what) => Failure::new(
            Exit::Unverified,
            format!("{what}; `{} verify {}` says everything that does not hold", called(), shown(path)),
        ),
    })
}

/// A report that cannot be written down.
pub(super) fn unwritable(error: &dyn std::error::Error) -> Failure {
    Failure::usage(format!("failed to write the report: {error}"))
}
