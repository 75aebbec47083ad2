//! Files that were changed, added or taken away.

use std::{
    ffi::OsStr,
    fs::{self, File},
    os::unix::{ffi::OsStrExt as _, fs::symlink},
    path::Path,
    process::Command,
};

use phasegate_evidence::{
    Digest, EVENTS_FILE, FaultCode, FolderError, JUNIT_FILE, OUTPUTS_FOLDER, PAGE_FILE, PLAN_FILE, REPORT_FILE,
    RESULT_FILE, RunFolder, SIGNATURES_FOLDER, file_bytes_max,
};

use crate::{Written, forgeries::commanded, sample::Sample};

fn edit(written: &Written, name: &str, from: &str, to: &str) {
    let path = written.path(name);
    let text = fs::read_to_string(&path).expect("readable");
    assert!(text.contains(from), "{name} holds no {from}");
    fs::write(path, text.replacen(from, to, 1)).expect("writable");
}

/// The name of the first output in the order of the names.
fn an_output(written: &Written) -> String {
    let names = fs::read_dir(written.path(OUTPUTS_FOLDER)).expect("listable");
    let names = names.map(|entry| entry.expect("an entry").file_name().into_string().expect("UTF-8"));
    format!("{OUTPUTS_FOLDER}/{}", names.min().expect("an output"))
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
    let path = written.path(EVENTS_FILE);
    let text = fs::read_to_string(&path).expect("readable");
    let (before, last) = text.trim_end().rsplit_once('\n').expect("many lines");
    let last = last.replace("\"verdict\":\"passed\"", "\"verdict\":\"failed\"");
    fs::write(path, format!("{before}\n{last}\n")).expect("writable");
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
fn the_output_of_a_command_in_the_place_of_another_is_found() {
    let written = Written::of(&commanded());
    assert_eq!(written.faults(), Vec::<String>::new());
    let [one, other] =
        ["up it goes\n", "no such table\n"].map(|text| format!("{OUTPUTS_FOLDER}/{}", Digest::of(text.as_bytes())));
    fs::copy(written.path(&one), written.path(&other)).expect("writable");
    let verification = written.verify();
    let found: Vec<(FaultCode, &str)> =
        verification.faults.iter().map(|fault| (fault.code, fault.file.as_str())).collect();
    assert_eq!(found, [(FaultCode::OutputSwapped, other.as_str())]);
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
    assert_eq!(written.faults(), ["outputs/half: is named by no event"]);
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
    assert_eq!(written.faults(), ["events.jsonl: line 1 is no event: it is not in canonical form"]);
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

/// What lies at this place of an honest folder instead of what a run leaves there, and what `verify` says of it.
fn instead(name: &str, put: impl Fn(&Path)) -> Vec<String> {
    let written = Written::of(&Sample::passed());
    let path = written.path(name);
    let _ = fs::remove_file(&path);
    put(&path);
    assert_eq!(written.verify().run_digest, None, "{name}");
    written.faults()
}

#[test]
fn what_is_no_regular_file_is_found_and_never_opened() {
    let fifo = |path: &Path| assert!(Command::new("mkfifo").arg(path).status().expect("mkfifo").success());
    let elsewhere = tempfile::NamedTempFile::new().expect("a file");
    let link = |path: &Path| symlink(elsewhere.path(), path).expect("a link");
    let folder = |path: &Path| fs::create_dir(path).expect("a folder");
    let output = an_output(&Written::of(&Sample::passed()));
    for name in [PLAN_FILE, EVENTS_FILE, RESULT_FILE, REPORT_FILE, PAGE_FILE, JUNIT_FILE, &output, "outputs/more"] {
        for (what, put) in [("a fifo", &fifo as &dyn Fn(&Path)), ("a link", &link), ("a folder", &folder)] {
            let faults = instead(name, put);
            assert!(faults.contains(&format!("{name}: is no regular file")), "{what} {name}: {faults:?}");
            assert!(!faults.contains(&format!("{name}: is missing")), "{what} {name}: {faults:?}");
        }
    }
    assert_eq!(instead("approval", fifo), ["approval: is no part of a run folder"]);
    assert_eq!(instead("approvals", folder), ["approvals: is no part of a run folder"]);
    assert_eq!(instead(SIGNATURES_FOLDER, link), ["signatures: is no folder"]);
}

#[test]
fn a_name_that_is_no_text_is_found() {
    let written = Written::of(&Sample::passed());
    for folder in ["", OUTPUTS_FOLDER] {
        let path = written.path(folder).join(OsStr::from_bytes(b"a\xffb"));
        fs::write(&path, "").expect("writable");
        let name = if folder.is_empty() { "a\u{fffd}b" } else { "outputs/a\u{fffd}b" };
        assert_eq!(written.faults(), [format!("{name}: is no part of a run folder")]);
        fs::remove_file(path).expect("removable");
    }
}

#[test]
fn a_file_beyond_its_limit_is_found_and_not_read() {
    let giant =
        |bytes: u64| move |path: &Path| File::create(path).and_then(|file| file.set_len(bytes)).expect("sparse");
    for name in [PLAN_FILE, EVENTS_FILE, "outputs/more"] {
        let faults = instead(name, giant(1 << 40));
        let max = file_bytes_max(name) >> 20;
        assert!(faults.contains(&format!("{name}: is larger than {max} MiB")), "{faults:?}");
    }
    let written = Written::of(&Sample::passed());
    for at in 0..17 {
        giant(file_bytes_max("outputs/more"))(&written.path(&format!("outputs/{at}")));
    }
    assert_eq!(written.faults()[0], "the folder: is larger than 4 GiB");
}

#[test]
fn what_is_written_otherwise_than_a_run_writes_it_is_found() {
    let reseal = |name: &str, from: &str, to: &str| {
        let written = Written::of(&Sample::passed());
        edit(&written, name, from, to);
        written.faults()
    };
    // A reader who takes the first of two keys reads another plan than one who takes the last.
    for (from, to) in [("{", "{ "), ("\"format\":2", "\"format\":2,\"format\":2"), ("ledger", "\\u006cedger")] {
        let faults = reseal(PLAN_FILE, from, to);
        assert!(faults[0].starts_with("plan.json: is no plan: "), "{faults:?}");
    }
    for (from, to) in [("{", "{ "), ("\"seq\":0", "\"seq\":0,\"seq\":0"), ("\"seq\":0", "\"seq\":0.0")] {
        let faults = reseal(EVENTS_FILE, from, to);
        assert!(faults[0].starts_with("events.jsonl: line 1 is no event: "), "{faults:?}");
    }
}

#[test]
fn what_lies_among_the_sign_offs_changes_no_digest_and_is_a_fault_where_it_is_none() {
    let written = Written::of(&Sample::passed());
    let before = written.verify().run_digest;
    fs::create_dir(written.path(SIGNATURES_FOLDER)).expect("writable");
    fs::write(written.path("signatures/validator.json"), "{}").expect("writable");
    fs::write(written.path(PAGE_FILE), "<!doctype html>").expect("writable");
    let after = written.verify();
    assert!(after.faults[0].what.starts_with("is no envelope of a statement"), "{:?}", after.faults);
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
