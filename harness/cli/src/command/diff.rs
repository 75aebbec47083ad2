//! `phasegate diff`.

use std::path::Path;

use phasegate_evidence::RunFolder;
use phasegate_report::{self as report, Record};

use super::{
    print_json::print_json,
    verify::{Examined, examined},
};
use crate::{
    args::{DiffArgs, Format, Global, display_path, program_name},
    console,
    exit::{Exit, Failure},
};

/// Says what differs between two runs. Evidence that does not verify is compared with nothing.
pub(super) fn diff(global: &Global, asked: &DiffArgs) -> Result<Exit, Failure> {
    let [before, after] = [&asked.before, &asked.after].map(|named| global.run(named));
    let (one, other) = (whole(&before)?, whole(&after)?);
    let diff = report::diff(&one, &other);
    match global.format {
        Format::Human => {
            let [before, after] = [&before, &after].map(|path| display_path(path));
            console::print(&report::diff_text(&diff, [&before, &after]))?;
        }
        Format::Json => print_json(&diff)?,
    }
    Ok(if diff.equal { Exit::Passed } else { Exit::GateFailed })
}

fn whole(path: &Path) -> Result<Record, Failure> {
    let Examined { verification, record } = examined(&RunFolder::open(path)?)?;
    if let Some(record) = record.filter(|_| verification.holds()) {
        return Ok(record);
    }
    let named = display_path(path);
    let verify = format!("{} verify {named}", program_name());
    Err(Failure::new(
        Exit::Unverified,
        format!("{named} does not verify, and is compared with nothing; `{verify}` says why"),
    ))
}
