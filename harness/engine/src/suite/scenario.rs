//! Scenarios: runs that deviate on purpose, with the outcome that is expected of them.

use std::{collections::BTreeMap, path::Path};

use phasegate_database::Kind;
use phasegate_evidence::judge::{AuditExpected, Expected, Step};
use serde::{Deserialize, de::IgnoredAny};
use toml::{Spanned, de::DeValue};

use super::{
    Gate, Phase, Place, SuiteError,
    expand::{self, Values},
    sessions,
    source::{Source, Table},
    suite_file::{StepFile, optional_step},
    values::one_or_more,
};

/// A run that deviates on purpose.
#[derive(Debug, Clone)]
pub struct Scenario {
    /// Its slug, which is the name of its file, or else a row's of the file's `each`.
    pub slug: String,
    /// One sentence that says what it shows.
    pub title: String,
    /// The requirements of the source that it answers.
    pub requirement: Vec<String>,
    /// Legacy data instead of the suite's.
    pub(crate) data: Option<Vec<super::SqlFile>>,
    /// Files after the legacy data.
    pub(crate) extra: Vec<super::SqlFile>,
    /// The role that applies the phases, instead of the suite's; `Some(None)` is the session's user.
    pub(crate) role: Option<Option<String>>,
    /// Steps that replace those of the suite.
    pub(crate) replace: Vec<Replacement>,
    /// What is done and expected.
    pub kind: ScenarioKind,
}

impl Scenario {
    /// The gates of an audit after this phase.
    pub(crate) fn gates_of(&self, phase: &Phase) -> &[Gate] {
        match &self.kind {
            ScenarioKind::Audit { gates, .. } => gates.0.get(&phase.id).map(Vec::as_slice).unwrap_or_default(),
            _ => &[],
        }
    }

    /// What is done to the database before the steps of a probe look at it.
    pub(crate) fn action(&self) -> Option<&super::PhaseStep> {
        match &self.kind {
            ScenarioKind::Probe { command, .. } => command.as_ref(),
            _ => None,
        }
    }
}

/// Another way forward or back for a phase.
#[derive(Debug, Clone)]
pub(crate) struct Replacement {
    /// The phase.
    pub(crate) phase: String,
    /// Instead of its way forward.
    pub(crate) up: Option<super::PhaseStep>,
    /// Instead of its way back.
    pub(crate) down: Option<super::PhaseStep>,
    /// Instead of its way with transactions.
    pub(crate) transaction: Option<super::TransactionMode>,
}

/// What a scenario does.
#[derive(Debug, Clone)]
pub enum ScenarioKind {
    /// The gated run.
    Apply(Expected),
    /// All phases, each judged by other gates, without gating.
    Audit {
        /// The gates, by phase.
        gates: AuditGates,
        /// Whether the suite's own gates are among them, but for those that it leaves out: then it is a variant of the
        /// suite, by which a database that exists can be judged.
        is_variant: bool,
        /// What they come to.
        expected: AuditExpected,
    },
    /// A command, if there is one, and then steps, on the state after a phase.
    Probe {
        /// The phase.
        phase: String,
        /// What is done to the database before the steps look at it.
        command: Option<super::PhaseStep>,
        /// The steps.
        steps: Vec<Step>,
    },
}

/// The gates of an audit, by phase.
#[derive(Debug, Clone)]
pub struct AuditGates(pub BTreeMap<String, Vec<Gate>>);

#[derive(Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub(super) struct ScenarioFile {
    /// What tells the scenarios of a file with `each` apart; else the name of the file is the slug.
    slug: Option<String>,
    // Taken out before: named here so that the error of an unknown key lists it.
    /// Rows of values: the scenario stands once for each.
    #[serde(default, rename = "each")]
    #[cfg_attr(test, schemars(with = "Vec<BTreeMap<String, super::reference::Anything>>"))]
    _each: IgnoredAny,
    /// What it shows, in one sentence.
    pub(super) title: String,
    /// Why it is worth a run, for whoever reads the file.
    #[serde(rename = "why")]
    _why: String,
    /// The requirements of the source that it answers.
    #[serde(default, deserialize_with = "one_or_more")]
    #[cfg_attr(test, schemars(with = "super::reference::OneOrMore"))]
    pub(super) requirement: Vec<String>,
    /// What it does.
    pub(super) kind: KindName,
    /// What it starts from, instead of the suite's.
    #[serde(default)]
    pub(super) baseline: ScenarioBaseline,
    /// Other ways for phases.
    #[serde(default)]
    pub(super) replace: Vec<ReplaceFile>,
    /// Of an audit: the folder of its gates, beside the file.
    pub(super) gates: Option<String>,
    /// Of an audit: the gates of the suite that it leaves out; the others judge too.
    pub(super) leaves_out: Option<Vec<String>>,
    /// Of a probe: the phase after which it looks.
    pub(super) phase: Option<String>,
    /// Of a probe: what is done before its steps.
    #[serde(default, deserialize_with = "optional_step")]
    #[cfg_attr(test, schemars(with = "Option<super::reference::Way>"))]
    pub(super) does: Option<StepFile>,
    /// Of a probe: its steps. One may name a `file` of the fixtures in place of `run`.
    #[serde(default, rename = "step")]
    pub(super) steps: Vec<Step>,
    /// Of the others: how it must end.
    #[cfg_attr(test, schemars(with = "Option<super::reference::Ending>"))]
    pub(super) expect: Option<toml::Table>,
}

