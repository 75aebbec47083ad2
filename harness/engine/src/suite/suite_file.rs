//! The file `suite.toml`.

use std::{collections::BTreeMap, path::Path};

use phasegate_evidence::ServerNeed;
use serde::{Deserialize, Deserializer, de::Error as _};
use toml::{Spanned, Value};

use super::{Deviation, Finding, SuiteError, TransactionMode, expand::StateFile};

#[derive(Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub(super) struct SuiteFile {
    /// Its name on the command line, which is also the name of its tests.
    pub(super) suite: String,
    /// One line for reports.
    pub(super) title: String,
    /// The documents that it answers to, in words.
    pub(super) source: String,
    /// The folder of the system under validation: baseline, phases, defects. Relative to this file.
    pub(super) fixtures: String,
    /// Patterns of files that lie in the folder of the suite or in the fixtures and are meant for somebody else.
    #[serde(default)]
    #[cfg_attr(test, schemars(with = "Vec<String>"))]
    pub(super) unread: Vec<Spanned<String>>,
    /// Tables in which the migration tool keeps its own books (`alembic_version`), or `schema.*` for all that lies in a
    /// schema: what becomes of them is neither change nor loss. Every report names them as a deviation.
    #[serde(default)]
    #[cfg_attr(test, schemars(with = "Vec<String>"))]
    pub(super) bookkeeping: Vec<Spanned<String>>,
    /// Files of the fixtures that commands read, as patterns (`alembic/**`): the plan holds their digests, as it does those
    /// of SQL files. What Python keeps in `__pycache__` is none.
    #[serde(default)]
    #[cfg_attr(test, schemars(with = "Vec<String>"))]
    pub(super) inputs: Vec<Spanned<String>>,
    /// What commands find in their environment beside what they inherit and `DATABASE_URL`. The plan shows it, but for
    /// secrets, of which it shows the names.
    #[serde(default)]
    #[cfg_attr(test, schemars(with = "BTreeMap<String, String>"))]
    pub(super) env: BTreeMap<Spanned<String>, String>,
    /// What the server must be.
    pub(super) server: ServerNeed,
    /// The state before the migration.
    pub(super) baseline: BaselineFile,
    /// The steps of the migration, in order.
    #[serde(default, rename = "phase")]
    pub(super) phases: Vec<PhaseFile>,
    /// Where the suite knowingly reads its sources otherwise; every report shows them.
    #[serde(default, rename = "deviation")]
    pub(super) deviations: Vec<Deviation>,
    /// Values that every gate and scenario may name as `${name}`.
    #[serde(default)]
    #[cfg_attr(test, schemars(with = "std::collections::BTreeMap<String, super::reference::Anything>"))]
    pub(super) with: BTreeMap<Spanned<String>, Value>,
    /// States that checks start from, by name.
    #[serde(default)]
    #[cfg_attr(test, schemars(with = "std::collections::BTreeMap<String, super::reference::State>"))]
    pub(super) given: BTreeMap<Spanned<String>, StateFile>,
    /// What no gate asks for and a validator must know.
    #[serde(default, rename = "finding")]
    pub(super) findings: Vec<Finding>,
}

#[derive(Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub(super) struct BaselineFile {
    /// A command that makes it, or what of it comes before the files.
    pub(super) command: Option<Vec<String>>,
    /// Files of SQL, or patterns of files, that make the schema before the migration.
    #[serde(default)]
    pub(super) schema: Vec<String>,
    /// Files of SQL, or patterns, that fill it: a backfill without rows proves nothing.
    #[serde(default)]
    pub(super) data: Vec<String>,
    /// The role that applies the phases, as if it had logged in.
    pub(super) role: Option<String>,
    /// How its statements are put into transactions. On SQLite each is by itself.
    #[serde(default)]
    pub(super) transaction: TransactionMode,
}

#[derive(Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub(super) struct PhaseFile {
    /// A short name, with which the ids of its gates begin.
    pub(super) id: String,
    /// The name of the folder of its gates, below `gates`.
    pub(super) slug: String,
    /// One line for reports.
    pub(super) title: String,
    /// What the migration calls it. Gates and scenarios name it as `${revision}`.
    pub(super) revision: Option<String>,
    /// The way forward.
    #[serde(deserialize_with = "step")]
    #[cfg_attr(test, schemars(with = "super::reference::Way"))]
    pub(super) up: StepFile,
    /// The way back.
    #[serde(default, deserialize_with = "optional_step")]
    #[cfg_attr(test, schemars(with = "Option<super::reference::Way>"))]
    pub(super) down: Option<StepFile>,
    /// How its statements are put into transactions.
    #[serde(default)]
    pub(super) transaction: TransactionMode,
    /// Files of the fixtures that its commands read, as patterns, beside the `inputs` of the suite.
    #[serde(default)]
    #[cfg_attr(test, schemars(with = "Vec<String>"))]
    pub(super) inputs: Vec<Spanned<String>>,
    /// What its commands find in their environment on top of the `env` of the suite: of a name in both, what stands here.
    #[serde(default)]
    #[cfg_attr(test, schemars(with = "BTreeMap<String, String>"))]
    pub(super) env: BTreeMap<Spanned<String>, String>,
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
