//! What happens is written down first, and told then.

use std::{collections::BTreeSet, fs, path::PathBuf};

use phasegate_evidence::{EVENTS_FILE, Event, Verdict, read_chain};

use crate::{
    outcome::{files_are_kept, server_is_kept, verifies},
    workspace::{GATE_2, SUITE_FILE, Workspace, heard},
};

const FINDING: &str = r#"[[finding]]
id = "empty"
severity = "low"
title = "a note may be empty"
phase = "1"
[[finding.step]]
run = "INSERT INTO notes (id) VALUES (3)"
affects = 1
"#;

/// Whoever listens to a run finds each event as the last line of the run folder already; gives the kinds of events.
async fn told_after_it_was_written(workspace: &Workspace) -> (phasegate_engine::Finished, BTreeSet<String>) {
    let runs = workspace.path().join("runs");
    let mut kinds = BTreeSet::new();
    let mut told = 0;
    let mut listener = |event: &Event| {
        let folders: Vec<PathBuf> =
            fs::read_dir(&runs).expect("runs").map(|entry| entry.expect("listable").path()).collect();
        let [folder] = folders.as_slice() else { panic!("one run, and not {folders:?}") };
        let text = fs::read_to_string(folder.join(EVENTS_FILE)).expect("readable");
        let (links, _) = read_chain(&text).expect("a chain");
        told += 1;
        assert_eq!(links.len(), told, "{event:?} was told before or long after it was written");
        assert_eq!(links.last().map(|link| &link.event), Some(event));
        for output in event.outputs() {
            assert!(folder.join("outputs").join(output.as_str()).is_file(), "{event:?} names what is not there yet");
        }
        let kind = serde_json::to_value(event).expect("plain JSON")["kind"].as_str().expect("a kind").to_owned();
        kinds.insert(kind);
    };
    let finished = heard(workspace.request(), &mut listener).await.expect("a result");
    (finished, kinds)
}

#[tokio::test]
async fn every_event_is_in_the_run_folder_when_it_is_told() {
    for workspace in [Workspace::postgres(), Workspace::sqlite()] {
        workspace.add(SUITE_FILE, FINDING);
        workspace
            .add(GATE_2, "[[check]]\nid = \"2.1.2\"\ntitle = \"it fails\"\nquery = \"SELECT 1\"\nrows = [[\"2\"]]\n");
        let has_a_log = workspace.suite().kind.capabilities().server;
        let (finished, kinds) = told_after_it_was_written(&workspace).await;
        assert_eq!(finished.result.verdict, Verdict::Failed);
        verifies(&finished);
        let mut expected = BTreeSet::from([
            "run-started",
            "server-ready",
            "suite-started",
            "baseline-applied",
            "phase-started",
            "statement-applied",
            "phase-applied",
            "check-judged",
            "finding-tried",
            "phase-judged",
            "suite-finished",
            "run-finished",
        ]);
        if has_a_log {
            expected.insert("server-log");
            server_is_kept(&finished);
        } else {
            files_are_kept(&finished);
        }
        assert_eq!(kinds.iter().map(String::as_str).collect::<BTreeSet<&str>>(), expected);
    }
}
