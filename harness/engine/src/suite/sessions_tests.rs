//! Steps, on named sessions and from files, as a user may get them wrong.

use rstest::rstest;

use super::{
    bad_input_tests::{SUITE, message, put, whole},
    load,
};

/// A gate of two steps on named sessions, to be spoilt in one place each.
const STEPS: &str = r#"id = "1.1"
claim = "c"
[[check]]
id = "1.1.1"
title = "t"
[[check.step]]
session = "first"
run = "SELECT 1"
[[check.step]]
session = "second"
run = "SELECT 1"
blocked_by = "first"
"#;

#[rstest]
#[case::nobody(
    "blocked_by = \"first\"",
    "blocked_by = \"frist\"",
    "postgres",
    "12: `blocked_by` names `frist`, and no earlier step is on a session of that name"
)]
#[case::a_later_one(
    "session = \"first\"",
    "session = \"third\"",
    "postgres",
    "12: `blocked_by` names `first`, and no earlier step is on a session of that name"
)]
#[case::itself(
    "blocked_by = \"first\"",
    "blocked_by = \"second\"",
    "postgres",
    "12: `blocked_by` names `second`, the session of the step itself"
)]
#[case::without_a_session(
    "session = \"second\"\n",
    "",
    "postgres",
    "11: a step that is `blocked_by` another session needs a `session` of its own"
)]
#[case::without_a_name("session = \"first\"", "session = \"\"", "postgres", "7: a `session` needs a name")]
#[case::on_a_kind_without_sessions("", "", "sqlite", "7: a step names a `session`, and sqlite has one at a time")]
fn a_mistake_with_sessions_is_named_with_its_line(
    #[case] part: &str,
    #[case] wrong: &str,
    #[case] kind: &str,
    #[case] expected: &str,
) {
    let root = whole();
    put(root.path(), "suites/s/gates/1-notes/1.1-c.toml", STEPS);
    load(&root.path().join("suites"), &[]).expect("whole");
    put(root.path(), "suites/s/suite.toml", &SUITE.replace("postgres", kind));
    put(root.path(), "suites/s/gates/1-notes/1.1-c.toml", &STEPS.replacen(part, wrong, 1));
    assert_eq!(message(root.path()), format!("suites/s/gates/1-notes/1.1-c.toml:{expected}"));
}

#[test]
fn steps_of_findings_and_scenarios_are_held_to_the_same() {
    let steps = &STEPS[STEPS.find("[[check.step]]").expect("steps")..];
    let steps = steps.replace("blocked_by = \"first\"", "blocked_by = \"frist\"");
    let expected = "`blocked_by` names `frist`, and no earlier step is on a session of that name";
    let root = whole();
    let scenario = "title = \"t\"\nwhy = \"w\"\nkind = \"probe\"\nphase = \"1\"\n";
    put(root.path(), "suites/s/scenarios/x.toml", &format!("{scenario}{}", steps.replace("check.step", "step")));
    assert_eq!(message(root.path()), format!("suites/s/scenarios/x.toml:11: {expected}"));
    let finding = "[[finding]]\nid = \"f\"\nseverity = \"low\"\ntitle = \"t\"\nphase = \"1\"\n";
    let suite = format!("{SUITE}{finding}{}", steps.replace("check.step", "finding.step"));
    put(root.path(), "suites/s/suite.toml", &suite);
    assert_eq!(message(root.path()), format!("suites/s/suite.toml:25: {expected}"));
}

#[rstest]
#[case::that_is_not_there("file = \"nowhere.sql\"", ":6: there is no file nowhere.sql in ")]
#[case::beside_sql("file = \"up.sql\"\nrun = \"SELECT 1\"", ":6: a step has either `run`, its SQL, or `file`")]
#[case::that_is_no_name("file = 1", ":6: a step has either `run`, its SQL, or `file`")]
fn a_file_that_a_step_of_a_probe_runs_is_named_and_stands_alone(#[case] step: &str, #[case] expected: &str) {
    let root = whole();
    let scenario = "title = \"t\"\nwhy = \"w\"\nkind = \"probe\"\nphase = \"1\"\n[[step]]\n";
    put(root.path(), "suites/s/scenarios/x.toml", &format!("{scenario}file = \"up.sql\"\n"));
    load(&root.path().join("suites"), &[]).expect("whole");
    put(root.path(), "suites/s/scenarios/x.toml", &format!("{scenario}{step}\n"));
    let message = message(root.path());
    assert!(message.starts_with(&format!("suites/s/scenarios/x.toml{expected}")), "{message}");
}
