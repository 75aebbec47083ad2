//! The file `suite.toml`.

use std::{collections::BTreeMap, path::Path};

use phasegate_evidence::ServerNeed;
use serde::{Deserialize, Deserializer, de::Error as _};
use toml::{Spanned, Value};

use super::{Deviation, Finding, SuiteError, TransactionMode, expand::StateFile};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct SuiteFile {
    pub(super) suite: String,
    pub(super) title: String,
    pub(super) source: String,
    pub(super) fixtures: String,
    /// Files that lie there and are meant for somebody else.
    #[serde(default)]
    pub(super) unread: Vec<Spanned<String>>,
    /// Tables in which the migration tool keeps its own books (`alembic_version`), or `schema.*` for all that lies in a
    /// schema: what becomes of them is neither change nor loss. Every report names them as a deviation.
    #[serde(default)]
    pub(super) bookkeeping: Vec<Spanned<String>>,
    pub(super) server: ServerNeed,
    pub(super) baseline: BaselineFile,
    #[serde(default, rename = "phase")]
    pub(super) phases: Vec<PhaseFile>,
    #[serde(default, rename = "deviation")]
    pub(super) deviations: Vec<Deviation>,
    #[serde(default)]
    pub(super) with: BTreeMap<Spanned<String>, Value>,
    #[serde(default)]
    pub(super) given: BTreeMap<Spanned<String>, StateFile>,
    #[serde(default, rename = "finding")]
    pub(super) findings: Vec<Finding>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct BaselineFile {
    /// What lays it, or what of it lies before the files.
    pub(super) command: Option<Vec<String>>,
    #[serde(default)]
    pub(super) schema: Vec<String>,
    #[serde(default)]
    pub(super) data: Vec<String>,
    pub(super) role: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct PhaseFile {
    pub(super) id: String,
    pub(super) slug: String,
    pub(super) title: String,
    pub(super) revision: Option<String>,
    #[serde(deserialize_with = "step")]
    pub(super) up: StepFile,
    #[serde(default, deserialize_with = "optional_step")]
    pub(super) down: Option<StepFile>,
    #[serde(default)]
    pub(super) transaction: TransactionMode,
}

/// A file, several, or a command.
pub(super) enum StepFile {
    Files(Vec<String>),
    Command(Vec<String>),
}

pub(super) fn read(file: &Path, text: &str) -> Result<SuiteFile, SuiteError> {
    toml::from_str(text).map_err(|error| SuiteError::toml(file, text, &error))
}

pub(super) fn optional_step<'de, D: Deserializer<'de>>(from: D) -> Result<Option<StepFile>, D::Error> {
    step(from).map(Some)
}

fn step<'de, D: Deserializer<'de>>(from: D) -> Result<StepFile, D::Error> {
    #[derive(Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Command {
        command: Vec<String>,
    }
    let strings = |values: Vec<Value>| -> Result<Vec<String>, D::Error> {
        let text = |value| match value {
            Value::String(text) => Ok(text),
            other => Err(D::Error::custom(format!("expected the path of a file, found {other}"))),
        };
        values.into_iter().map(text).collect()
    };
    match Value::deserialize(from)? {
        Value::String(file) => Ok(StepFile::Files(vec![file])),
        Value::Array(files) if !files.is_empty() => Ok(StepFile::Files(strings(files)?)),
        Value::Table(table) => {
            let command: Command =
                Value::Table(table).try_into().map_err(|e: toml::de::Error| D::Error::custom(e.message()))?;
            if command.command.is_empty() {
                return Err(D::Error::custom("the command names no program"));
            }
            Ok(StepFile::Command(command.command))
        }
        _ => Err(D::Error::custom("expected a file, a list of files, or { command = [\"program\", \"argument\"] }")),
    }
}
