//! What a run came to.
//!
//! The result holds no clock, port, path, user, duration or oid, so that two honest runs of the same inputs on the same
//! server version have the same bytes.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::{ApplyFailure, Digest, Reason, Verdict};

/// The result of a run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct RunResult {
    /// The version of the format of the run folder.
    #[cfg_attr(feature = "schema", schemars(extend("const" = crate::FORMAT_VERSION)))]
    pub format: u32,
    /// The version of Phasegate.
    pub phasegate: String,
    /// The digest of the plan that the run started with, so that the result speaks of one plan only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub plan: Option<Digest>,
    /// The verdict of the run: the worst of its suites'.
    pub verdict: Verdict,
    /// The suites in the order of the plan.
    pub suites: Vec<SuiteResult>,
    /// Gates and checks by verdict.
    pub totals: Totals,
}

/// The result of one suite.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct SuiteResult {
    /// The suite.
    pub suite: String,
    /// One digest over every input.
    pub inputs: Digest,
    /// The versions of the server, by their names.
    pub server: BTreeMap<String, String>,
    /// The verdict: the worst of its phases', defects' and scenarios'.
    pub verdict: Verdict,
    /// Why the baseline did not apply, if it did not.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub baseline_failure: Option<ApplyFailure>,
    /// What broke, if the suite was stopped by something that is no claim of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stopped: Option<Reason>,
    /// The phases in order.
    pub phases: Vec<PhaseResult>,
    /// Whether each check caught its defect, where the run tried them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub defects: Vec<DefectResult>,
    /// Whether each scenario ended as it says, where the run played them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub scenarios: Vec<ScenarioResult>,
    /// The findings in order.
    pub findings: Vec<FindingResult>,
    /// The ids of the deviations.
    pub deviations: Vec<String>,
}

/// The result of one phase.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct PhaseResult {
    /// The phase.
    pub phase: String,
    /// The verdict: the worst of its gates'; `failed` when it did not apply.
    pub verdict: Verdict,
    /// The digest of the catalog after the phase.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub catalog: Option<Digest>,
    /// Why it did not apply, if it did not.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub failure: Option<ApplyFailure>,
    /// The gates in order.
    pub gates: Vec<GateResult>,
}

/// The result of one gate.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct GateResult {
    /// The gate.
    pub gate: String,
    /// Whether it goes beyond the gates of the source.
    pub added: bool,
    /// The verdict: the worst of its checks'.
    pub verdict: Verdict,
    /// The checks in order.
    pub checks: Vec<CheckResult>,
}

/// The result of one check.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct CheckResult {
    /// The check.
    pub check: String,
    /// The verdict.
    pub verdict: Verdict,
    /// Why, unless it passed.
    pub reason: Option<Reason>,
    /// How many rows it examined, where that is a number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub examined: Option<u64>,
}

/// Whether a check caught its defect.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct DefectResult {
    /// The phase of the check.
    pub phase: String,
    /// The check.
    pub check: String,
    /// `passed` when it failed on the weakened schema for the reason that its defect names.
    pub verdict: Verdict,
    /// The reason that the check gave, or why the defect is not caught.
    pub reason: Reason,
}

/// Whether a scenario ended as it says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct ScenarioResult {
    /// The scenario.
    pub scenario: String,
    /// `passed` when it did.
    pub verdict: Verdict,
    /// How it ended instead.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<Reason>,
}

/// Whether the SQL of a finding showed it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct FindingResult {
    /// The finding.
    pub finding: String,
    /// `None` when it was not tried.
    pub confirmed: Option<bool>,
    /// Why it is not confirmed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<Reason>,
}

/// How many ended in each verdict.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Counts {
    /// Passed.
    pub passed: u32,
    /// Failed.
    pub failed: u32,
    /// Could not be tried.
    pub error: u32,
    /// This server cannot judge them.
    pub not_applicable: u32,
    /// Not reached.
    pub not_run: u32,
}

/// Gates and checks by verdict.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Tally {
    /// Gates by verdict.
    pub gates: Counts,
    /// Checks by verdict.
    pub checks: Counts,
}

/// The totals of a run; gates beyond those of the source are counted apart.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Totals {
    /// Gates of the source by verdict.
    pub gates: Counts,
    /// Checks of the source by verdict.
    pub checks: Counts,
    /// Added gates and their checks.
    pub added: Tally,
}

impl Counts {
    /// Counts one more of this verdict.
    pub(crate) fn count(&mut self, verdict: Verdict) {
        *match verdict {
            Verdict::Passed => &mut self.passed,
            Verdict::Failed => &mut self.failed,
            Verdict::Error => &mut self.error,
            Verdict::NotApplicable => &mut self.not_applicable,
            Verdict::NotRun => &mut self.not_run,
        } += 1;
    }

    /// How many ended in this verdict.
    #[must_use]
    pub fn of(&self, verdict: Verdict) -> u32 {
        match verdict {
            Verdict::Passed => self.passed,
            Verdict::Failed => self.failed,
            Verdict::Error => self.error,
            Verdict::NotApplicable => self.not_applicable,
            Verdict::NotRun => self.not_run,
        }
    }

    /// How many there are.
    #[must_use]
    pub fn total(&self) -> u32 {
        Verdict::ALL.iter().map(|verdict| self.of(*verdict)).sum()
    }
}
