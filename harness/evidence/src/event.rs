//! What happens in a run, as it happens. Every output is made from these.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::{
    ApplyFailure, Digest, Precedent, Proof, Reason, Seen, ServerFacts, Table, TableContent, Verdict, judge::Direction,
};

/// One event of a run.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(tag = "kind", rename_all = "kebab-case", deny_unknown_fields)]
pub enum Event {
    /// The run began; the plan lies in the folder.
    RunStarted {
        /// The run's name, which is that of its folder.
        run: String,
        /// The digest of `plan.json`.
        plan: Digest,
        /// Which runs before it tried the gates of its suites; at most one for each.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        proofs: Vec<Proof>,
        /// The signed run that it was let to begin after.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        after: Option<Precedent>,
        /// Where the files of each suite lie in the project; nothing of one whose files lie outside.
        #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
        roots: BTreeMap<String, Roots>,
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
    /// The suite goes on where an earlier run of it stopped. What was taken over from there follows.
    SuiteResumed {
        /// The suite.
        suite: String,
        /// The name of the earlier run.
        run: String,
        /// The digest of its last event, which covers everything in its folder but the reports.
        head: Digest,
        /// The phase from which the suite goes on.
        phase: String,
        /// The files of suite and migration that are others than they were then, by their paths in the plan.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        changed: Vec<String>,
        /// The catalog that the database was found to have, among the outputs.
        catalog: Digest,
        /// What each table was found to hold.
        tables: BTreeMap<String, TableContent>,
    },
    /// What happened in the earlier run, or in one before it, and was not done again.
    TakenOver {
        /// The suite.
        suite: String,
        /// When it was written there, in milliseconds since 1970-01-01T00:00:00Z.
        at_unix_ms: u64,
        /// What happened.
        event: Box<Event>,
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
        /// What each table holds after it, by the table; nothing where an older version wrote the event.
        #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
        tables: BTreeMap<String, TableContent>,
        /// The books of known migration tools after it, by the table: which revisions they say are applied.
        #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
        revisions: BTreeMap<String, Table>,
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
    /// A state that a scenario goes through had been made before, by the same statements.
    StateReused {
        /// The suite.
        suite: String,
        /// The phase that led to it; the baseline if it names none.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        phase: Option<String>,
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
    /// A command ended that is a step of a phase, or was run beside the phases.
    CommandEnded {
        /// The suite.
        suite: String,
        /// The phase that it is a step of, if it is one.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        phase: Option<String>,
        /// Which way of the phase.
        direction: Direction,
        /// The check of the way back that it was run for, if it was.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        check: Option<String>,
        /// The command.
        command: String,
        /// Its exit status, the signal that ended it, or that it outlived its time limit.
        ended: String,
        /// Its standard output, among the outputs; of a long one the beginning and the end.
        stdout: Digest,
        /// Its standard error, likewise.
        stderr: Digest,
        /// The names of the environment variables that it inherited, a line each, among the outputs. Those that it was given
        /// stand in the plan (`env`), and `DATABASE_URL` is the database.
        inherited: Digest,
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
        /// What each table holds after it, by the table; nothing where an older version wrote the event.
        #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
        tables: BTreeMap<String, TableContent>,
        /// The books of known migration tools after it, by the table: which revisions they say are applied.
        #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
        revisions: BTreeMap<String, Table>,
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
        /// The catalog after the failure, among the outputs; none where it can no longer be read.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        catalog_after: Option<Digest>,
        /// Whether it is known to equal the catalog before the phase.
        catalog_unchanged: bool,
        /// What each table holds after it, by the table; nothing where they can no longer be read.
        #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
        tables: BTreeMap<String, TableContent>,
        /// The books of known migration tools after it, by the table: which revisions they say are applied.
        #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
        revisions: BTreeMap<String, Table>,
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
        /// What was seen.
        observation: Seen,
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
        /// What was seen.
        observation: Seen,
    },
    /// A check was tried on the schema that its defect weakens.
    DefectTried {
        /// The suite.
        suite: String,
        /// The phase.
        phase: String,
        /// The check.
        check: String,
        /// `passed` when the check failed as the defect says.
        verdict: Verdict,
        /// What the check gave as its reason, or why the defect is not caught.
        reason: Reason,
        /// What the check saw.
        observation: Seen,
        /// How long it took.
        duration_us: u64,
    },
    /// What a scenario does to a database beside its phases was refused.
    ActionFailed {
        /// The suite.
        suite: String,
        /// Why.
        failure: ApplyFailure,
    },
    /// The steps of a scenario were tried.
    StepsTried {
        /// The suite.
        suite: String,
        /// What they come to.
        verdict: Verdict,
        /// Why, unless they passed.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        reason: Option<Reason>,
        /// What was seen.
        observation: Seen,
    },
    /// Something happened within a scenario.
    InScenario {
        /// The suite.
        suite: String,
        /// The scenario.
        scenario: String,
        /// What happened.
        event: Box<Event>,
    },
    /// A scenario came to its end.
    ScenarioEnded {
        /// The suite.
        suite: String,
        /// The scenario.
        scenario: String,
        /// `passed` when it ended as it says.
        verdict: Verdict,
        /// How it ended instead.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        reason: Option<Reason>,
        /// How long it took.
        duration_us: u64,
    },
    /// Something broke that is no claim of the suite; nothing more of it is tried (rule 11).
    SuiteStopped {
        /// The suite.
        suite: String,
        /// What broke.
        reason: Reason,
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

/// Where the files of a suite lie, from the root of the project: two runs of the same files may differ in it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Roots {
    /// The folder of the suite.
    pub suite: String,
    /// The folder of its fixtures.
    pub fixtures: String,
}

impl Roots {
    /// A file by its name among the inputs.
    #[must_use]
    pub fn path(&self, input: &str) -> Option<String> {
        let (root, name) = match input.split_once('/')? {
            ("suite", name) => (&self.suite, name),
            ("fixtures", name) => (&self.fixtures, name),
            _ => return None,
        };
        Some(if root.is_empty() { name.to_owned() } else { format!("{root}/{name}") })
    }
}

impl Event {
    /// What happened, whether in this run or in an earlier one.
    #[must_use]
    pub fn plain(&self) -> &Self {
        match self {
            Self::TakenOver { event, .. } => event,
            own => own,
        }
    }

    /// What was seen in it, or in the event of a scenario that it holds.
    pub(crate) fn seen(&self) -> Option<&Seen> {
        match self {
            Self::CheckJudged { observation, .. }
            | Self::FindingTried { observation, .. }
            | Self::DefectTried { observation, .. }
            | Self::StepsTried { observation, .. } => Some(observation),
            Self::InScenario { event, .. } | Self::TakenOver { event, .. } => event.seen(),
            _ => None,
        }
    }

    /// The suite that the event speaks of, if it speaks of one.
    pub(crate) fn suite(&self) -> Option<&str> {
        match self {
            Self::RunStarted { .. } | Self::ServerReady { .. } | Self::ServerLog { .. } | Self::RunFinished { .. } => {
                None
            }
            Self::SuiteStarted { suite }
            | Self::SuiteResumed { suite, .. }
            | Self::TakenOver { suite, .. }
            | Self::BaselineApplied { suite, .. }
            | Self::BaselineFailed { suite, .. }
            | Self::StateReused { suite, .. }
            | Self::PhaseStarted { suite, .. }
            | Self::StatementApplied { suite, .. }
            | Self::CommandEnded { suite, .. }
            | Self::PhaseApplied { suite, .. }
            | Self::PhaseFailed { suite, .. }
            | Self::CheckJudged { suite, .. }
            | Self::FindingTried { suite, .. }
            | Self::DefectTried { suite, .. }
            | Self::ActionFailed { suite, .. }
            | Self::StepsTried { suite, .. }
            | Self::InScenario { suite, .. }
            | Self::ScenarioEnded { suite, .. }
            | Self::SuiteStopped { suite, .. }
            | Self::PhaseJudged { suite, .. }
            | Self::SuiteFinished { suite, .. } => Some(suite),
        }
    }

    /// The name of the run, where it says so.
    pub(crate) fn run(&self) -> Option<&str> {
        match self {
            Self::RunStarted { run, .. } => Some(run),
            _ => None,
        }
    }

    /// How long it took, where it says so.
    pub(crate) fn duration_us(&self) -> Option<u64> {
        match self {
            Self::BaselineApplied { duration_us, .. }
            | Self::StatementApplied { duration_us, .. }
            | Self::CommandEnded { duration_us, .. }
            | Self::PhaseApplied { duration_us, .. }
            | Self::CheckJudged { duration_us, .. }
            | Self::DefectTried { duration_us, .. }
            | Self::ScenarioEnded { duration_us, .. } => Some(*duration_us),
            Self::InScenario { event, .. } => event.duration_us(),
            _ => None,
        }
    }

    /// The outputs that the event names.
    #[must_use]
    pub fn outputs(&self) -> Vec<&Digest> {
        match self {
            Self::BaselineApplied { catalog, .. } | Self::SuiteResumed { catalog, .. } => vec![catalog],
            Self::PhaseApplied { catalog_before, catalog_after, difference, .. } => {
                vec![catalog_before, catalog_after, difference]
            }
            Self::CommandEnded { stdout, stderr, inherited, .. } => vec![stdout, stderr, inherited],
            Self::PhaseFailed { catalog_after, .. } => catalog_after.iter().collect(),
            Self::CheckJudged { observation, .. }
            | Self::FindingTried { observation, .. }
            | Self::DefectTried { observation, .. }
            | Self::StepsTried { observation, .. } => observation.stored().into_iter().collect(),
            Self::InScenario { event, .. } | Self::TakenOver { event, .. } => event.outputs(),
            Self::ServerLog { log } => vec![log],
            Self::RunStarted { .. }
            | Self::ServerReady { .. }
            | Self::SuiteStarted { .. }
            | Self::BaselineFailed { .. }
            | Self::StateReused { .. }
            | Self::PhaseStarted { .. }
            | Self::StatementApplied { .. }
            | Self::PhaseJudged { .. }
            | Self::ActionFailed { .. }
            | Self::ScenarioEnded { .. }
            | Self::SuiteStopped { .. }
            | Self::SuiteFinished { .. }
            | Self::RunFinished { .. } => Vec::new(),
        }
    }
}
