//! A connection that is lost is an error, never a refusal and never a failed claim (rule 11).

use phasegate_engine::{Finished, RunError};
use phasegate_evidence::{Event, ReasonCode, Verdict};

use crate::{
    outcome::{check, events, failure, server_is_kept, verifies},
    workspace::{GATE_1, GATE_2, SUITE_FILE, Workspace},
};

/// Kills the postmaster: programs of the server run in its data folder.
const KILL: &str = "COPY (SELECT 1) TO PROGRAM 'cat >&2; kill -KILL $(head -1 postmaster.pid)'";
/// Waits for longer than any test; a backend that has lost its postmaster ends there.
const WAIT: &str = "SELECT pg_sleep(600)";
/// Both in one block, since nothing that is rolled back may say COPY itself.
const KILL_AND_WAIT: &str = "DO $do$ BEGIN EXECUTE $x$COPY (SELECT 1) TO PROGRAM \
    'cat >&2; kill -KILL $(head -1 postmaster.pid)'$x$; PERFORM pg_sleep(600); END $do$";
/// Ends the session that says it.
const TERMINATE: &str = "SELECT pg_terminate_backend(pg_backend_pid())";

/// A check that loses its connection by this.
fn losing(workspace: &Workspace, sql: &str) {
    let second = "[[check]]\nid = \"2.1.3\"\ntitle = \"not reached\"\nquery = \"SELECT 1\"\nrows = [[\"1\"]]\n";
    workspace.add(
        GATE_2,
        &format!("[[check]]\nid = \"2.1.2\"\ntitle = \"it is lost\"\nquery = \"{sql}\"\nrows = [[\"1\"]]\n{second}"),
    );
}

fn stopped(finished: &Finished) -> ReasonCode {
    let stop = finished.result.suites[0].stopped.as_ref().expect("it stopped");
    stop.code
}

/// The check is an error, what was judged before it stays, and what comes after it is not tried.
fn lost_in_a_check(finished: &Finished) {
    assert_eq!(finished.result.verdict, Verdict::Error);
    assert_eq!(check(finished, "1.1.1"), (Verdict::Passed, None));
    assert_eq!(check(finished, "2.1.1"), (Verdict::Passed, None));
    assert_eq!(check(finished, "2.1.2"), (Verdict::Error, Some(ReasonCode::ConnectionLost)));
    assert_eq!(check(finished, "2.1.3"), (Verdict::NotRun, Some(ReasonCode::NotReached)));
    assert_eq!(stopped(finished), ReasonCode::ConnectionLost);
    let events = events(&finished.folder);
    assert!(events.iter().any(|event| matches!(event, Event::ServerLog { .. })), "the end of the log is evidence");
    assert!(matches!(events.last(), Some(Event::RunFinished { verdict: Verdict::Error, .. })));
    verifies(finished);
}

#[tokio::test]
async fn a_server_that_dies_while_a_check_waits_makes_an_error_and_keeps_what_it_had() {
    let workspace = Workspace::postgres();
    losing(&workspace, KILL_AND_WAIT);
    let finished = workspace.run().await;
    lost_in_a_check(&finished);
    let kept = finished.kept.as_deref().unwrap_or_default();
    assert!(kept.starts_with("for 2.1.2: postgres"), "{kept}");
    assert!(kept.contains(", which is after_2 and could not be named so: "), "{kept}");
    server_is_kept(&finished);
}

#[tokio::test]
async fn a_session_that_is_ended_by_another_in_a_check_makes_an_error_and_names_what_is_kept() {
    let workspace = Workspace::postgres();
    losing(&workspace, TERMINATE);
    let finished = workspace.run().await;
    lost_in_a_check(&finished);
    let kept = finished.kept.as_deref().unwrap_or_default();
    let first = kept.lines().next().unwrap_or_default();
    assert!(first.starts_with("for 2.1.2: postgres") && first.ends_with("_after_2"), "{kept}");
    server_is_kept(&finished);
}

#[tokio::test]
async fn a_write_that_must_be_refused_and_loses_its_connection_was_not_refused() {
    let workspace = Workspace::postgres();
    workspace.put(
        GATE_1,
        &format!(
            "id = \"1.1\"\nclaim = \"c\"\n[[check]]\nid = \"1.1.1\"\ntitle = \"t\"\nwrite = \"{TERMINATE}\"\n\
             neighbour = \"INSERT INTO notes VALUES (3)\"\nrejects = {{ sqlstate = \"57P01\", by = \"ProcessInterrupts\" }}\n"
        ),
    );
    let finished = workspace.run().await;
    assert_eq!(check(&finished, "1.1.1"), (Verdict::Error, Some(ReasonCode::ConnectionLost)));
    verifies(&finished);
    server_is_kept(&finished);
}

/// The phase did not apply because something broke, and everything after it is not run.
fn lost_in_a_phase(finished: &Finished) {
    assert_eq!(finished.result.verdict, Verdict::Error);
    assert_eq!(check(finished, "1.1.1"), (Verdict::Passed, None));
    assert_eq!(failure(finished, "2").broke, Some(ReasonCode::ConnectionLost));
    assert_eq!(failure(finished, "2").place(), "2.sql:2");
    assert_eq!(check(finished, "2.1.1"), (Verdict::NotRun, Some(ReasonCode::PhaseFailed)));
    let unknown =
        |event: &Event| matches!(event, Event::PhaseFailed { catalog_after: None, catalog_unchanged: false, .. });
    assert!(events(&finished.folder).iter().any(unknown), "nobody knows what the catalog is");
    verifies(finished);
}

