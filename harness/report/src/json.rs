//! The one object that `--format json` prints. Its schema is `reports/schema/report.schema.json`.

use std::collections::BTreeMap;

use phasegate_evidence::{
    ApplyFailure, Counts, DefectResult, DeviationPlan, Digest, Event, Reason, ScenarioResult, Severity, SuitePlan,
    SuiteResult, Tally, Verdict, judge::Observation,
};
use serde::Serialize;

use crate::{
    outputs::Shown,
    record::{CheckRecord, Record, gates, phases},
    story::observation,
    visible::visible_json,
};

/// A run in one object.
#[derive(Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub(crate) struct Run<'a> {
    /// The folder of the run.
    run: String,
    /// What the run came to.
    verdict: Verdict,
    /// The digest of `result.json`: the same for two honest runs of the same inputs on the same server version.
    result_digest: &'a Digest,
    /// The servers: the kind of the first, and the versions of all.
    server: Server<'a>,
    /// The suites in order.
    suites: Vec<Suite<'a>>,
    /// Gates and checks by verdict.
    totals: Totals<'a>,
}

/// The servers of a run.
#[derive(Default, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
struct Server<'a> {
    /// The kind of the first.
    kind: &'a str,
    /// The versions of all by their names.
    versions: BTreeMap<&'a str, &'a str>,
}

/// One suite.
#[derive(Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
struct Suite<'a> {
    /// Its name.
    suite: &'a str,
    /// The worst of its phases, defects and scenarios.
    verdict: Verdict,
    /// That phases were observed after one whose gates had not opened.
    #[serde(skip_serializing_if = "Option::is_none")]
    kept_going: Option<String>,
    /// What broke, if the suite was stopped by something that is no claim of it.
    #[serde(skip_serializing_if = "Option::is_none")]
    stopped: Option<&'a Reason>,
    /// Why the baseline did not apply, if it did not.
    #[serde(skip_serializing_if = "Option::is_none")]
    baseline_failure: Option<Failure<'a>>,
    /// Its phases in order.
    phases: Vec<Phase<'a>>,
    /// Whether each check caught its defect, where the run tried them.
    #[serde(skip_serializing_if = "<[DefectResult]>::is_empty")]
    defects: &'a [DefectResult],
    /// Whether each scenario ended as it says, where the run played them.
    #[serde(skip_serializing_if = "<[ScenarioResult]>::is_empty")]
    scenarios: &'a [ScenarioResult],
    /// What the contract does not demand and a validator must know.
    findings: Vec<Finding<'a>>,
    /// Where the suite knowingly reads its sources otherwise.
    deviations: &'a [DeviationPlan],
}

/// One phase.
#[derive(Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
struct Phase<'a> {
    /// Its id.
    phase: &'a str,
    /// What it does.
    title: &'a str,
    /// The worst of its gates; `failed` or `error` when it did not apply.
    verdict: Verdict,
    /// Why it did not apply, if it did not.
    #[serde(skip_serializing_if = "Option::is_none")]
    failure: Option<Failure<'a>>,
    /// Its exit gates.
    gates: Vec<Gate<'a>>,
}

/// Why a phase or a baseline did not apply.
#[derive(Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
struct Failure<'a> {
    /// The file from the root of the project, where that is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    path: Option<String>,
    /// What the server or the command said, and where.
    #[serde(flatten)]
    failure: &'a ApplyFailure,
    /// What became of the catalog; nothing for a baseline.
    #[serde(skip_serializing_if = "Option::is_none")]
    catalog: Option<CatalogAfter>,
}

/// What a phase that did not apply left of its work.
#[derive(Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
enum CatalogAfter {
    /// Nothing: the catalog is as it was before.
    Unchanged,
    /// Part of it.
    Changed,
    /// Nobody knows: the catalog could not be read any more.
    Unreadable,
}

/// One exit gate.
#[derive(Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
struct Gate<'a> {
    /// Its id.
    gate: &'a str,
    /// What its checks prove.
    claim: &'a str,
    /// The worst of its checks.
    verdict: Verdict,
    /// Whether it goes beyond the gates of the source.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    added: bool,
    /// Its checks.
    checks: Vec<Check<'a>>,
}

/// One check.
#[derive(Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
struct Check<'a> {
    /// Its id.
    check: &'a str,
    /// What it tries.
    title: &'a str,
    /// The kind of its expectation.
    kind: &'a str,
    /// The verdict.
    verdict: Verdict,
    /// Why, unless it passed.
    reason: Option<&'a Reason>,
    /// Its file from the root of the project, where that is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    file: Option<String>,
    /// Its line in that file.
    #[serde(skip_serializing_if = "Option::is_none")]
    line: Option<u32>,
    /// All that it saw, if it failed or could not be tried: every refusal with message, detail and hint, the whole difference.
    #[serde(skip_serializing_if = "Option::is_none")]
    saw: Option<Observation>,
    /// Where the evidence of it lies in the folder, if it was tried.
    #[serde(skip_serializing_if = "Option::is_none")]
    evidence: Option<String>,
}