#[derive(Clone, Copy, PartialEq, Eq, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub(super) enum KindName {
    /// The gated run, with what it replaces.
    Apply,
    /// All phases, judged by other gates, and none stops it.
    Audit,
    /// Steps on the state after a phase.
    Probe,
}

#[derive(Default, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub(super) struct ScenarioBaseline {
    /// Files of data in place of the suite's.
    pub(super) data: Option<Vec<String>>,
    /// Files after the data.
    #[serde(default)]
    pub(super) extra: Vec<String>,
    /// The role that applies the phases; an empty one is the session's user.
    pub(super) role: Option<String>,
}

#[derive(Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub(super) struct ReplaceFile {
    /// The phase.
    pub(super) phase: String,
    /// Its way forward.
    #[serde(default, deserialize_with = "optional_step")]
    #[cfg_attr(test, schemars(with = "Option<super::reference::Way>"))]
    pub(super) up: Option<StepFile>,
    /// Its way back.
    #[serde(default, deserialize_with = "optional_step")]
    #[cfg_attr(test, schemars(with = "Option<super::reference::Way>"))]
    pub(super) down: Option<StepFile>,
    /// How its statements are put into transactions.
    pub(super) transaction: Option<super::TransactionMode>,
}

/// Reads a file of scenarios, each with its slug.
pub(super) fn read(
    source: Source<'_>,
    values: &mut Values,
    kind: Kind,
    files: &BTreeMap<String, String>,
) -> Result<Vec<(String, ScenarioFile)>, SuiteError> {
    let table = source.table()?;
    let several = table.contains_key("each");
    if let Some(slug) = table.get("slug").filter(|_| !several) {
        let why = "the slug of a scenario is the name of its file: `slug` goes with `each`";
        return Err(source.error(slug.span(), why));
    }
    let mut scenarios = Vec::new();
    for table in expand::each(source, table)? {
        let mut table = values.put_into(source, table)?;
        expand::nothing_left(source, &table)?;
        run_files(source, &mut table, files)?;
        sessions::checked(source, &table, kind)?;
        let mut scenario = whole(source.file, source.read(0..0, table)?)?;
        let slug = match scenario.slug.take() {
            None if several => {
                let why = "several scenarios need a `slug` that tells them apart, such as \"as-delivered-${name}\"";
                return Err(source.error(0..0, why));
            }
            None => source.file.file_stem().unwrap_or_default().to_string_lossy().into_owned(),
            Some(slug) => slug,
        };
        scenarios.push((slug, scenario));
    }
    Ok(scenarios)
}

/// A step of a probe may run a file of the fixtures, such as a way back.
fn run_files<'t>(
    source: Source<'_>,
    table: &mut Table<'t>,
    files: &BTreeMap<String, String>,
) -> Result<(), SuiteError> {
    let Some(DeValue::Array(steps)) = table.get_mut("step").map(Spanned::get_mut) else { return Ok(()) };
    for step in steps.iter_mut() {
        let DeValue::Table(step) = step.get_mut() else { continue };
        let Some(file) = step.remove("file") else { continue };
        let text = file.get_ref().as_str().and_then(|name| files.get(name));
        let (Some(text), false) = (text, step.contains_key("run")) else {
            return Err(source.error(
                file.span(),
                "a step has either `run`, its SQL, or `file`, the name of a file of the fixtures",
            ));
        };
        let sql = DeValue::String(text.clone().into());
        step.insert(Spanned::new(file.span(), "run".into()), Spanned::new(file.span(), sql));
    }
    Ok(())
}

/// Each kind of scenario has keys of its own.
fn whole(file: &Path, scenario: ScenarioFile) -> Result<ScenarioFile, SuiteError> {
    let is = |kind| scenario.kind == kind;
    let wrong = match () {
        () if scenario.gates.is_some() != is(KindName::Audit) => "`gates` goes with kind = \"audit\"",
        () if scenario.leaves_out.is_some() && !is(KindName::Audit) => "`leaves_out` goes with kind = \"audit\"",
        () if scenario.phase.is_some() != is(KindName::Probe) => "`phase` goes with kind = \"probe\"",
        () if scenario.does.is_some() && !is(KindName::Probe) => "`does` goes with kind = \"probe\"",
        () if scenario.steps.is_empty() == is(KindName::Probe) => "`step` goes with kind = \"probe\"",
        () if scenario.expect.is_some() == is(KindName::Probe) => {
            "`expect` goes with kind = \"apply\" and kind = \"audit\", and these need it"
        }
        () => return Ok(scenario),
    };
    Err(SuiteError::malformed(Place::file(file), wrong))
}

/// Reads the table `expect` of a scenario.
pub(super) fn expect<T: serde::de::DeserializeOwned>(file: &Path, table: Option<toml::Table>) -> Result<T, SuiteError> {
    toml::Value::Table(table.unwrap_or_default()).try_into().map_err(|error: toml::de::Error| {
        SuiteError::malformed(Place::file(file), format!("expect: {}", error.message()))
    })
}
