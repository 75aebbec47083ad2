//! `phasegate prove` from end to end.

use std::{fs, path::Path};

use serde_json::{Value, json};

use crate::{
    phasegate::{Ran, labelled, phasegate, verifies},
    workspace::{change, put, workspace},
};

/// Two scenarios that deviate in the same way, and one that does not apply.
const NOBODY: &str = r#"
each = [{ who = "one" }, { who = "two" }]
slug = "nobody-for-${who}"
title = "old notes are by nobody"
why = "the gate names `anonymous`"
kind = "apply"
[[replace]]
phase = "1"
up = "scenarios/nobody.sql"
[expect]
outcome = "gate-failed"
phase = "1"
failed = ["1.1.1"]
"#;

const TWICE: &str = r#"
title = "the column cannot be added twice"
why = "a phase that was applied is not applied again"
kind = "apply"
[[replace]]
phase = "2"
up = ["phases/1.sql", "phases/2.sql"]
[expect]
outcome = "phase-failed"
phase = "2"
sqlstate = "SQLITE_ERROR"
says = "duplicate column name: author"
catalog = "unchanged"
"#;

fn with_scenarios(here: &Path) {
    put(here, "forensic-tests/suites/notes/scenarios/nobody.toml", NOBODY);
    put(here, "forensic-tests/suites/notes/scenarios/twice.toml", TWICE);
    let nobody = "ALTER TABLE notes ADD COLUMN author TEXT NOT NULL DEFAULT 'nobody';\n";
    put(here, "fixtures/notes/scenarios/nobody.sql", nobody);
}

/// The events of the run of this kind.
fn events(here: &Path, ran: &Ran, kind: &str) -> Vec<Value> {
    let folder = here.join(labelled(&ran.stdout, "folder"));
    let text = fs::read_to_string(folder.join("events.jsonl")).expect("readable");
    let events = text.lines().map(|line| serde_json::from_str::<Value>(line).expect("JSON")["event"].clone());
    events.filter(|event| event["kind"] == kind).collect()
}

/// Each of these events by its name, with the verdict and the code of its reason.
fn said(events: &[Value], name: &str) -> Vec<[Value; 3]> {
    events.iter().map(|event| [&event[name], &event["verdict"], &event["reason"]["code"]].map(Value::clone)).collect()
}

#[test]
fn a_proof_leaves_evidence_of_every_defect_and_scenario_that_verifies() {
    let workspace = workspace();
    let here = workspace.path();
    with_scenarios(here);
    change(here, "forensic-tests/suites/notes/gates/2-title/2.1-title.toml", "fails = ", "#");
    fs::remove_file(here.join("fixtures/notes/defects/2.1.1.sql")).expect("removable");
    let ran = phasegate(here, &["prove", "notes"]);
    assert_eq!(ran.code, 0, "{}{}", ran.stdout, ran.stderr);
    verifies(here, &ran);
    let defects = said(&events(here, &ran, "defect-tried"), "check");
    assert_eq!(
        json!(defects),
        json!([
            ["1.1.1", "passed", "rows-differ"],
            ["1.later.1", "passed", "refused"],
            // What this server cannot judge is no catch, and is said.
            ["1.later.2", "not-applicable", "server-lacks"]
        ])
    );
    let scenarios = said(&events(here, &ran, "scenario-ended"), "scenario");
    assert_eq!(
        json!(scenarios),
        json!([["nobody-for-one", "passed", null], ["nobody-for-two", "passed", null], ["twice", "passed", null]])
    );
    let markdown = phasegate(here, &["report", labelled(&ran.stdout, "folder"), "--to", "md"]).stdout;
    for report in [&ran.stdout, &markdown] {
        assert!(report.contains("The gates were tried"), "{report}");
        assert!(report.contains("3 of 3 scenarios ended as they say"), "{report}");
    }
    assert!(ran.stdout.contains("    without a defect: 2.1.1\n"), "{}", ran.stdout);
    assert!(markdown.contains("- without a defect: `2.1.1`\n"), "{markdown}");
    assert!(markdown.contains("| `1.1.1` | passed | rows-differ: "), "{markdown}");
}

