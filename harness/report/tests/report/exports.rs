//! The exports, held against a schema or read by a program that others wrote.

use std::{
    io::Write as _,
    process::{Command, Stdio},
};

use jsonschema::Validator;
use phasegate_evidence::Verdict;
use phasegate_report::{Record, ctrf, sarif, tap};
use serde_json::{Value, json};

use crate::{
    hostile::records,
    runs::{gate_failed, phase_failed, read},
    sample::Sample,
};

fn validator(schema: &str) -> Validator {
    // The published schema of SARIF has a stray bracket in the pattern of a language, which is no regular expression to Rust.
    let schema = schema.replace("-[a-zA-Z]{2}]?$", "-[a-zA-Z]{2}$");
    jsonschema::validator_for(&serde_json::from_str(&schema).expect("JSON")).expect("a schema")
}

/// Runs of every kind, those with hostile words included.
fn every_run() -> Vec<(tempfile::TempDir, Record)> {
    let honest = [Sample::passed(), gate_failed(), phase_failed()].map(|sample| read(&sample));
    records().into_iter().chain(honest).collect()
}

fn assert_fits(schema: &str, render: fn(&Record) -> serde_json::Result<String>, wrong: &[(&str, Value)]) {
    let validator = validator(schema);
    for (_holder, record) in every_run() {
        let document: Value = serde_json::from_str(&render(&record).expect("renderable")).expect("JSON");
        let errors: Vec<String> = validator.iter_errors(&document).map(|error| error.to_string()).collect();
        assert_eq!(errors, Vec::<String>::new());
        for (pointer, value) in wrong {
            let mut changed = document.clone();
            *changed.pointer_mut(pointer).unwrap_or_else(|| panic!("no {pointer}")) = value.clone();
            assert!(!validator.is_valid(&changed), "{pointer} = {value}");
        }
    }
}

#[test]
fn the_findings_fit_the_schema_of_sarif() {
    let wrong = [
        ("/version", json!("2.0.0")),
        ("/runs/0/results/0/kind", json!("failed")),
        ("/runs/0/results/0/level", json!("high")),
        ("/runs/0/results/0/ruleIndex", json!(-2)),
        ("/runs/0/results/0/message", json!("text")),
        ("/runs/0/results/0/locations/0/logicalLocations", json!([1])),
        ("/runs/0/invocations/0/executionSuccessful", json!("yes")),
        ("/runs/0/invocations/0/toolExecutionNotifications/0/level", json!("hint")),
        ("/runs/0/invocations/0/toolExecutionNotifications/0/message", json!("text")),
        ("/runs/0/results/0/partialFingerprints", json!({ "finding/v1": 1 })),
    ];
    assert_fits(include_str!("schemas/sarif-2.1.0.json"), sarif, &wrong);
}

#[test]
fn the_checks_fit_the_schema_of_ctrf() {
    let wrong = [
        ("/reportFormat", json!("ctrf")),
        ("/results/summary/tests", json!(-1)),
        ("/results/tests/0/status", json!("error")),
        ("/results/tests/0/duration", json!("1")),
        ("/results/tests/0/suite", json!([])),
        ("/results/extra", json!([])),
    ];
    assert_fits(include_str!("schemas/ctrf.json"), ctrf, &wrong);
}

#[test]
fn ctrf_counts_what_it_lists_and_nothing_that_was_not_run_as_passed() {
    for (_holder, record) in every_run() {
        let document: Value = serde_json::from_str(&ctrf(&record).expect("renderable")).expect("JSON");
        let tests = document["results"]["tests"].as_array().expect("tests");
        let summary = &document["results"]["summary"];
        assert_eq!(summary["tests"], tests.len());
        let mut sum = 0;
        for status in ["passed", "failed", "skipped", "pending", "other"] {
            let count = tests.iter().filter(|test| test["status"] == status).count();
            assert_eq!(summary[status], count, "{status}");
            sum += count;
        }
        assert_eq!(sum, tests.len());
        for test in tests {
            assert_eq!(test["status"] == "passed", test["rawStatus"] == "passed", "{test}");
        }
    }
}

/// What Perl's own reader of TAP makes of it: numbers of what was read, was ok, was skipped, and of errors.
fn read_by_perl(tap: &str) -> [usize; 4] {
    let script = "use TAP::Parser; local $/; my $p = TAP::Parser->new({ tap => scalar <STDIN> }); my $ok = 0; \
                  while (my $r = $p->next) { $ok++ if $r->is_test && $r->is_ok && !$r->has_skip } \
                  print join ' ', $p->tests_run, $ok, scalar($p->skipped), scalar($p->parse_errors)";
    let mut perl = Command::new("perl").args(["-e", script]).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn();
    let child = perl.as_mut().expect("perl runs");
    child.stdin.take().expect("a pipe").write_all(tap.as_bytes()).expect("writable");
    let output = perl.expect("perl runs").wait_with_output().expect("perl ends");
    let text = String::from_utf8(output.stdout).expect("UTF-8");
    let numbers: Vec<usize> = text.split(' ').map(|number| number.parse().expect("a number")).collect();
    numbers.try_into().expect("four numbers")
}

#[test]
fn perl_reads_in_tap_what_the_run_came_to() {
    for (_holder, record) in every_run() {
        // The parser of Perl 5.40 knows version 13, of which 14 takes over all that is used here.
        let text = tap(&record).replacen("TAP version 14", "TAP version 13", 1);
        let checks: Vec<Verdict> = record
            .result
            .suites
            .iter()
            .flat_map(|suite| &suite.phases)
            .flat_map(|phase| &phase.gates)
            .flat_map(|gate| &gate.checks)
            .map(|check| check.verdict)
            .collect();
        let of = |wanted: Verdict| checks.iter().filter(|verdict| **verdict == wanted).count();
        let failures = record.result.suites.iter().flat_map(|suite| &suite.phases);
        let points = checks.len() + failures.filter(|phase| phase.failure.is_some()).count();
        let expected = [points, of(Verdict::Passed), of(Verdict::NotApplicable), 0];
        assert_eq!(read_by_perl(&text), expected, "{text}");
        assert_ne!(read_by_perl(&text.replacen("\nok 1", "\nok 7", 1).replacen("\nnot ok 1", "\nok 7", 1)), expected);
    }
}
