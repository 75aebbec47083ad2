//! `--junit FILE`: the report where a build server looks for it.

use std::{fs, path::Path};

use crate::{
    check::database_after_phase_1,
    phasegate::{labelled, phasegate},
    workspace::{put, workspace},
};

const SUITE: &str = "forensic-tests/suites/notes/suite.toml";

#[test]
fn the_file_is_the_report_of_the_run_folder_byte_for_byte() {
    let workspace = workspace();
    let here = workspace.path();
    database_after_phase_1(here);
    for args in [
        &["run", "--junit", "target/reports/run.xml"][..],
        &["prove", "notes", "--junit", "target/reports/prove.xml"],
        // Whatever came of it: this one fails.
        &["check", "notes", "--database-url", "sqlite:out.db", "--junit", "target/reports/check.xml"],
    ] {
        let ran = phasegate(here, args);
        let there = fs::read_to_string(here.join(args[args.len() - 1])).expect("the report");
        let folder = here.join(labelled(&ran.stdout, "folder"));
        assert_eq!(there, fs::read_to_string(folder.join("junit.xml")).expect("the report"), "{args:?}");
    }
}

#[test]
fn a_run_without_a_result_leaves_no_report_of_an_earlier_one() {
    let workspace = workspace();
    let here = workspace.path();
    assert_eq!(phasegate(here, &["run", "--junit", "run.xml"]).code, 0);
    put(here, SUITE, "suite = \"notes\"\n");
    assert_eq!(phasegate(here, &["run", "--junit", "run.xml"]).code, 2);
    assert!(!here.join("run.xml").exists());
}

#[test]
fn what_is_no_place_for_a_file_is_refused_before_anything_runs() {
    let workspace = workspace();
    let here = workspace.path();
    let refused = |file: &str, why: &str| {
        let ran = phasegate(here, &["run", "--junit", file]);
        assert_eq!((ran.stderr, ran.code), (format!("error: --junit {file}: {why}; name a file\n"), 2));
        assert!(!Path::exists(&here.join("reports/runs")), "nothing ran");
    };
    refused("fixtures", "is a directory");
    refused("fixtures/notes/baseline.sql/run.xml", "File exists (os error 17)");
}
