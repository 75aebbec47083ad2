//! Nothing goes on for ever: what outlives its time limit is an error, and the run stops there.

use std::{
    fs::{self, File},
    io::Read,
    path::Path,
    process::Command,
    sync::mpsc,
    thread,
    time::Duration,
};

use serde_json::Value;

use crate::{
    phasegate::{Ran, phasegate, verifies},
    workspace::{ENDLESS, change, put, workspace},
};

const FIRST_GATE: &str = "forensic-tests/suites/notes/gates/1-author/1.1-author.toml";
const SUITE: &str = "forensic-tests/suites/notes/suite.toml";
const FIRST_QUERY: &str = "SELECT author FROM notes ORDER BY id";

/// The verdict and the reason of each check that was planned, in order.
pub(crate) fn checks(here: &Path, ran: &Ran) -> Vec<(String, String, String)> {
    let folder = crate::phasegate::labelled(&ran.stdout, "folder");
    let text = fs::read_to_string(here.join(folder).join("result.json")).expect("readable");
    let result: Value = serde_json::from_str(&text).expect("JSON");
    let list = |value: &Value, key: &str| value[key].as_array().cloned().unwrap_or_default();
    let word = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let mut checks = Vec::new();
    for phase in list(&result["suites"][0], "phases") {
        for gate in list(&phase, "gates") {
            for check in list(&gate, "checks") {
                checks.push((word(&check["check"]), word(&check["verdict"]), word(&check["reason"]["code"])));
            }
        }
    }
    checks
}

fn is_timed_out_and_stops(here: &Path, ran: &Ran) {
    assert_eq!(ran.code, 1, "{}{}", ran.stdout, ran.stderr);
    let expected = [
        ("1.1.1", "error", "timed-out"),
        ("1.later.1", "not-run", "not-reached"),
        ("1.later.2", "not-run", "not-reached"),
        ("2.1.1", "not-run", "not-reached"),
    ];
    let expected = expected.map(|(check, verdict, code)| (check.to_owned(), verdict.to_owned(), code.to_owned()));
    assert_eq!(checks(here, ran), expected);
    assert!(ran.stdout.contains("the time limit"), "{}", ran.stdout);
    assert!(ran.stderr.contains("STOPPED: timed-out"), "{}", ran.stderr);
    assert!(ran.stdout.contains("for 1.1.1: sqlite:"), "{}", ran.stdout);
    verifies(here, ran);
}

#[test]
fn a_check_that_outlives_the_limit_of_the_command_is_an_error_and_the_run_stops() {
    let workspace = workspace();
    let here = workspace.path();
    change(here, FIRST_GATE, FIRST_QUERY, ENDLESS);
    is_timed_out_and_stops(here, &phasegate(here, &["run", "--statement-timeout", "100ms"]));
}

#[test]
fn a_check_that_outlives_its_own_limit_is_an_error_and_the_run_stops() {
    let workspace = workspace();
    let here = workspace.path();
    change(here, FIRST_GATE, FIRST_QUERY, ENDLESS);
    change(here, FIRST_GATE, "title = ", "timeout = \"100ms\"\ntitle = ");
    is_timed_out_and_stops(here, &phasegate(here, &["run"]));
}

#[test]
fn a_check_with_a_longer_limit_of_its_own_outlives_that_of_the_command() {
    let workspace = workspace();
    let here = workspace.path();
    let long =
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n LIMIT 200000) SELECT count(*) > 9 FROM n";
    change(here, FIRST_GATE, FIRST_QUERY, long);
    change(here, FIRST_GATE, r#"[["anonymous"], ["anonymous"]]"#, r#"[["1"]]"#);
    let without = phasegate(here, &["run", "--statement-timeout", "1ms"]);
    is_timed_out_and_stops(here, &without);
    change(here, FIRST_GATE, "title = ", "timeout = \"60s\"\ntitle = ");
    let with = phasegate(here, &["run", "--statement-timeout", "1ms"]);
    assert_eq!(checks(here, &with)[0], ("1.1.1".to_owned(), "passed".to_owned(), String::new()), "{}", with.stdout);
}

