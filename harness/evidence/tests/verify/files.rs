//! Files that were changed, added or taken away.

use std::fs;

use phasegate_evidence::{
    EVENTS_FILE, FolderError, OUTPUTS_FOLDER, PLAN_FILE, RESULT_FILE, RunFolder, SIGNATURES_FOLDER,
};

use crate::{Written, sample::Sample};

fn edit(written: &Written, name: &str, from: &str, to: &str) {
    let path = written.path(name);
    let text = fs::read_to_string(&path).expect("readable");
    assert!(text.contains(from), "{name} holds no {from}");
    fs::write(path, text.replacen(from, to, 1)).expect("writable");
}

/// The name of the first output in the order of the names.
fn an_output(written: &Written) -> String {
    let prefix = format!("{OUTPUTS_FOLDER}/");
    let files = written.folder.files().expect("listable");
    files.into_iter().find(|file| file.starts_with(&prefix)).expect("an output")
}

#[test]
fn a_changed_event_is_found_by_the_line_after_it() {
    let written = Written::of(&Sample::passed());
    edit(&written, EVENTS_FILE, "\"verdict\":\"passed\"", "\"verdict\":\"failed\"");
    assert_eq!(written.faults(), ["events.jsonl: line 9 does not follow from the line before it"]);
}

#[test]
fn a_changed_last_event_is_found() {
    let written = Written::of(&Sample::passed());
    edit(
        &written,
        EVENTS_FILE,
        "\"kind\":\"run-finished\",\"verdict\":\"passed\"",
        "\"kind\":\"run-finished\",\"verdict\":\"failed\"",
    );
    assert_eq!(written.faults(), ["events.jsonl: the run is said to be failed and comes to passed"]);
}

#[test]
fn a_removed_event_is_found() {
    let written = Written::of(&Sample::passed());
    let path = written.path(EVENTS_FILE);
    let text = fs::read_to_string(&path).expect("readable");
    let kept: Vec<&str> = text.lines().enumerate().filter(|(at, _)| *at != 4).map(|(_, line)| line).collect();
    fs::write(path, kept.join("\n") + "\n").expect("writable");
    assert_eq!(written.faults(), ["events.jsonl: line 5 does not follow from the line before it"]);
}

#[test]
fn an_interrupted_run_does_not_verify() {
    let written = Written::of(&Sample::passed());
    let path = written.path(EVENTS_FILE);
    let text = fs::read_to_string(&path).expect("readable");
    let last = text.trim_end().rfind('\n').expect("many lines");
    fs::write(&path, &text[..=last]).expect("writable");
    let interrupted = "events.jsonl: does not end with the end of the run: it was interrupted";
    assert_eq!(written.faults(), [interrupted]);
    fs::write(&path, &text[..last - 20]).expect("writable");
    assert_eq!(written.faults(), ["events.jsonl: the last line is cut off", interrupted]);
}

#[test]
fn an_output_that_was_being_written_when_a_run_was_killed_is_no_further_fault() {
    let written = Written::of(&Sample::passed());
    fs::write(written.path("outputs/half"), "half of it").expect("writable");
    assert_eq!(written.faults(), ["outputs/half: does not hold the bytes that its name says"]);
    let path = written.path(EVENTS_FILE);
    let text = fs::read_to_string(&path).expect("readable");
    let last = text.trim_end().rfind('\n').expect("many lines");
    fs::write(&path, &text[..=last]).expect("writable");
    assert_eq!(written.faults(), ["events.jsonl: does not end with the end of the run: it was interrupted"]);
    // What an event names must still be whole.
    let name = an_output(&written);
    fs::write(written.path(&name), "something else").expect("writable");
    assert!(written.faults().contains(&format!("{name}: does not hold the bytes that its name says")));
}

#[test]
fn a_carriage_return_between_the_lines_is_found() {
    let written = Written::of(&Sample::passed());
    edit(&written, EVENTS_FILE, "\n", "\r\n");
    assert_eq!(written.faults(), ["events.jsonl: line 2 does not follow from the line before it"]);
}

#[test]
fn a_changed_output_is_found() {
    let written = Written::of(&Sample::passed());
    let name = an_output(&written);
    fs::write(written.path(&name), "something else").expect("writable");
    assert_eq!(written.faults(), [format!("{name}: does not hold the bytes that its name says")]);
}

#[test]
fn a_missing_output_is_found() {
    let written = Written::of(&Sample::passed());
    let name = an_output(&written);
    fs::remove_file(written.path(&name)).expect("removable");
    assert_eq!(written.faults(), [format!("{name}: is named by an event and missing")]);
}

#[test]
fn an_output_that_no_event_names_is_found() {
    let mut sample = Sample::passed();
    let digest = sample.output("nobody asked");
    let written = Written::of(&sample);
    assert_eq!(written.faults(), [format!("outputs/{digest}: is named by no event")]);
}

#[test]
fn a_file_that_belongs_to_no_run_is_found() {
    let written = Written::of(&Sample::passed());
    fs::write(written.path("approval.txt"), "all good").expect("writable");
    assert_eq!(written.faults(), ["approval.txt: is no part of a run folder"]);
}

#[test]
fn a_sign_off_may_be_added_and_changes_no_digest() {
    let written = Written::of(&Sample::passed());
    let before = written.verify().run_digest;
    fs::create_dir(written.path(SIGNATURES_FOLDER)).expect("writable");
    fs::write(written.path("signatures/validator.json"), "{}").expect("writable");
    let after = written.verify();
    assert!(after.holds(), "{:?}", after.faults);
    assert_eq!(before, after.run_digest);
}

#[test]
fn a_changed_result_is_found() {
    let written = Written::of(&Sample::passed());
    edit(&written, RESULT_FILE, "\"verdict\":\"not-applicable\"", "\"verdict\":\"passed\"");
    assert_eq!(written.faults(), ["result.json: is not what plan and events come to"]);
}

#[test]
fn a_result_in_another_form_is_found() {
    let written = Written::of(&Sample::passed());
    edit(&written, RESULT_FILE, "{", "{ ");
    assert_eq!(written.faults(), ["result.json: is not what plan and events come to"]);
}

#[test]
fn missing_events_or_a_missing_result_are_faults() {
    let written = Written::of(&Sample::passed());
    fs::remove_file(written.path(RESULT_FILE)).expect("removable");
    assert_eq!(written.faults(), ["result.json: is missing"]);
    fs::remove_file(written.path(EVENTS_FILE)).expect("removable");
    assert_eq!(written.faults(), ["events.jsonl: is missing"]);
}

#[test]
fn a_changed_plan_is_found() {
    let written = Written::of(&Sample::passed());
    edit(&written, PLAN_FILE, "accounts: a unique number", "accounts: whatever number");
    assert_eq!(written.faults(), ["plan.json: is not the plan that the run started with"]);
}

#[test]
fn a_plan_that_is_none_is_a_fault() {
    let written = Written::of(&Sample::passed());
    edit(&written, PLAN_FILE, "\"suites\"", "\"sweets\"");
    let faults = written.faults();
    assert!(faults[0].starts_with("plan.json: is no plan: unknown field `sweets`"), "{faults:?}");
}

#[test]
fn a_folder_without_a_plan_is_no_run_folder() {
    let holder = tempfile::tempdir().expect("a temporary folder");
    assert!(matches!(RunFolder::open(holder.path()), Err(FolderError::NotARun(_))));
}
