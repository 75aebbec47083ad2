//! What a run came to: derived from its plan and its events, and from nothing else.
//!
//! The result holds no clock, port, path, user, duration or oid, so that two honest runs of the same inputs on the same
//! server version have the same bytes.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::{
    ApplyFailure, CheckPlan, Digest, Event, GatePlan, PhasePlan, Plan, Reason, ServerFacts,
    SuitePlan, Verdict,
};

/// The result of a run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RunResult {
    /// The version of the format of the run folder.
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

/// The versions of the server that a suite was judged on.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ServerVersions {
    /// PostgreSQL.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub postgres: Option<String>,
    /// TimescaleDB.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub timescaledb: Option<String>,
    /// The edition of TimescaleDB.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub edition: Option<String>,
    /// SQLite.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sqlite: Option<String>,
}

/// The result of one suite.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SuiteResult {
    /// The suite.
    pub suite: String,
    /// One digest over every input.
    pub inputs: Digest,
    /// The server.
    pub server: ServerVersions,
    /// The verdict: the worst of its phases'.
    pub verdict: Verdict,
    /// Why the baseline did not apply, if it did not.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub baseline_failure: Option<ApplyFailure>,
    /// The phases in order.
    pub phases: Vec<PhaseResult>,
    /// The findings in order.
    pub findings: Vec<FindingResult>,
    /// The ids of the deviations.
    pub deviations: Vec<String>,
}

/// The result of one phase.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
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

/// Whether the SQL of a finding showed it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
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
#[serde(deny_unknown_fields)]
pub struct Tally {
    /// Gates by verdict.
    pub gates: Counts,
    /// Checks by verdict.
    pub checks: Counts,
}

/// The totals of a run; gates beyond those of the source are counted apart.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
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
    pub fn count(&mut self, verdict: Verdict) {
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

impl From<&ServerFacts> for ServerVersions {
    fn from(facts: &ServerFacts) -> Self {
        Self {
            postgres: facts.postgres.clone(),
            timescaledb: facts.timescaledb.clone(),
            edition: facts.edition.clone(),
            sqlite: facts.sqlite.clone(),
        }
    }
}

impl RunResult {
    /// Derives the result from a plan and what happened. Whatever was planned and has no event is `not-run`.
    #[must_use]
    pub fn derive<'a>(plan: &Plan, events: impl IntoIterator<Item = &'a Event>) -> Self {
        let seen = Seen::of(events);
        let suites: Vec<SuiteResult> = plan.suites.iter().map(|suite| seen.suite(suite)).collect();
        let mut totals = Totals::default();
        for gate in suites.iter().flat_map(|s| &s.phases).flat_map(|p| &p.gates) {
            let (gates, checks) = if gate.added {
                (&mut totals.added.gates, &mut totals.added.checks)
            } else {
                (&mut totals.gates, &mut totals.checks)
            };
            gates.count(gate.verdict);
            gate.checks
                .iter()
                .for_each(|check| checks.count(check.verdict));
        }
        Self {
            format: plan.format,
            phasegate: plan.phasegate.clone(),
            plan: seen.plan.cloned(),
            verdict: Verdict::of_parts(suites.iter().map(|suite| suite.verdict)),
            suites,
            totals,
        }
    }
}

type CheckKey<'a> = (&'a str, &'a str, &'a str);

/// The events of a run, by what they speak of.
#[derive(Default)]
struct Seen<'a> {
    plan: Option<&'a Digest>,
    servers: BTreeMap<&'a str, ServerVersions>,
    baseline_failures: BTreeMap<&'a str, &'a ApplyFailure>,
    failures: BTreeMap<(&'a str, &'a str), &'a ApplyFailure>,
    catalogs: BTreeMap<(&'a str, &'a str), &'a Digest>,
    checks: BTreeMap<CheckKey<'a>, CheckResult>,
    findings: BTreeMap<(&'a str, &'a str), FindingResult>,
}