#[tokio::test]
async fn a_server_that_dies_while_a_phase_is_applied_makes_an_error_and_keeps_what_it_had() {
    let workspace = Workspace::postgres();
    workspace.put("fixtures/2.sql", &format!("ALTER TABLE notes ADD COLUMN title text;\n{KILL};\n{WAIT};\n"));
    let finished = workspace.run().await;
    assert!([2, 3].contains(&failure(&finished, "2").line), "the statement that killed it or the one after it");
    assert_eq!(finished.result.verdict, Verdict::Error);
    assert_eq!(failure(&finished, "2").broke, Some(ReasonCode::ConnectionLost));
    verifies(&finished);
    let kept = finished.kept.as_deref().unwrap_or_default();
    assert!(kept.starts_with("where it stopped: postgres"), "{kept}");
    assert!(kept.contains(", which is failed_2 and could not be named so: "), "{kept}");
    server_is_kept(&finished);
}

#[tokio::test]
async fn a_session_that_is_ended_by_another_in_a_phase_makes_an_error_and_names_what_is_kept() {
    let workspace = Workspace::postgres();
    workspace.put("fixtures/2.sql", &format!("ALTER TABLE notes ADD COLUMN title text;\n{TERMINATE};\n"));
    let finished = workspace.run().await;
    lost_in_a_phase(&finished);
    let kept = finished.kept.as_deref().unwrap_or_default();
    let first = kept.lines().next().unwrap_or_default();
    assert!(first.starts_with("where it stopped: postgres") && first.ends_with("_failed_2"), "{kept}");
    server_is_kept(&finished);
}

/// The run says that the connection was lost, and keeps what it had.
async fn is_lost(workspace: &Workspace) {
    let finished = workspace.run().await;
    assert_eq!(finished.result.verdict, Verdict::Error);
    let lost = events(&finished.folder).iter().any(|event| match event {
        Event::SuiteStopped { reason, .. } => reason.code == ReasonCode::ConnectionLost,
        Event::BaselineFailed { failure, .. } => failure.broke == Some(ReasonCode::ConnectionLost),
        _ => false,
    });
    assert!(lost, "{:?}", finished.result.suites);
    verifies(&finished);
    server_is_kept(&finished);
}

#[tokio::test]
async fn a_server_that_dies_in_a_finding_makes_an_error() {
    let workspace = Workspace::postgres();
    let finding = format!(
        "[[finding]]\nid = \"f\"\nseverity = \"low\"\ntitle = \"t\"\nphase = \"1\"\n[[finding.step]]\nrun = \"{KILL_AND_WAIT}\"\n"
    );
    workspace.add(SUITE_FILE, &finding);
    is_lost(&workspace).await;
}

#[tokio::test]
async fn a_server_that_dies_in_the_baseline_makes_an_error() {
    let workspace = Workspace::postgres();
    workspace.put("fixtures/baseline.sql", &format!("CREATE TABLE notes (id int);\n{KILL};\n{WAIT};\n"));
    is_lost(&workspace).await;
}

#[tokio::test]
async fn a_server_that_dies_on_the_way_back_makes_an_error() {
    let workspace = Workspace::postgres();
    workspace.put("fixtures/1-down.sql", &format!("{KILL};\n{WAIT};\n"));
    workspace.add(GATE_1, "[[check]]\nid = \"1.1.9\"\ntitle = \"back\"\nrollback = { tables = [\"notes\"] }\n");
    is_lost(&workspace).await;
}

#[tokio::test]
async fn a_server_that_dies_while_defects_are_tried_or_scenarios_played_stops_the_proof() {
    let fails = |sql: &str| format!("fails = {{ when = \"{sql}\", reason = \"rows-differ\" }}\n");
    let scenario = format!(
        "title = \"t\"\nwhy = \"w\"\nkind = \"probe\"\nphase = \"1\"\n[[step]]\nrun = \"{KILL_AND_WAIT}\"\nrows = [[\"1\"]]\n"
    );
    for in_scenario in [false, true] {
        let workspace = Workspace::postgres();
        if in_scenario {
            workspace.put("suites/notes/scenarios/dies.toml", &scenario);
            workspace.put("suites/notes/scenarios/later.toml", &scenario);
        } else {
            workspace.add(GATE_1, &fails(KILL_AND_WAIT));
            workspace.add(GATE_2, &fails("DELETE FROM notes"));
        }
        let finished = proved(&workspace).await.expect("a result");
        assert_eq!(finished.result.verdict, Verdict::Error);
        assert_eq!(stopped(&finished), ReasonCode::ConnectionLost);
        let suite = &finished.result.suites[0];
        let scenarios: Vec<Verdict> = suite.scenarios.iter().map(|scenario| scenario.verdict).collect();
        let defects: Vec<Verdict> = suite.defects.iter().map(|defect| defect.verdict).collect();
        if in_scenario {
            assert_eq!(scenarios, [Verdict::Error, Verdict::NotRun]);
        } else {
            assert_eq!(defects, [Verdict::NotRun, Verdict::NotRun]);
        }
        verifies(&finished);
        server_is_kept(&finished);
    }
}

async fn proved(workspace: &Workspace) -> Result<Finished, RunError> {
    let request = workspace.request();
    let request = phasegate_engine::ProveRequest {
        suite: workspace.suite(),
        server: request.server,
        runs: request.runs,
        limits: request.limits,
        keep: request.keep,
    };
    let (_keep, cancel) = tokio::sync::watch::channel(false);
    phasegate_engine::prove(request, &mut |_| {}, &mut |_| {}, cancel).await
}
