//! The file of a gate.

use std::path::Path;

use serde::Deserialize;
use toml::Spanned;

use super::{
    Gate, Place, SuiteError,
    check_file::{CheckFile, check},
    values::one_or_more,
};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct GateFile {
    id: String,
    claim: String,
    #[serde(default, deserialize_with = "one_or_more")]
    requirement: Vec<String>,
    #[serde(default)]
    added: bool,
    #[serde(default, rename = "check")]
    checks: Vec<Spanned<CheckFile>>,
}

/// Reads a gate's file.
pub(super) fn read(file: &Path, text: &str) -> Result<Gate, SuiteError> {
    let gate: GateFile = toml::from_str(text).map_err(|e| SuiteError::toml(file, text, &e))?;
    if gate.checks.is_empty() {
        let message = format!("gate {} has no check: a gate without checks proves nothing", gate.id);
        return Err(SuiteError::malformed(Place::file(file), message));
    }
    let mut checks = Vec::new();
    for spanned in gate.checks {
        let place = Place::at(file, text, spanned.span().start);
        let id = spanned.get_ref().id.clone();
        let check =
            check(spanned.into_inner()).map_err(|why| SuiteError::malformed(place, format!("check {id}: {why}")))?;
        checks.push(check);
    }
    Ok(Gate {
        id: gate.id,
        slug: file.file_stem().unwrap_or_default().to_string_lossy().into_owned(),
        claim: gate.claim,
        requirement: gate.requirement,
        added: gate.added,
        checks,
    })
}
