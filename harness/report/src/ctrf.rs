//! CTRF (Common Test Report Format): one test per check, in one JSON object.

use phasegate_evidence::{ApplyFailure, Verdict};
use serde::Serialize;

use crate::{
    deviation::deviations,
    record::{CheckRecord, Record, phases},
    story::{self, story, told},
    visible::visible_json,
};

/// The version of the format that is written.
const SPEC_VERSION: &str = "0.1.0";

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Report<'a> {
    report_format: &'static str,
    spec_version: &'static str,
    generated_by: &'static str,
    results: Results<'a>,
}

#[derive(Serialize)]
struct Results<'a> {
    tool: Tool<'a>,
    summary: Summary,
    tests: Vec<Test<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    extra: Option<Extra>,
}

/// What the format has no word for.
#[derive(Serialize)]
struct Extra {
    deviations: Vec<String>,
}

#[derive(Serialize)]
struct Tool<'a> {
    name: &'static str,
    version: &'a str,
}

#[derive(Default, Serialize)]
struct Summary {
    tests: usize,
    passed: usize,
    failed: usize,
    skipped: usize,
    pending: usize,
    other: usize,
    /// Milliseconds since 1970.
    start: u64,
    stop: u64,
}

/// How a test ended, in the words of the format.
#[derive(Clone, Copy, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
enum Status {
    Passed,
    Failed,
    Skipped,
    Pending,
    Other,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Test<'a> {
    name: String,
    status: Status,
    /// Milliseconds.
    duration: u64,
    suite: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    message: Option<String>,
    /// All that was met.
    #[serde(skip_serializing_if = "String::is_empty")]
    trace: String,
    /// The verdict in our own words, which tell apart what the format does not.
    raw_status: String,
    #[serde(rename = "type")]
    kind: &'static str,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    tags: Vec<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    file_path: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    line: Option<u32>,
}

/// A run as CTRF. What was not run is `pending`, what could not be tried `other`, and neither is a pass; a phase that did not
/// apply is a test of its own.
///
/// # Errors
/// When the JSON cannot be written.
pub fn ctrf(record: &Record) -> serde_json::Result<String> {
    let mut tests = Vec::new();
    for (suite, result) in record.suites() {
        if let Some(failure) = &result.baseline_failure {
            tests.push(not_applied(vec![suite.suite.clone()], "the baseline applies", failure));
        }
        for (phase, result) in phases(suite, result) {
            if let Some(failure) = &result.failure {
                let groups = vec![suite.suite.clone(), phase_group(phase)];
                tests.push(not_applied(groups, "the phase applies", failure));
            }
        }
        tests.extend(record.checks(suite, result).iter().map(|check| test(record, check)));
    }
    let of = |status: Status| tests.iter().filter(|test| test.status == status).count();
    let start = record.started_unix_ms().unwrap_or_default();
    let summary = Summary {
        tests: tests.len(),
        passed: of(Status::Passed),
        failed: of(Status::Failed),
        skipped: of(Status::Skipped),
        pending: of(Status::Pending),
        other: of(Status::Other),
        start,
        stop: start.saturating_add(record.elapsed_us() / 1000),
    };
    let deviations: Vec<String> = record.suites().flat_map(|(suite, _)| deviations(suite)).collect();
    let extra = (!deviations.is_empty()).then_some(Extra { deviations });
    let tool = Tool { name: "Phasegate", version: &record.plan.phasegate };
    let report = Report {
        report_format: "CTRF",
        spec_version: SPEC_VERSION,
        generated_by: "phasegate report",
        results: Results { tool, summary, tests, extra },
    };
    Ok(visible_json(&serde_json::to_string_pretty(&report)?).into_owned() + "\n")
}

fn test<'a>(record: &Record, check: &CheckRecord<'a>) -> Test<'a> {
    let verdict = check.result.verdict;
    Test {
        name: format!("{} {}", check.plan.id, check.plan.title),
        status: match verdict {
            Verdict::Passed => Status::Passed,
            Verdict::Failed => Status::Failed,
            Verdict::Error => Status::Other,
            Verdict::NotApplicable => Status::Skipped,
            Verdict::NotRun => Status::Pending,
        },
        duration: check.duration_us.unwrap_or_default() / 1000,
        suite: vec![
            check.suite.suite.clone(),
            phase_group(check.phase),
            format!("{} {}", check.gate.gate, check.gate.claim),
        ],
        message: check.result.reason.as_ref().map(ToString::to_string),
        trace: told(&story(record, check)),
        raw_status: verdict.to_string(),
        kind: "check",
        tags: check.gate.requirement.iter().chain(&check.plan.requirement).map(String::as_str).collect(),
        file_path: check.at.as_ref().and_then(|at| at.path.clone()),
        line: check.at.as_ref().filter(|at| at.path.is_some()).map(|at| at.line),
    }
}

fn phase_group(phase: &phasegate_evidence::PhasePlan) -> String {
    format!("phase {}: {}", phase.phase, phase.title)
}

fn not_applied(suite: Vec<String>, name: &str, failure: &ApplyFailure) -> Test<'static> {
    Test {
        name: name.to_owned(),
        status: Status::Failed,
        duration: 0,
        suite,
        message: Some(failure.message.clone()),
        trace: story::not_applied(failure),
        raw_status: Verdict::Failed.to_string(),
        kind: "apply",
        tags: Vec::new(),
        file_path: None,
        line: None,
    }
}