#[test]
fn what_a_check_is_given_and_a_finding_have_the_limit_too() {
    let workspace = workspace();
    let here = workspace.path();
    change(here, FIRST_GATE, "query = ", &format!("given = \"{ENDLESS}\"\nquery = "));
    is_timed_out_and_stops(here, &phasegate(here, &["run", "--statement-timeout", "100ms"]));

    let workspace = crate::workspace::workspace();
    let here = workspace.path();
    change(here, SUITE, "INSERT INTO notes (text, author) VALUES ('', 'x')", ENDLESS);
    let ran = phasegate(here, &["run", "--statement-timeout", "100ms"]);
    assert_eq!(ran.code, 1, "{}{}", ran.stdout, ran.stderr);
    assert!(ran.stderr.contains("STOPPED: timed-out"), "{}", ran.stderr);
    verifies(here, &ran);
}

#[test]
fn a_defect_that_never_ends_is_an_error_and_not_a_miss() {
    let workspace = workspace();
    let here = workspace.path();
    put(here, "fixtures/notes/defects/1.1.1.sql", &format!("{ENDLESS};\n"));
    let ran = phasegate(here, &["prove", "notes", "--statement-timeout", "100ms"]);
    assert_eq!(ran.code, 1, "{}{}", ran.stdout, ran.stderr);
    assert!(ran.stderr.contains("STOPPED: timed-out"), "{}", ran.stderr);
    verifies(here, &ran);
}

#[test]
fn a_statement_of_a_phase_that_outlives_the_limit_is_no_refusal() {
    let workspace = workspace();
    let here = workspace.path();
    let endless = format!("ALTER TABLE notes ADD COLUMN title TEXT;\nCREATE TABLE n AS {ENDLESS};\n");
    put(here, "fixtures/notes/phases/2.sql", &endless);
    let ran = phasegate(here, &["run", "--phase-timeout", "200ms"]);
    assert_eq!(ran.code, 4, "{}{}", ran.stdout, ran.stderr);
    assert!(ran.stdout.contains("    at          phases/2.sql:2, statement 2\n"), "{}", ran.stdout);
    assert!(ran.stdout.contains("not done after 200 ms, the time limit"), "{}", ran.stdout);
    assert!(ran.stdout.contains("    catalog     as it was before the phase\n"), "{}", ran.stdout);
    assert!(ran.stdout.contains("before_2/state.db"), "{}", ran.stdout);
    assert!(checks(here, &ran).contains(&("2.1.1".to_owned(), "not-run".to_owned(), "phase-failed".to_owned())));
    verifies(here, &ran);
}

#[test]
fn a_command_that_outlives_the_limit_is_ended_with_all_that_it_started() {
    let workspace = workspace();
    let here = workspace.path();
    let pipe = here.join("pipe");
    assert!(Command::new("mkfifo").arg(&pipe).status().expect("mkfifo runs").success());
    let command = format!("up = {{ command = [\"sh\", \"-c\", \"exec 3> {}; sleep 600 & wait\"] }}", pipe.display());
    change(here, SUITE, "up = \"phases/2.sql\"", &command);
    fs::remove_file(here.join("fixtures/notes/phases/2.sql")).expect("removable");
    let (ended, end) = mpsc::channel();
    thread::spawn(move || {
        // The pipe is open for as long as one process of the command lives.
        let read = File::open(pipe).and_then(|mut pipe| pipe.read_to_end(&mut Vec::new()));
        let _ = ended.send(read.is_ok());
    });
    let ran = phasegate(here, &["run", "--phase-timeout", "300ms"]);
    assert_eq!(ran.code, 4, "{}{}", ran.stdout, ran.stderr);
    assert!(ran.stdout.contains("not done after 300 ms, the time limit"), "{}", ran.stdout);
    assert_eq!(end.recv_timeout(Duration::from_secs(60)), Ok(true), "what the command started still runs");
    verifies(here, &ran);
}

#[test]
fn the_limits_are_in_the_help_with_their_defaults() {
    let workspace = workspace();
    for verb in ["run", "prove", "check"] {
        let ran = phasegate(workspace.path(), &[verb, "--help"]);
        let help: String = ran.stdout.split_whitespace().collect::<Vec<_>>().join(" ");
        for (option, default) in [
            ("--statement-timeout <DURATION>", "60s"),
            ("--phase-timeout <DURATION>", "30m"),
            ("--max-rows <ROWS>", "10000"),
            ("--max-bytes <BYTES>", "1048576"),
        ] {
            let rest = help.split(option).nth(1).unwrap_or_default();
            let first = rest.split("[default: ").nth(1).and_then(|rest| rest.split(']').next());
            assert_eq!(first, Some(default), "{verb} {option}: {help}");
        }
    }
}
