//! Nothing grows with what a suite holds or a database gives: each case runs in a gibibyte of memory, beside its neighbour
//! just below the limit.

use std::{fs, path::Path};

use crate::{
    limits::checks,
    phasegate::{Ran, command, labelled, phasegate, verifies},
    workspace::{change, on_postgres, put, workspace},
};

const FIRST_GATE: &str = "forensic-tests/suites/notes/gates/1-author/1.1-author.toml";
const SUITE: &str = "forensic-tests/suites/notes/suite.toml";
const PHASE: &str = "fixtures/notes/phases/2.sql";
const FIRST_QUERY: &str = "SELECT author FROM notes ORDER BY id";

const MEMORY_KIB: u32 = 1 << 20;

/// Runs the command in so much memory.
fn in_little_memory(here: &Path, args: &[&str]) -> Ran {
    let ours = command(here, args);
    let mut limited = std::process::Command::new("sh");
    limited.args(["-c", &format!("ulimit -v {MEMORY_KIB} && exec \"$0\" \"$@\"")]);
    limited.arg(ours.get_program()).args(ours.get_args()).current_dir(here);
    for (name, value) in ours.get_envs() {
        match value {
            Some(value) => limited.env(name, value),
            None => limited.env_remove(name),
        };
    }
    crate::phasegate::ran(&mut limited)
}

fn verdict(here: &Path, ran: &Ran, check: &str) -> (String, String) {
    let found = checks(here, ran).into_iter().find(|(id, _, _)| id == check);
    found.map(|(_, verdict, code)| (verdict, code)).expect("such a check")
}

fn is_too_large(here: &Path, ran: &Ran, what: &str) {
    assert_eq!(ran.code, 1, "{}{}", ran.stdout, ran.stderr);
    assert_eq!(verdict(here, ran, "1.1.1"), ("error".to_owned(), "too-large".to_owned()));
    assert_eq!(verdict(here, ran, "1.later.1"), ("passed".to_owned(), String::new()), "the others are judged");
    assert!(ran.stdout.contains(&format!("it gives more than {what}, the most that is recorded")), "{}", ran.stdout);
    verifies(here, ran);
}

#[test]
fn rows_are_recorded_up_to_the_limit_and_one_more_is_an_error_of_that_check_alone() {
    let workspace = workspace();
    let here = workspace.path();
    let at_the_limit = in_little_memory(here, &["run", "--max-rows", "2", "--max-bytes", "18"]);
    assert_eq!(at_the_limit.code, 0, "{}{}", at_the_limit.stdout, at_the_limit.stderr);
    is_too_large(here, &in_little_memory(here, &["run", "--max-rows", "1"]), "1 rows");
    is_too_large(here, &in_little_memory(here, &["run", "--max-bytes", "17"]), "17 bytes");
}

#[test]
fn neither_endless_rows_nor_a_huge_value_are_taken_into_memory() {
    for (query, what) in [
        ("WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT i FROM n", "10000 rows"),
        ("SELECT zeroblob(200000000)", "1048576 bytes"),
        ("SELECT printf('%.*c', 200000000, 'x')", "1048576 bytes"),
    ] {
        let workspace = workspace();
        let here = workspace.path();
        change(here, FIRST_GATE, FIRST_QUERY, query);
        is_too_large(here, &in_little_memory(here, &["run"]), what);
    }
}

#[test]
fn a_finding_that_gives_too_much_is_not_confirmed_and_the_run_goes_on() {
    let workspace = workspace();
    let here = workspace.path();
    change(here, SUITE, "INSERT INTO notes (text, author) VALUES ('', 'x')", "SELECT zeroblob(200000000)");
    let ran = in_little_memory(here, &["run"]);
    assert!(ran.stdout.contains("not confirmed: a note may be empty"), "{}{}", ran.stdout, ran.stderr);
    let events = here.join(crate::phasegate::labelled(&ran.stdout, "folder")).join("events.jsonl");
    assert!(fs::read_to_string(events).expect("readable").contains("\"code\":\"too-large\""));
    assert_eq!(verdict(here, &ran, "2.1.1"), ("passed".to_owned(), String::new()));
    verifies(here, &ran);
}

