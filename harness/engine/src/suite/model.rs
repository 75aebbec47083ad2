//! A suite as the engine works with it.

use std::{collections::BTreeMap, path::PathBuf};

use phasegate_database::Kind;
use phasegate_evidence::{
    Bookkeeping, Digest, ServerNeed, Severity,
    judge::{Check, Step},
};
use serde::Deserialize;

use crate::command::Commands;

use super::{Requirement, Scenario, ScenarioKind, SqlFile};

/// One system under validation.
#[derive(Debug, Clone)]
pub struct Suite {
    /// Its name, which is that of its folder.
    pub name: String,
    /// One line that says what is validated.
    pub(crate) title: String,
    /// The documents that it was read from.
    pub(crate) source: String,
    /// Its folder.
    pub(crate) folder: PathBuf,
    /// The folder of its fixtures.
    pub fixtures: PathBuf,
    /// How its commands are run: those of all phases, and what is no phase.
    pub(crate) commands: Commands,
    /// The kind of its database.
    pub kind: Kind,
    /// The server that it needs.
    pub need: ServerNeed,
    /// The state before the first phase.
    pub(crate) baseline: Baseline,
    /// Its phases in order.
    pub phases: Vec<Phase>,
    /// Where it knowingly reads its sources otherwise.
    pub(crate) deviations: Vec<Deviation>,
    /// Tables in which its migration tool keeps its own books.
    pub(crate) bookkeeping: Vec<String>,
    /// What the contract does not demand but a validator must know.
    pub findings: Vec<Finding>,
    /// Runs that deviate on purpose.
    pub scenarios: Vec<Scenario>,
    /// Every requirement of its documents, in their order; empty where it does not list them.
    pub requirements: Vec<Requirement>,
    /// The SQL that weakens the schema in a way that a check must catch, by the id of the check.
    pub(crate) defects: BTreeMap<String, SqlFile>,
    /// Every file that the suite was read from, by its path relative to the suite (`suite/...`) or its fixtures
    /// (`fixtures/...`).
    pub(crate) inputs: BTreeMap<String, Digest>,
}

impl Suite {
    /// The tables in which its migration tool keeps its own books.
    pub(crate) fn books(&self) -> Bookkeeping<'_> {
        Bookkeeping(&self.bookkeeping)
    }

    /// The phase with this id, and its ordinal from 0.
    pub(crate) fn phase(&self, id: &str) -> Option<(usize, &Phase)> {
        self.phases.iter().enumerate().find(|(_, phase)| phase.id == id)
    }

    /// Every gate of its phases, and those of its audits' own.
    pub(crate) fn all_gates(&self) -> impl Iterator<Item = &Gate> {
        let audits = self.scenarios.iter().filter_map(|scenario| match &scenario.kind {
            ScenarioKind::Audit { gates, .. } => Some(gates.0.values().flatten()),
            _ => None,
        });
        let own = self.phases.iter().flat_map(|phase| &phase.gates);
        own.chain(audits.flatten().filter(|gate| !self.keeps(gate)))
    }

    /// Whether a gate of an audit is one that it keeps of the suite's.
    pub(crate) fn keeps(&self, gate: &Gate) -> bool {
        self.phases.iter().flat_map(|phase| &phase.gates).any(|own| own.file == gate.file)
    }

    /// Takes the gates of a variant, which is one of its scenarios, in place of its own.
    ///
    /// # Errors
    /// When no scenario of this slug is a variant; it lists those that are.
    pub fn become_variant(&mut self, slug: &str) -> Result<(), String> {
        let variants =
            || self.scenarios.iter().filter(|one| matches!(one.kind, ScenarioKind::Audit { is_variant: true, .. }));
        let Some(variant) = variants().find(|variant| variant.slug == slug).cloned() else {
            let slugs = variants().map(|variant| variant.slug.as_str()).collect::<Vec<_>>().join(", ");
            let has = if slugs.is_empty() { "none".to_owned() } else { slugs };
            return Err(format!("suite {} has no variant {slug}; it has {has}", self.name));
        };
        self.title = format!("{}; variant {slug}: {}", self.title, variant.title);
        for phase in &mut self.phases {
            phase.gates = variant.gates_of(phase).to_vec();
        }
        Ok(())
    }

    /// Every gate, check and scenario with the requirements that it answers, those of audits among them.
    pub(crate) fn answers(&self) -> impl Iterator<Item = (&str, &[String])> {
        let parts = self.all_gates().flat_map(|gate| {
            let checks = gate.checks.iter().map(|check| (check.id.as_str(), check.requirement.as_slice()));
            std::iter::once((gate.id.as_str(), gate.requirement.as_slice())).chain(checks)
        });
        let scenarios = self.scenarios.iter().map(|scenario| (scenario.slug.as_str(), scenario.requirement.as_slice()));
        parts.chain(scenarios)
    }

    /// Every check with its phase's ordinal and its gate.
    pub fn checks(&self) -> impl Iterator<Item = (usize, &Gate, &Check)> {
        self.phases.iter().enumerate().flat_map(|(index, phase)| {
            phase.gates.iter().flat_map(move |gate| gate.checks.iter().map(move |check| (index, gate, check)))
        })
    }
}

