//! What happens in a run, as it happens. Every output is made from these.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::{Digest, Reason, Verdict};

/// Facts of the server that a run used.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ServerFacts {
    /// `container`, `embedded`, `local`, `external` or `sqlite`.
    pub kind: String,
    /// The version of PostgreSQL.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub postgres: Option<String>,
    /// The version of TimescaleDB.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub timescaledb: Option<String>,
    /// The edition of TimescaleDB: `apache` or `community`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub edition: Option<String>,
    /// The version of SQLite.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sqlite: Option<String>,
    /// Where the server's programs came from: package or image versions, image digest.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub origin: BTreeMap<String, String>,
    /// Settings that were changed from their defaults.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub settings: BTreeMap<String, String>,
}

/// Why a phase could not be applied.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ApplyFailure {
    /// The file, relative to the fixtures, or the command.
    pub file: String,
    /// The line on which the statement starts; 0 for a command.
    pub line: u32,
    /// The ordinal of the statement in the phase, from 1; 0 for a command.
    pub statement: u32,
    /// The SQLSTATE, or the result code of SQLite, where there is one.
    pub sqlstate: Option<String>,
    /// What refused, as in `constraint ck_x` or `function fn_y`, where the server names it.
    pub cause: Option<String>,
    /// The message of the server or the last lines of the command.
    pub message: String,
    /// The server's own hint.
    pub hint: Option<String>,
}

/// One event of a run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case", deny_unknown_fields)]
pub enum Event {
    /// The run began; the plan lies in the folder.
    RunStarted {
        /// The run's name, which is that of its folder.
        run: String,
        /// The digest of `plan.json`.
        plan: Digest,
    },
    /// A server answered.
    ServerReady {
        /// Its facts.
        server: ServerFacts,
    },
    /// A suite began.
    SuiteStarted {
        /// The suite.
        suite: String,
    },
    /// The baseline and its legacy rows are in place.
    BaselineApplied {
        /// The suite.
        suite: String,
        /// How many statements it took.
        statements: u32,
        /// The catalog after it, among the outputs.
        catalog: Digest,
        /// How many legacy rows each table holds.
        rows: BTreeMap<String, u64>,
        /// How long it took.
        duration_us: u64,
    },
    /// The baseline did not apply; nothing of the suite can be judged.
    BaselineFailed {
        /// The suite.
        suite: String,
        /// Why.
        failure: ApplyFailure,
    },
    /// A phase began.
    PhaseStarted {
        /// The suite.
        suite: String,
        /// The phase.
        phase: String,
    },
    /// One statement, or the command, of a phase was applied.
    StatementApplied {
        /// The suite.
        suite: String,
        /// The phase.
        phase: String,
        /// The file, relative to the fixtures, or the command.
        file: String,
        /// The line on which the statement starts.
        line: u32,
        /// Rows affected.
        rows: u64,
        /// How long it took.
        duration_us: u64,
    },
    /// A phase was applied as a whole.
    PhaseApplied {
        /// The suite.
        suite: String,
        /// The phase.
        phase: String,
        /// The catalog before it, among the outputs.
        catalog_before: Digest,
        /// The catalog after it, among the outputs.
        catalog_after: Digest,
        /// The difference between the two, among the outputs.
        difference: Digest,
        /// How long it took.
        duration_us: u64,
    },
    /// A phase could not be applied.
    PhaseFailed {
        /// The suite.
        suite: String,
        /// The phase.
        phase: String,
        /// Why.
        failure: ApplyFailure,
        /// The catalog after the failure, among the outputs.
        catalog_after: Digest,
        /// Whether it equals the catalog before the phase.
        catalog_unchanged: bool,
    },
    /// A check came to a verdict.
    CheckJudged {
        /// The suite.
        suite: String,
        /// The phase.
        phase: String,
        /// The gate.
        gate: String,
        /// The check.
        check: String,
        /// The verdict.
        verdict: Verdict,
        /// Why, unless it passed.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        reason: Option<Reason>,
        /// How many rows it examined, where that is a number.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        examined: Option<u64>,
        /// What was seen, among the outputs. Absent where nothing was run.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        observation: Option<Digest>,
        /// How long it took.
        duration_us: u64,
    },
    /// A finding was tried.
    FindingTried {
        /// The suite.
        suite: String,
        /// The finding.
        finding: String,
        /// Whether the SQL showed it on this server.
        confirmed: bool,
        /// Why not.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        reason: Option<Reason>,
        /// What was seen, among the outputs.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        observation: Option<Digest>,
    },
    /// All gates of a phase have a verdict.
    PhaseJudged {
        /// The suite.
        suite: String,
        /// The phase.
        phase: String,
        /// The verdict.
        verdict: Verdict,
    },
    /// A suite ended.
    SuiteFinished {
        /// The suite.
        suite: String,
        /// The verdict.
        verdict: Verdict,
    },
    /// The end of the log of the server, kept after a failure.
    ServerLog {
        /// The log, among the outputs.
        log: Digest,
    },
    /// The run ended.
    RunFinished {
        /// The verdict.
        verdict: Verdict,
        /// The digest of `result.json`.
        result: Digest,
    },
}

impl Event {
    /// The outputs that the event names.
    #[must_use]
    pub fn outputs(&self) -> Vec<&Digest> {
        match self {
            Self::BaselineApplied { catalog, .. } => vec![catalog],
            Self::PhaseApplied { catalog_before, catalog_after, difference, .. } => {
                vec![catalog_before, catalog_after, difference]
            }
            Self::PhaseFailed { catalog_after, .. } => vec![catalog_after],
            Self::CheckJudged { observation, .. } | Self::FindingTried { observation, .. } => {
                observation.iter().collect()
            }
            Self::ServerLog { log } => vec![log],
            Self::RunStarted { .. }
            | Self::ServerReady { .. }
            | Self::SuiteStarted { .. }
            | Self::BaselineFailed { .. }
            | Self::PhaseStarted { .. }
            | Self::StatementApplied { .. }
            | Self::PhaseJudged { .. }
            | Self::SuiteFinished { .. }
            | Self::RunFinished { .. } => Vec::new(),
        }
    }
}