/// A finding.
#[derive(Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
struct Finding<'a> {
    /// Its short name.
    finding: &'a str,
    /// How much it matters.
    severity: Severity,
    /// What it is.
    title: &'a str,
    /// The phase after which it is shown.
    phase: &'a str,
    /// Whether its SQL showed it on this server; `None` when it was not tried.
    confirmed: Option<bool>,
    /// Why it is not confirmed.
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<&'a Reason>,
}

/// Gates and checks by verdict; those beyond the source are counted apart.
#[derive(Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
struct Totals<'a> {
    /// Gates of the source.
    gates: &'a Counts,
    /// Checks of the source.
    checks: &'a Counts,
    /// Gates beyond it, with their checks.
    added: &'a Tally,
}

/// A run as JSON, indented, with a line end.
///
/// # Errors
/// When a value has no JSON form.
pub fn json(record: &Record) -> Result<String, serde_json::Error> {
    let totals = &record.result.totals;
    let run = Run {
        run: record.folder.path().display().to_string(),
        verdict: record.result.verdict,
        result_digest: &record.result_digest,
        server: server(record),
        suites: record.suites().map(|(plan, result)| suite(record, plan, result)).collect(),
        totals: Totals { gates: &totals.gates, checks: &totals.checks, added: &totals.added },
    };
    Ok(visible_json(&serde_json::to_string_pretty(&run)?).into_owned() + "\n")
}

fn suite<'a>(record: &'a Record, plan: &'a SuitePlan, result: &'a SuiteResult) -> Suite<'a> {
    let findings = plan.findings.iter().zip(&result.findings).map(|(finding, result)| Finding {
        finding: &finding.id,
        severity: finding.severity,
        title: &finding.title,
        phase: &finding.phase,
        confirmed: result.confirmed,
        reason: result.reason.as_ref(),
    });
    Suite {
        suite: &plan.suite,
        verdict: result.verdict,
        kept_going: record.kept_going(result),
        stopped: result.stopped.as_ref(),
        baseline_failure: result.baseline_failure.as_ref().map(|failure| not_applied(record, plan, None, failure)),
        phases: of_phases(record, plan, result),
        defects: &result.defects,
        scenarios: &result.scenarios,
        findings: findings.collect(),
        deviations: &plan.deviations,
    }
}

fn of_phases<'a>(record: &'a Record, plan: &'a SuitePlan, result: &'a SuiteResult) -> Vec<Phase<'a>> {
    let mut checks = record.checks(plan, result).into_iter();
    let mut all = Vec::new();
    for (phase, phase_result) in phases(plan, result) {
        let gate = |(gate, gate_result): (&'a phasegate_evidence::GatePlan, &'a phasegate_evidence::GateResult)| Gate {
            gate: &gate.gate,
            claim: &gate.claim,
            verdict: gate_result.verdict,
            added: gate.added,
            checks: checks.by_ref().take(gate_result.checks.len()).map(|check| one_check(record, check)).collect(),
        };
        let failure = phase_result.failure.as_ref();
        all.push(Phase {
            phase: &phase.phase,
            title: &phase.title,
            verdict: phase_result.verdict,
            failure: failure.map(|failure| not_applied(record, plan, Some(&phase.phase), failure)),
            gates: gates(phase, phase_result).map(gate).collect(),
        });
    }
    all
}

fn one_check<'a>(record: &'a Record, check: CheckRecord<'a>) -> Check<'a> {
    let saw = match observation(record, &check) {
        Some(Shown::Whole(seen)) => Some(seen),
        _ => None,
    };
    Check {
        saw,
        evidence: check.evidence().filter(|_| check.is_failure()),
        check: &check.plan.id,
        title: &check.plan.title,
        kind: check.plan.kind(),
        verdict: check.result.verdict,
        reason: check.result.reason.as_ref(),
        file: check.at.as_ref().and_then(|at| at.path.clone()),
        line: check.at.as_ref().filter(|at| at.path.is_some()).map(|at| at.line),
    }
}

fn not_applied<'a>(
    record: &'a Record,
    plan: &'a SuitePlan,
    phase: Option<&str>,
    failure: &'a ApplyFailure,
) -> Failure<'a> {
    let path = record.path(&plan.suite, &format!("fixtures/{}", failure.file)).filter(|_| failure.line > 0);
    let catalog = record.events().find_map(|event| match event {
        Event::PhaseFailed { suite, phase: failed, catalog_after, catalog_unchanged, .. }
            if *suite == plan.suite && Some(failed.as_str()) == phase =>
        {
            Some(match catalog_after {
                Some(_) if *catalog_unchanged => CatalogAfter::Unchanged,
                Some(_) => CatalogAfter::Changed,
                None => CatalogAfter::Unreadable,
            })
        }
        _ => None,
    });
    Failure { path, failure, catalog }
}

fn server(record: &Record) -> Server<'_> {
    let mut merged = Server::default();
    for facts in record.servers() {
        if merged.kind.is_empty() {
            merged.kind = &facts.kind;
        }
        merged.versions.extend(facts.versions.iter().map(|(name, version)| (name.as_str(), version.as_str())));
    }
    merged
}