/// The state before the first phase.
#[derive(Debug, Clone)]
pub(crate) struct Baseline {
    /// A command that is run before the files are applied.
    pub(crate) command: Option<PhaseStep>,
    /// The schema, applied by the session's user.
    pub(crate) schema: Vec<SqlFile>,
    /// The legacy rows, inserted after it.
    pub(crate) data: Vec<SqlFile>,
    /// The role that applies the phases, if it is not the session's user.
    pub(crate) role: Option<String>,
    /// How its statements are put into transactions, where one may hold them all.
    pub(crate) transaction: TransactionMode,
}

/// One step of the migration.
#[derive(Debug, Clone)]
pub struct Phase {
    /// Its id.
    pub id: String,
    /// The folder of its gates.
    pub slug: String,
    /// One line that says what it does.
    pub title: String,
    /// The revision that it leads to, in the words of the migration tool.
    pub revision: Option<String>,
    /// The way forward.
    pub up: PhaseStep,
    /// The way back.
    pub down: Option<PhaseStep>,
    /// How it is put into transactions.
    pub transaction: TransactionMode,
    /// What its commands read and find beside what those of all phases do.
    pub(crate) own: Commands,
    /// Its exit gates.
    pub gates: Vec<Gate>,
}

/// What a phase does in one direction.
#[derive(Debug, Clone)]
pub enum PhaseStep {
    /// SQL files, in order.
    Sql(Vec<SqlFile>),
    /// A program and its arguments, handed `DATABASE_URL`.
    Command(CommandLine),
}

impl PhaseStep {
    /// The command in one line, if it is one.
    pub(crate) fn command(&self) -> Option<String> {
        match self {
            Self::Command(command) => Some(command.line()),
            Self::Sql(_) => None,
        }
    }

    /// The files that it names, by their paths within the fixtures.
    pub(crate) fn files(&self) -> Vec<&str> {
        match self {
            Self::Sql(files) => files.iter().map(|file| file.path.as_str()).collect(),
            Self::Command(command) => command.scripts.keys().map(String::as_str).collect(),
        }
    }
}

/// A command, as a suite writes it.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct CommandLine {
    /// The program and its arguments.
    pub(crate) words: Vec<String>,
    /// Those of them that are files of the fixtures, as the plan has them.
    pub(crate) scripts: BTreeMap<String, Digest>,
}

impl CommandLine {
    /// The command in one line.
    pub(crate) fn line(&self) -> String {
        self.words.join(" ")
    }
}

/// How the statements of a phase are put into transactions.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum TransactionMode {
    /// All of them in one.
    #[default]
    Phase,
    /// Each by itself; the file may hold its own `BEGIN` and `COMMIT`.
    None,
}

/// An exit gate of a phase.
#[derive(Debug, Clone)]
pub struct Gate {
    /// Its id.
    pub id: String,
    /// The name of its file without the ending, with its phase where the file is that of several.
    pub slug: String,
    /// Its file.
    pub file: PathBuf,
    /// The claim that its checks prove.
    pub claim: String,
    /// The requirements of the source that it answers.
    pub requirement: Vec<String>,
    /// Whether it goes beyond the gates of the source.
    pub added: bool,
    /// Its checks.
    pub checks: Vec<Check>,
    /// The line on which each check begins, by its id.
    pub(crate) lines: BTreeMap<String, u32>,
}

/// A place where the suite knowingly reads its sources otherwise.
#[derive(Debug, Clone, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub(crate) struct Deviation {
    /// A short name.
    pub id: String,
    /// What the suite does.
    pub reading: String,
    /// What the document says, and which document.
    pub instead_of: String,
    /// Why.
    pub reason: String,
}

/// Something that the contract does not demand but a validator must know.
#[derive(Debug, Clone, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Finding {
    /// A short name.
    pub id: String,
    /// How much it matters.
    pub severity: Severity,
    /// One sentence.
    pub title: String,
    /// The phase after which it is shown.
    pub phase: String,
    /// The steps that show it; all must hold.
    #[serde(rename = "step")]
    pub steps: Vec<Step>,
}