impl<'a> Seen<'a> {
    fn of(events: impl IntoIterator<Item = &'a Event>) -> Self {
        let mut seen = Self::default();
        let mut server = ServerVersions::default();
        for event in events {
            match event {
                Event::RunStarted { plan, .. } => seen.plan = Some(plan),
                Event::ServerReady { server: facts } => server = facts.into(),
                Event::SuiteStarted { suite } => {
                    seen.servers.insert(suite, server.clone());
                }
                Event::BaselineFailed { suite, failure } => {
                    seen.baseline_failures.insert(suite, failure);
                }
                Event::PhaseApplied {
                    suite,
                    phase,
                    catalog_after,
                    ..
                } => {
                    seen.catalogs.insert((suite, phase), catalog_after);
                }
                Event::PhaseFailed {
                    suite,
                    phase,
                    failure,
                    catalog_after,
                    ..
                } => {
                    seen.failures.insert((suite, phase), failure);
                    seen.catalogs.insert((suite, phase), catalog_after);
                }
                Event::CheckJudged {
                    suite,
                    phase,
                    check,
                    verdict,
                    reason,
                    examined,
                    ..
                } => {
                    let result = CheckResult {
                        check: check.clone(),
                        verdict: *verdict,
                        reason: reason.clone(),
                        examined: *examined,
                    };
                    seen.checks.insert((suite, phase, check), result);
                }
                Event::FindingTried {
                    suite,
                    finding,
                    confirmed,
                    reason,
                    ..
                } => {
                    let result = FindingResult {
                        finding: finding.clone(),
                        confirmed: Some(*confirmed),
                        reason: reason.clone(),
                    };
                    seen.findings.insert((suite, finding), result);
                }
                _ => {}
            }
        }
        seen
    }

    fn suite(&self, plan: &SuitePlan) -> SuiteResult {
        let name = plan.suite.as_str();
        let mut closed = None;
        let mut phases: Vec<PhaseResult> = Vec::new();
        for phase in &plan.phases {
            let result = self.phase(name, phase, closed);
            if closed.is_none() && !result.verdict.opens_the_gate() {
                closed = Some(phase.phase.as_str());
            }
            phases.push(result);
        }
        let untried = |id: &String| FindingResult {
            finding: id.clone(),
            confirmed: None,
            reason: None,
        };
        SuiteResult {
            suite: plan.suite.clone(),
            inputs: plan.inputs_digest(),
            server: self.servers.get(name).cloned().unwrap_or_default(),
            verdict: if self.baseline_failures.contains_key(name) {
                Verdict::Failed
            } else {
                Verdict::of_parts(phases.iter().map(|phase| phase.verdict))
            },
            baseline_failure: self.baseline_failures.get(name).map(|f| (*f).clone()),
            phases,
            findings: plan
                .findings
                .iter()
                .map(|finding| {
                    let key = (name, finding.id.as_str());
                    self.findings
                        .get(&key)
                        .cloned()
                        .unwrap_or_else(|| untried(&finding.id))
                })
                .collect(),
            deviations: plan
                .deviations
                .iter()
                .map(|deviation| deviation.id.clone())
                .collect(),
        }
    }

    fn phase(&self, suite: &str, plan: &PhasePlan, closed: Option<&str>) -> PhaseResult {
        let key = (suite, plan.phase.as_str());
        let failure = self.failures.get(&key).map(|failure| (*failure).clone());
        let gates: Vec<GateResult> = plan
            .gates
            .iter()
            .map(|gate| self.gate(suite, (plan, closed), gate))
            .collect();
        PhaseResult {
            phase: plan.phase.clone(),
            verdict: if failure.is_some() {
                Verdict::Failed
            } else {
                Verdict::of_parts(gates.iter().map(|gate| gate.verdict))
            },
            catalog: self.catalogs.get(&key).map(|digest| (*digest).clone()),
            failure,
            gates,
        }
    }

    fn gate(&self, suite: &str, phase: (&PhasePlan, Option<&str>), plan: &GatePlan) -> GateResult {
        let checks: Vec<CheckResult> = plan
            .checks
            .iter()
            .map(|check| self.check(suite, phase, check))
            .collect();
        GateResult {
            gate: plan.gate.clone(),
            added: plan.added,
            verdict: Verdict::of_parts(checks.iter().map(|check| check.verdict)),
            checks,
        }
    }

    fn check(
        &self,
        suite: &str,
        (phase, closed): (&PhasePlan, Option<&str>),
        plan: &CheckPlan,
    ) -> CheckResult {
        let key = (suite, phase.phase.as_str(), plan.check.as_str());
        self.checks
            .get(&key)
            .cloned()
            .unwrap_or_else(|| CheckResult {
                check: plan.check.clone(),
                verdict: Verdict::NotRun,
                reason: Some(self.why_not_run(suite, phase, closed)),
                examined: None,
            })
    }

    fn why_not_run(&self, suite: &str, phase: &PhasePlan, closed: Option<&str>) -> Reason {
        if self.failures.contains_key(&(suite, phase.phase.as_str())) {
            Reason::new(
                "phase-failed",
                format!("phase {} did not apply", phase.phase),
            )
        } else if self.baseline_failures.contains_key(suite) {
            Reason::new("baseline-failed", "the baseline did not apply")
        } else if let Some(closed) = closed {
            Reason::new(
                "not-reached",
                format!("phase {closed} did not open its gate"),
            )
        } else {
            Reason::new("not-reached", "the run stopped before this check")
        }
    }
}
