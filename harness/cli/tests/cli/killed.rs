//! A run that is killed leaves what it had come to, and that is never taken for a whole run.

use std::{
    fs,
    path::{Path, PathBuf},
    process::{Child, Stdio},
    thread,
};

use crate::{
    phasegate::{command, phasegate},
    unfinished::{UNFINISHED, only_run, whole_lines},
    workspace::{with_an_endless_check, with_an_endless_scenario, workspace},
};

/// Starts a command that does not end by itself, kills it as soon as its events hold this many lines, and gives the folder.
fn killed_after(here: &Path, args: &[&str], lines: usize) -> PathBuf {
    let _ = fs::remove_dir_all(here.join("reports"));
    let mut child = command(here, args).stdout(Stdio::null()).stderr(Stdio::null()).spawn().expect("it runs");
    let folder = loop {
        assert_eq!(child.try_wait().expect("a child"), None, "it ended before it had written {lines} lines");
        match only_run(here) {
            Some(folder) if whole_lines(&folder) >= lines => break folder,
            _ => thread::yield_now(),
        }
    };
    kill(&mut child);
    folder
}

fn kill(child: &mut Child) {
    child.kill().expect("SIGKILL");
    child.wait().expect("a child");
}

/// The faults that `verify` prints.
fn faults(here: &Path, folder: &Path) -> Vec<String> {
    let ran = phasegate(here, &["verify", "--format", "json", &folder.display().to_string()]);
    assert_eq!(ran.code, 5, "{}{}", ran.stdout, ran.stderr);
    let answer: serde_json::Value = serde_json::from_str(&ran.stdout).expect("JSON");
    let faults = answer["faults"].as_array().expect("faults");
    faults.iter().map(|fault| format!("{}: {}", fault["file"], fault["what"]).replace('"', "")).collect()
}

/// Kills a command at each line of its events up to the one at which it stays for ever.
fn is_unfinished_at_every_line(here: &Path, args: &[&str], expected: usize) {
    for lines in 1..=expected {
        let folder = killed_after(here, args, lines);
        assert_eq!(faults(here, &folder), [UNFINISHED], "killed after line {lines}");
    }
    let (first, _) = cut_off(here);
    assert_eq!(first, expected, "the events up to the one that never ends");
}

/// Cuts the last line of the run's events off within the line; gives how many lines there were.
fn cut_off(here: &Path) -> (usize, Vec<String>) {
    let folder = only_run(here).expect("a run");
    let events = fs::read_to_string(folder.join("events.jsonl")).expect("readable");
    fs::write(folder.join("events.jsonl"), &events[..events.len() - 5]).expect("writable");
    (whole_lines(&folder) + 1, faults(here, &folder))
}

#[test]
fn a_run_that_is_killed_is_unfinished_whatever_it_had_come_to() {
    let workspace = workspace();
    let here = workspace.path();
    with_an_endless_check(here);
    // Start, server, suite, baseline; phase, statement, applied, three checks, judged; phase, statement, applied, a check.
    is_unfinished_at_every_line(here, &["run"], 15);
}

#[test]
fn a_proof_that_is_killed_is_unfinished_whatever_it_had_come_to() {
    let workspace = workspace();
    let here = workspace.path();
    with_an_endless_scenario(here);
    // As above, and a judged phase more, the finding, four defects, and of the scenario two states that are there already.
    is_unfinished_at_every_line(here, &["prove", "notes"], 23);
}

#[test]
fn a_line_that_was_cut_off_is_said_beside_the_interruption_and_nothing_else() {
    let workspace = workspace();
    let here = workspace.path();
    assert_eq!(phasegate(here, &["run"]).code, 0);
    let (_, faults) = cut_off(here);
    assert_eq!(faults, ["events.jsonl: the last line is cut off", UNFINISHED]);
}

#[test]
fn an_output_that_no_event_names_yet_is_no_fault_of_an_interrupted_run_and_one_of_a_finished_run() {
    let workspace = workspace();
    let here = workspace.path();
    assert_eq!(phasegate(here, &["run"]).code, 0);
    let folder = only_run(here).expect("a run");
    fs::write(folder.join("outputs/half"), "half of wh").expect("writable");
    assert_eq!(faults(here, &folder), ["outputs/half: is named by no event"]);
    let (_, faults) = cut_off(here);
    assert_eq!(faults, ["events.jsonl: the last line is cut off", UNFINISHED]);
}
