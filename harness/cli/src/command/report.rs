//! `phasegate report`.

use phasegate_evidence::RunFolder;
use phasegate_report::{self as report, Context, Record, RecordError};

use super::verify::{Examined, examined};
use crate::{
    args::{Format, Global, Rendering, ReportArgs, display_path, program_name},
    console,
    exit::{Exit, Failure},
};

/// Prints a report. Evidence that does not verify is reported on all the same, but never silently.
pub(super) fn report(global: &Global, asked: &ReportArgs) -> Result<Exit, Failure> {
    let path = global.run(&asked.run);
    let Examined { verification, record } = examined(&RunFolder::open(&path)?)?;
    let record = match record {
        Some(record) => record,
        None => {
            let mut record = read(&path)?;
            record.sign_offs = (&verification).into();
            record
        }
    };
    let rendering = asked.to.unwrap_or(match global.format {
        Format::Human => Rendering::Text,
        Format::Json => Rendering::Json,
    });
    match rendering {
        Rendering::Text => {
            let context = Context {
                folder: display_path(&path),
                command: program_name(),
                run_digest: verification.run_digest.as_ref(),
                kept: None,
            };
            console::print(&report::summary(&record, &context))?;
        }
        Rendering::Md => {
            let signed = !verification.signed.is_empty() || verification.attested_by.is_some();
            let sign_offs = if signed { report::sign_offs(&verification) } else { String::new() };
            console::print_exactly(&format!("{}{sign_offs}", report::markdown(&record)))?;
        }
        Rendering::Html => console::print_exactly(&report::html(&record))?,
        Rendering::Junit => {
            console::print_exactly(&report::junit(&record).map_err(|error| unwritable(&error))?)?;
        }
        Rendering::Tap => console::print_exactly(&report::tap(&record))?,
        Rendering::Sarif => console::print_exactly(&report::sarif(&record).map_err(|error| unwritable(&error))?)?,
        Rendering::Ctrf => console::print_exactly(&report::ctrf(&record).map_err(|error| unwritable(&error))?)?,
        Rendering::Json => console::print_exactly(&report::json(&record).map_err(|error| unwritable(&error))?)?,
    }
    if verification.holds() {
        return Ok(Exit::Passed);
    }
    console::warning(&format!(
        "this evidence does not verify; `{} verify {}` says why",
        program_name(),
        display_path(&path)
    ));
    Ok(Exit::Unverified)
}

/// Reads a run folder, or says what to do.
pub(super) fn read(path: &std::path::Path) -> Result<Record, Failure> {
    Record::read(path).map_err(|error| match error {
        RecordError::Folder(error) => error.into(),
        RecordError::Damaged(what) => Failure::new(
            Exit::Unverified,
            format!("{what}; `{} verify {}` says everything that does not hold", program_name(), display_path(path)),
        ),
    })
}

/// A report that cannot be written down.
pub(super) fn unwritable(error: &dyn std::error::Error) -> Failure {
    Failure::usage(format!("failed to write the report: {error}"))
}
