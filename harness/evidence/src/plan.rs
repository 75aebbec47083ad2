//! What a run is going to do, written before it does any of it.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::{
    Digest, RequirementPlan, ServerFacts,
    judge::{AuditExpected, Check, Expected, Judging, ProbeExpected, Step},
};

/// The plan of a run.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Plan {
    /// The version of the format of the run folder.
    #[cfg_attr(feature = "schema", schemars(extend("const" = crate::FORMAT_VERSION)))]
    pub format: u32,
    /// The version of Phasegate that made the plan.
    pub phasegate: String,
    /// How the run comes by the states that it judges.
    pub judging: Judging,
    /// Whether phases are applied and observed, too, after one whose gates did not open (`run --keep-going`). Such a run has
    /// failed, whatever comes after.
    #[serde(default, skip_serializing_if = "is_false")]
    pub keep_going: bool,
    /// The suites in the order in which they run.
    pub suites: Vec<SuitePlan>,
}

fn is_false(flag: &bool) -> bool {
    !flag
}

/// One suite of a plan.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct SuitePlan {
    /// The name of the suite, which is that of its folder.
    pub suite: String,
    /// One line that says what is validated.
    pub title: String,
    /// The documents that the suite was read from.
    pub source: String,
    /// The server that the suite needs.
    pub server: ServerNeed,
    /// Every file of the suite and its fixtures, by its path relative to the suite or fixture folder.
    pub inputs: BTreeMap<String, Digest>,
    /// What its commands find in their environment beside what they inherit; of secrets, nothing but the name.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub env: BTreeMap<String, String>,
    /// The line of each check, by the file of its gate among the inputs and by its id.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub lines: BTreeMap<String, BTreeMap<String, u32>>,
    /// Where the suite knowingly reads its sources otherwise.
    pub deviations: Vec<DeviationPlan>,
    /// Tables in which its migration tool keeps its own books: what becomes of them is neither change nor loss.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub bookkeeping: Vec<String>,
    /// What the contract does not demand but a validator must know.
    pub findings: Vec<FindingPlan>,
    /// What the documents require, in their order, with what answers it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub requirements: Vec<RequirementPlan>,
    /// The phases in order.
    pub phases: Vec<PhasePlan>,
    /// The scenarios, where the run plays them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub scenarios: Vec<ScenarioPlan>,
}

impl SuitePlan {
    /// One digest over every input of the suite.
    #[must_use]
    pub fn inputs_digest(&self) -> Digest {
        let lines: String = self.inputs.iter().map(|(path, digest)| format!("{digest}  {path}\n")).collect();
        Digest::of(lines.as_bytes())
    }

    /// The file of each check among the inputs, and the line on which it begins.
    #[must_use]
    pub fn places(&self) -> BTreeMap<&str, (&str, u32)> {
        self.lines
            .iter()
            .flat_map(|(file, lines)| lines.iter().map(move |(check, line)| (check.as_str(), (file.as_str(), *line))))
            .collect()
    }

    /// Every check of the suite with its phase and gate, in order.
    pub fn checks(&self) -> impl Iterator<Item = (&PhasePlan, &GatePlan, &Check)> {
        self.phases.iter().flat_map(|phase| {
            phase.gates.iter().flat_map(move |gate| gate.checks.iter().map(move |check| (phase, gate, check)))
        })
    }
}

/// The server that a suite needs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct ServerNeed {
    /// `postgres` or `sqlite`.
    pub kind: String,
    /// The oldest major version of PostgreSQL that will do.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub postgres_min: Option<u32>,
    /// The newest major version of PostgreSQL that will do: `phasegate init` writes the version on which it saw what its gates say.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub postgres_max: Option<u32>,
    /// Whether TimescaleDB is needed.
    #[serde(default)]
    pub timescaledb: bool,
}

impl ServerNeed {
    /// What a server lacks of it.
    pub(crate) fn lacking(&self, server: &ServerFacts) -> Option<String> {
        let postgres = server.version(ServerFacts::POSTGRES);
        let is_of_kind = match self.kind.as_str() {
            "sqlite" => server.is_library() && server.version(ServerFacts::SQLITE).is_some(),
            _ => !server.is_library() && postgres.is_some(),
        };
        let major = postgres.and_then(|version| version.split('.').next()?.parse::<u32>().ok());
        if !is_of_kind {
            Some(format!("needs {}", self.kind))
        } else if let Some(min) = self.postgres_min
            && major.is_none_or(|major| major < min)
        {
            Some(format!("needs PostgreSQL {min}"))
        } else if let Some(max) = self.postgres_max
            && major.is_none_or(|major| major > max)
        {
            Some(format!("needs PostgreSQL {max} or older"))
        } else if self.timescaledb && server.version(ServerFacts::TIMESCALEDB).is_none() {
            Some("needs TimescaleDB".to_owned())
        } else {
            None
        }
    }
}

/// A place where a suite knowingly reads its source documents otherwise.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct DeviationPlan {
    /// A short name.
    pub id: String,
    /// What the suite does.
    pub reading: String,
    /// What the document says, and which document.
    pub instead_of: String,
    /// Why.
    pub reason: String,
}

/// How much a finding matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum Severity {
    /// Data can be lost or read by the wrong party.
    High,
    /// A promise of the documents does not hold.
    Medium,
    /// Worth knowing.
    Low,
}

/// Something that the contract does not demand but a validator must know.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct FindingPlan {
    /// A short name.
    pub id: String,
    /// How much it matters.
    pub severity: Severity,
    /// One sentence.
    pub title: String,
    /// The phase after which it is shown.
    pub phase: String,
    /// The steps that show it; all must end as they say.
    pub steps: Vec<Step>,
}

/// One phase of a suite.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct PhasePlan {
    /// The phase's id.
    pub phase: String,
    /// The folder of its gates.
    pub slug: String,
    /// One line that says what it does.
    pub title: String,
    /// The revision that it leads to, in the words of the migration tool.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub revision: Option<String>,
    /// The command that is its way forward, if it is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub up_command: Option<String>,
    /// The command that is its way back, if it is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub down_command: Option<String>,
    /// Those of the inputs of the suite that its commands alone read, by their paths.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub inputs: Vec<String>,
    /// What its commands find in their environment on top of that of the suite; of secrets, nothing but the name.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub env: BTreeMap<String, String>,
    /// Its exit gates.
    pub gates: Vec<GatePlan>,
}

/// One exit gate of a phase.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct GatePlan {
    /// The gate's id.
    pub gate: String,
    /// The claim that its checks prove.
    pub claim: String,
    /// The requirements of the source that it answers.
    pub requirement: Vec<String>,
    /// Whether it goes beyond the gates of the source, and is counted apart.
    pub added: bool,
    /// Its checks.
    pub checks: Vec<Check>,
}

/// A run that deviates on purpose.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct ScenarioPlan {
    /// Its slug, which is the name of its file.
    pub scenario: String,
    /// One sentence that says what it shows.
    pub title: String,
    /// What is done and how it must end.
    pub expected: ScenarioExpected,
}

/// What a scenario does and how it must end.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(tag = "kind", rename_all = "kebab-case", deny_unknown_fields)]
pub enum ScenarioExpected {
    /// The gated run, by the suite's own gates.
    Apply(Expected),
    /// All phases, each judged by other gates, without gating.
    Audit {
        /// The phases with these gates.
        phases: Vec<PhasePlan>,
        /// What they come to.
        expected: AuditExpected,
    },
    /// Steps on the state after a phase.
    Probe(ProbeExpected),
}
