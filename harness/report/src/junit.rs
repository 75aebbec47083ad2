//! JUnit XML: one test suite per phase, one test case per check.

use std::{collections::BTreeMap, time::Duration};

use phasegate_evidence::{ApplyFailure, PhasePlan, SuitePlan, Verdict};
use quick_junit::{NonSuccessKind, Property, Report, SerializeError, TestCase, TestCaseStatus, TestSuite};

use crate::{
    deviation::deviations,
    record::{At, CheckRecord, Record, phases},
    story::{self, story, told},
    visible::one_line,
};

/// A run as JUnit XML. Made from nothing but the folder, it has the same bytes whenever it is made.
///
/// The message of a test is one line and its body the whole story, each test names its file and line: that is how the readers of
/// GitHub and GitLab take them.
///
/// A phase that did not apply has a test case `apply` with the error beside its skipped checks, so that a reader who
/// counts failures and errors alone does not take it for green.
///
/// # Errors
/// When the XML cannot be written.
pub fn junit(record: &Record) -> Result<String, SerializeError> {
    let mut report = Report::new("phasegate");
    report.set_time(Duration::from_micros(record.elapsed_us()));
    for (suite, result) in record.suites() {
        // They are those of the whole suite, and stand in the first of its groups.
        let mut deviations = deviations(suite).map(|deviation| Property::new("deviation", deviation));
        if let Some(failure) = &result.baseline_failure {
            let mut group = TestSuite::new(format!("{} baseline", suite.suite));
            group.add_properties(deviations.by_ref());
            group.add_test_case(not_applied(record, suite, "baseline", failure));
            report.add_test_suite(group);
        }
        let checks = record.checks(suite, result);
        for (phase, phase_result) in phases(suite, result) {
            let mut group = TestSuite::new(format!("{} phase {}: {}", suite.suite, phase.phase, phase.title));
            group.add_properties(properties(suite, phase, &result.server));
            group.add_properties(deviations.by_ref());
            if let Some(failure) = &phase_result.failure {
                group.add_test_case(not_applied(record, suite, &phase.slug, failure));
            }
            let mut time = Duration::ZERO;
            for check in checks.iter().filter(|check| check.phase.phase == phase.phase) {
                time += Duration::from_micros(check.duration_us.unwrap_or(0));
                group.add_test_case(test_case(record, check));
            }
            group.set_time(time);
            report.add_test_suite(group);
        }
    }
    report.to_string()
}

fn properties(suite: &SuitePlan, phase: &PhasePlan, server: &BTreeMap<String, String>) -> Vec<Property> {
    let own = [("suite", Some(&suite.suite)), ("phase", Some(&phase.phase)), ("revision", phase.revision.as_ref())];
    let own = own.into_iter().filter_map(|(name, value)| value.map(|value| Property::new(name, value)));
    own.chain(server.iter().map(|(name, version)| Property::new(name, version))).collect()
}

fn test_case(record: &Record, check: &CheckRecord<'_>) -> TestCase {
    let verdict = check.result.verdict;
    let mut status = match verdict {
        Verdict::Passed => TestCaseStatus::success(),
        Verdict::Failed => TestCaseStatus::non_success(NonSuccessKind::Failure),
        Verdict::Error => TestCaseStatus::non_success(NonSuccessKind::Error),
        Verdict::NotApplicable | Verdict::NotRun => TestCaseStatus::skipped(),
    };
    if let Some(reason) = &check.result.reason {
        let message = match verdict {
            Verdict::NotApplicable | Verdict::NotRun => format!("{verdict}: {reason}"),
            _ => reason.to_string(),
        };
        status.set_message(one_line(&message)).set_type(reason.code.as_str());
        if check.is_failure() {
            status.set_description(whole_story(record, check, &message));
        }
    }
    let mut case = TestCase::new(format!("{} {}", check.plan.id, one_line(&check.plan.title)), status);
    case.set_classname(format!("{}.{}.{}", check.suite.suite, check.phase.slug, check.gate.gate));
    // A reader that adds times up takes a test without one for no number at all.
    case.set_time(Duration::from_micros(check.duration_us.unwrap_or(0)));
    if let Some(At { path: Some(path), line, .. }) = &check.at {
        placed(&mut case, path, *line);
    }
    case.add_property(Property::new("claim", check.gate.claim.as_str()));
    for requirement in check.gate.requirement.iter().chain(&check.plan.requirement) {
        case.add_property(Property::new("requirement", requirement.as_str()));
    }
    if check.gate.added {
        case.add_property(Property::new("added", "true"));
    }
    case
}

/// The body of a failure. Some readers show it alone, without the message, and so it begins with that.
fn whole_story(record: &Record, check: &CheckRecord<'_>, message: &str) -> String {
    let mut body = format!("{message}\n");
    if let Some(at) = &check.at {
        body.push_str(&format!("at {at}\n"));
    }
    body.push_str(&format!(
        "gate {} of phase {}: {}\n",
        check.gate.gate,
        check.phase.phase,
        one_line(&check.gate.claim)
    ));
    body.push_str(&told(&story(record, check)));
    if let Some(evidence) = check.evidence() {
        body.push_str(&format!("evidence: {evidence}\n"));
    }
    body
}

/// Where the test stands, as build servers read it: a file from the root of the project, and a line from 1.
fn placed(case: &mut TestCase, path: &str, line: u32) {
    case.extra.insert("file".into(), path.into());
    case.extra.insert("line".into(), line.to_string().into());
}

fn not_applied(record: &Record, suite: &SuitePlan, what: &str, failure: &ApplyFailure) -> TestCase {
    let mut status = TestCaseStatus::non_success(NonSuccessKind::Error);
    status
        .set_message(one_line(&failure.message))
        .set_type(failure.sqlstate.as_deref().unwrap_or("command"))
        .set_description(format!("{}\n{}\n", failure.message, story::not_applied(failure)));
    let mut case = TestCase::new("apply", status);
    case.set_classname(format!("{}.{what}", suite.suite)).set_time(Duration::ZERO);
    let path = record.path(&suite.suite, &format!("fixtures/{}", failure.file));
    if let Some(path) = path.filter(|_| failure.line > 0) {
        placed(&mut case, &path, failure.line);
    }
    case
}
