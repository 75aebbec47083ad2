//! JUnit XML: one test suite per phase, one test case per check.

use std::time::Duration;

use std::collections::BTreeMap;

use phasegate_evidence::{ApplyFailure, PhasePlan, SuitePlan, Verdict};
use quick_junit::{NonSuccessKind, Property, Report, SerializeError, TestCase, TestCaseStatus, TestSuite};

use crate::record::{CheckRecord, Record, phases};

/// A run as JUnit XML. Made from nothing but the folder, it has the same bytes whenever it is made.
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
        if let Some(failure) = &result.baseline_failure {
            let mut group = TestSuite::new(format!("{} baseline", suite.suite));
            group.add_test_case(not_applied(format!("{}.baseline", suite.suite), failure));
            report.add_test_suite(group);
        }
        let checks = record.checks(suite, result);
        for (phase, phase_result) in phases(suite, result) {
            let mut group = TestSuite::new(format!("{} phase {}: {}", suite.suite, phase.phase, phase.title));
            group.add_properties(properties(suite, phase, &result.server));
            if let Some(failure) = &phase_result.failure {
                group.add_test_case(not_applied(format!("{}.{}", suite.suite, phase.slug), failure));
            }
            let mut time = Duration::ZERO;
            for check in checks.iter().filter(|check| check.phase.phase == phase.phase) {
                time += Duration::from_micros(check.duration_us.unwrap_or(0));
                group.add_test_case(test_case(check));
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

fn test_case(check: &CheckRecord<'_>) -> TestCase {
    let mut status = match check.result.verdict {
        Verdict::Passed => TestCaseStatus::success(),
        Verdict::Failed => TestCaseStatus::non_success(NonSuccessKind::Failure),
        Verdict::Error => TestCaseStatus::non_success(NonSuccessKind::Error),
        Verdict::NotApplicable | Verdict::NotRun => TestCaseStatus::skipped(),
    };
    if let Some(reason) = &check.result.reason {
        let message = match check.result.verdict {
            verdict @ (Verdict::NotApplicable | Verdict::NotRun) => format!("{verdict}: {reason}"),
            _ => reason.to_string(),
        };
        status.set_message(message).set_type(reason.code.as_str());
    }
    let mut case = TestCase::new(format!("{} {}", check.plan.id, check.plan.title), status);
    case.set_classname(format!("{}.{}.{}", check.suite.suite, check.phase.slug, check.gate.gate));
    if let Some(us) = check.duration_us {
        case.set_time(Duration::from_micros(us));
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

fn not_applied(class: String, failure: &ApplyFailure) -> TestCase {
    let mut status = TestCaseStatus::non_success(NonSuccessKind::Error);
    status
        .set_message(failure.message.as_str())
        .set_type(failure.sqlstate.as_deref().unwrap_or("command"))
        .set_description(format!(
            "{}:{}, statement {}{}{}",
            failure.file,
            failure.line,
            failure.statement,
            failure.cause.as_ref().map(|cause| format!("\ncause: {cause}")).unwrap_or_default(),
            failure.hint.as_ref().map(|hint| format!("\nhint: {hint}")).unwrap_or_default(),
        ));
    let mut case = TestCase::new("apply", status);
    case.set_classname(class);
    case
}