#[test]
fn a_run_names_the_last_proof_of_the_same_files_and_of_no_others() {
    let workspace = workspace();
    let here = workspace.path();
    let page = |ran: &Ran| {
        let folder = labelled(&ran.stdout, "folder");
        verifies(here, ran);
        ["md", "html"].map(|to| phasegate(here, &["report", folder, "--to", to]).stdout)
    };
    for page in page(&phasegate(here, &["run", "notes"])) {
        assert!(page.contains("Not tried: neither by this run, nor by one of the same files"), "{page}");
    }
    let proof = phasegate(here, &["prove", "notes"]);
    let name = labelled(&proof.stdout, "folder").rsplit('/').next().expect("a name").to_owned();
    for page in page(&phasegate(here, &["run", "notes"])) {
        assert!(page.contains("The gates were tried") && page.contains(&name), "{page}");
        assert!(page.contains(labelled(&proof.stdout, "result digest")), "{page}");
    }
    let baseline = fs::read_to_string(here.join("fixtures/notes/baseline.sql")).expect("readable");
    put(here, "fixtures/notes/baseline.sql", &format!("{baseline}-- another file\n"));
    for page in page(&phasegate(here, &["run", "notes"])) {
        assert!(page.contains("Not tried: neither by this run, nor by one of the same files"), "{page}");
    }
}

#[test]
fn a_defect_that_is_not_caught_is_named() {
    let workspace = workspace();
    let here = workspace.path();
    put(here, "fixtures/notes/defects/1.1.1.sql", "UPDATE notes SET text = 'x';\n");
    let ran = phasegate(here, &["prove", "notes"]);
    assert_eq!(ran.code, 1, "{}{}", ran.stdout, ran.stderr);
    assert!(ran.stdout.contains("the defect of check 1.1.1"), "{}", ran.stdout);
    assert!(ran.stdout.contains("not-caught: the check is passed, expected `rows-differ: ......`"), "{}", ran.stdout);
    verifies(here, &ran);
}

#[test]
fn a_scenario_that_ends_otherwise_is_named_with_what_was_expected_and_seen() {
    let workspace = workspace();
    let here = workspace.path();
    with_scenarios(here);
    change(here, "forensic-tests/suites/notes/scenarios/nobody.toml", "\"1.1.1\"", "\"1.later.1\"");
    let ran = phasegate(here, &["prove", "notes"]);
    assert_eq!(ran.code, 1, "{}{}", ran.stdout, ran.stderr);
    let said: String = ran.stdout.split_whitespace().collect::<Vec<_>>().join(" ");
    for slug in ["nobody-for-one", "nobody-for-two"] {
        let otherwise = format!(
            "scenario {slug} ended-otherwise: at phase 1 these checks failed: 1.1.1; expected GateFailed at 1 with: \
             1.later.1"
        );
        assert!(said.contains(&otherwise), "{}", ran.stdout);
    }
    assert!(ran.stdout.contains("1 of 3 scenarios ended as they say"), "{}", ran.stdout);
    verifies(here, &ran);
}

#[test]
fn a_suite_without_any_defect_is_said_to_be_untried() {
    let workspace = workspace();
    let here = workspace.path();
    for gate in ["1-author/1.1-author", "1-author/1.later-names", "2-title/2.1-title"] {
        change(here, &format!("forensic-tests/suites/notes/gates/{gate}.toml"), "fails = ", "#");
    }
    fs::remove_dir_all(here.join("fixtures/notes/defects")).expect("removable");
    let ran = phasegate(here, &["prove", "notes"]);
    assert!(ran.stdout.contains("0 of 0 defects caught"), "{}", ran.stdout);
    assert!(ran.stdout.contains("    without a defect: 1.1.1, 1.later.1, 1.later.2, 2.1.1\n"), "{}", ran.stdout);
}