#[test]
fn what_a_phase_gives_is_recorded_by_nobody() {
    let workspace = workspace();
    let here = workspace.path();
    let much = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n LIMIT 1000000) SELECT i, 'x' FROM n;\n\
                SELECT zeroblob(200000000);\n";
    put(here, PHASE, &format!("ALTER TABLE notes ADD COLUMN title TEXT;\n{much}"));
    let ran = in_little_memory(here, &["run"]);
    assert_eq!(ran.code, 0, "{}{}", ran.stdout, ran.stderr);
    verifies(here, &ran);
}

#[test]
fn a_command_that_writes_more_than_there_is_memory_is_told_by_what_it_says_first_and_last() {
    let workspace = workspace();
    let here = workspace.path();
    let script = "{ echo first; head -c 1100000000 /dev/zero; echo last; } >&2; exit 3";
    let up = format!("up = {{ command = [\"sh\", \"-c\", \"{script}\"] }}");
    change(here, SUITE, "up = \"phases/2.sql\"", &up);
    fs::remove_file(here.join(PHASE)).expect("removable");
    let ran = in_little_memory(here, &["run"]);
    assert_eq!(ran.code, 4, "{}{}", ran.stdout, ran.stderr);
    assert!(ran.stdout.contains("last"), "{}", ran.stdout);
    let outputs = fs::read_dir(here.join(labelled(&ran.stdout, "folder")).join("outputs")).expect("listable");
    let mut texts = outputs.map(|one| fs::read_to_string(one.expect("an entry").path()).expect("UTF-8"));
    let is_kept = |text: String| text.starts_with("first\n") && text.contains("\n[1099475723 bytes left out]\n");
    assert!(texts.any(is_kept), "what it said first and last is no output");
    verifies(here, &ran);
}

#[test]
fn brackets_lie_a_thousand_deep_within_each_other_and_no_deeper_in_checks_and_in_phases() {
    for on_a_server in [false, true] {
        for place in [FIRST_GATE, PHASE] {
            let list = |depth: usize| {
                let workspace = workspace();
                let here = workspace.path();
                if on_a_server {
                    on_postgres(here);
                }
                let nested = format!("SELECT {}1{}", "(".repeat(depth), ")".repeat(depth));
                if place == PHASE {
                    put(here, PHASE, &format!("ALTER TABLE notes ADD COLUMN title TEXT;\n{nested};\n"));
                } else {
                    change(here, FIRST_GATE, FIRST_QUERY, &nested);
                }
                in_little_memory(here, &["list"])
            };
            assert_eq!(list(1_000).code, 0, "{place}: {}", list(1_000).stderr);
            let ran = list(20_000);
            assert_eq!(ran.code, 2, "{place}: {}{}", ran.stdout, ran.stderr);
            assert!(ran.stderr.contains("brackets lie more than 1000 deep within each other"), "{}", ran.stderr);
            let line =
                if place == PHASE { "phases/2.sql:2: " } else { "1.1-author.toml:8: check 1.1.1: `query`, line 1: " };
            assert!(ran.stderr.contains(line), "{place}: {}", ran.stderr);
        }
    }
}

#[test]
fn a_phase_of_fifty_megabytes_is_read() {
    let row = "INSERT INTO notes (text) VALUES ('some text; and more of it');\n";
    let rows = row.repeat(50_000_000 / row.len());
    for on_a_server in [false, true] {
        let workspace = workspace();
        let here = workspace.path();
        if on_a_server {
            on_postgres(here);
        }
        put(here, PHASE, &rows);
        let ran = in_little_memory(here, &["list"]);
        assert_eq!(ran.code, 0, "{}{}", ran.stdout, ran.stderr);
    }
}

#[test]
fn files_that_nest_without_end_are_refused_by_whoever_reads_them() {
    let workspace = workspace();
    let here = workspace.path();
    let ran = phasegate(here, &["run"]);
    verifies(here, &ran);
    let folder = crate::phasegate::labelled(&ran.stdout, "folder").to_owned();
    let nested = format!("{}{}", "[".repeat(200_000), "]".repeat(200_000));
    put(here, &format!("{folder}/plan.json"), &nested);
    let verified = in_little_memory(here, &["verify", &folder]);
    assert_eq!(verified.code, 5, "{}{}", verified.stdout, verified.stderr);
    change(here, SUITE, "title = \"notes learn who wrote them\"", &format!("title = {nested}"));
    let listed = in_little_memory(here, &["list"]);
    assert_eq!(listed.code, 2, "{}", listed.stdout);
}
