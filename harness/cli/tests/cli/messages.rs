//! What the server said of a failure stands in every report, with the file and line of the check.

use std::fs;

use crate::{
    phasegate::{labelled, phasegate, verifies},
    workspace::{on_postgres, put, workspace},
};

const GATE: &str = "forensic-tests/suites/notes/gates/2-title/2.1-title.toml";

/// Checks whose own SQL is wrong, each with what it comes to and what the server says of it.
const WRONG: [(&str, &str, &str); 7] = [
    ("query = 'SELECT titel FROM notes'\nrows = [['x']]", "query-refused", "column \"titel\" does not exist"),
    ("query = 'SELEKT 1'\nrows = [['1']]", "query-refused", "syntax error at or near \"SELEKT\""),
    (
        "violations = 'SELECT 1 WHERE false'\nexamined = 'SELECT x FROM nothing'",
        "query-refused",
        "relation \"nothing\" does not exist",
    ),
    ("query = 'SELECT x FROM nothing'\nplan = { index = 'i' }", "query-refused", "relation \"nothing\" does not exist"),
    (
        "given = 'INSERT INTO notes (text) VALUES (NULL)'\nquery = 'SELECT 1'\nrows = [['1']]",
        "setup-failed",
        "null value in column \"text\" of relation \"notes\" violates not-null constraint",
    ),
    ("as = 'nobody_here'\nquery = 'SELECT 1'\nrows = [['1']]", "setup-failed", "role \"nobody_here\" does not exist"),
    (
        "settings = { no_such = '1' }\nquery = 'SELECT 1'\nrows = [['1']]",
        "setup-failed",
        "unrecognized configuration parameter \"no_such\"",
    ),
];

#[test]
fn sql_that_is_wrong_in_a_query_or_a_setup_is_that_checks_error_with_its_place_and_ends_nothing() {
    let workspace = workspace();
    let here = workspace.path();
    on_postgres(here);
    let mut text = fs::read_to_string(here.join(GATE)).expect("readable");
    let mut lines = Vec::new();
    for (at, (wrong, ..)) in WRONG.iter().enumerate() {
        lines.push(text.lines().count() + 1);
        text.push_str(&format!("[[check]]\nid = \"2.1.{}\"\ntitle = \"wrong\"\n{wrong}\n", at + 2));
    }
    text.push_str("[[check]]\nid = \"2.1.last\"\ntitle = \"right\"\nquery = 'SELECT 1'\nrows = [['1']]\n");
    put(here, GATE, &text);
    let ran = phasegate(here, &["run", "--server", "embedded", "--keep", "never"]);
    assert_eq!(ran.code, 1, "{}{}", ran.stdout, ran.stderr);
    assert!(ran.stderr.contains("    error: 2 of 9 checks\n"), "the checks beside them pass: {}", ran.stderr);
    verifies(here, &ran);
    let run = labelled(&ran.stdout, "folder");
    for (at, (_, code, message)) in WRONG.iter().enumerate() {
        let id = format!("2.1.{}", at + 2);
        let told = ran.stdout.split(&format!("\n    {id} wrong\n")).nth(1).expect("the check");
        let told = told.split("\n\n").next().unwrap_or_default().split_whitespace().collect::<Vec<_>>().join(" ");
        for part in [format!("error {code}: "), format!("message: {message}"), format!("at {GATE}:{}", lines[at])] {
            assert!(told.contains(&part), "{id}: {part}: {told}");
        }
        for to in ["md", "junit", "tap", "ctrf", "json", "html"] {
            let report = phasegate(here, &["report", run, "--to", to]).stdout;
            let report = report.replace("&quot;", "\"").replace("\\\"", "\"");
            assert!(report.contains(message), "{to} lacks {message}");
        }
    }
    // The detail holds values, and the result, which holds none, is the same for every honest run.
    let result = fs::read_to_string(here.join(run).join("result.json")).expect("the result");
    assert!(ran.stdout.contains("detail: Failing row contains ") && !result.contains("Failing row"), "{result}");
}

#[test]
fn a_phase_that_does_not_apply_is_told_with_detail_and_hint_and_its_result_holds_no_values() {
    let workspace = workspace();
    let here = workspace.path();
    on_postgres(here);
    put(
        here,
        "fixtures/notes/phases/2.sql",
        "ALTER TABLE notes ADD COLUMN title text;\nINSERT INTO notes (id, text) VALUES (1, clock_timestamp()::text);\n",
    );
    let ran = phasegate(here, &["run", "--server", "embedded", "--keep", "never"]);
    assert_eq!(ran.code, 4, "{}{}", ran.stdout, ran.stderr);
    assert!(ran.stdout.contains("    detail      Key (id)=(1) already exists.\n"), "{}", ran.stdout);
    verifies(here, &ran);
    let run = labelled(&ran.stdout, "folder");
    for to in ["md", "junit", "tap", "ctrf", "json", "html"] {
        assert!(phasegate(here, &["report", run, "--to", to]).stdout.contains("Key (id)=(1) already exists."), "{to}");
    }
    assert!(!fs::read_to_string(here.join(run).join("result.json")).expect("the result").contains("already exists."));
    let junit = fs::read_to_string(here.join(run).join("junit.xml")).expect("the report");
    assert!(junit.contains("file=\"fixtures/notes/phases/2.sql\" line=\"2\""), "{junit}");
}
