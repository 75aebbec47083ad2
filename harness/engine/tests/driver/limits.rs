//! Nothing goes on for ever on a server either.

use std::time::Duration;

use phasegate_engine::{Finished, Limits};
use phasegate_evidence::{ReasonCode, Verdict};

use crate::{
    outcome::{check, failure, server_is_kept, verifies},
    workspace::{GATE_1, Workspace},
};

const SHORT: Duration = Duration::from_millis(200);

fn endless(workspace: &Workspace, query: &str, keys: &str) {
    workspace.put(
        GATE_1,
        &format!(
            "id = \"1.1\"\nclaim = \"c\"\n[[check]]\nid = \"1.1.1\"\ntitle = \"t\"\nquery = \"{query}\"\n\
             rows = [[\"1\"]]\n{keys}[[check]]\nid = \"1.1.2\"\ntitle = \"t\"\nquery = \"SELECT 1\"\nrows = [[\"1\"]]\n"
        ),
    );
}

fn is_timed_out(finished: &Finished) {
    assert_eq!(finished.result.verdict, Verdict::Error);
    assert_eq!(check(finished, "1.1.1"), (Verdict::Error, Some(ReasonCode::TimedOut)));
    assert_eq!(check(finished, "1.1.2"), (Verdict::NotRun, Some(ReasonCode::NotReached)));
    let kept = finished.kept.as_deref().unwrap_or_default();
    let first = kept.lines().next().unwrap_or_default();
    assert!(first.starts_with("for 1.1.1: postgres") && first.ends_with("_after_1"), "{kept}");
    verifies(finished);
    server_is_kept(finished);
}

async fn with_check_limit(workspace: &Workspace, check: Duration) -> Finished {
    let limits = Limits { check, ..Limits::default() };
    workspace.run_as(phasegate_engine::Request { limits, ..workspace.request() }).await
}

#[tokio::test]
async fn a_check_that_outlives_the_limit_of_the_run_is_an_error() {
    let workspace = Workspace::postgres();
    endless(&workspace, "SELECT pg_sleep(600)", "");
    is_timed_out(&with_check_limit(&workspace, SHORT).await);
}

#[tokio::test]
async fn a_check_that_outlives_its_own_limit_is_an_error() {
    let workspace = Workspace::postgres();
    endless(&workspace, "SELECT pg_sleep(600)", "timeout = \"200ms\"\n");
    is_timed_out(&workspace.run().await);
}

#[tokio::test]
async fn a_check_that_lifts_its_limit_is_an_error_all_the_same() {
    let workspace = Workspace::postgres();
    endless(&workspace, "SELECT pg_sleep(600)", "given = \"SET statement_timeout = 0\"\n");
    is_timed_out(&with_check_limit(&workspace, SHORT).await);
}

#[tokio::test]
async fn a_statement_of_a_phase_that_outlives_the_limit_is_no_refusal() {
    let workspace = Workspace::postgres();
    workspace.put("fixtures/2.sql", "ALTER TABLE notes ADD COLUMN title text;\nSELECT pg_sleep(600);\n");
    let limits = Limits { phase: SHORT, ..Limits::default() };
    let finished = workspace.run_as(phasegate_engine::Request { limits, ..workspace.request() }).await;
    assert_eq!(finished.result.verdict, Verdict::Error);
    assert_eq!(failure(&finished, "2").broke, Some(ReasonCode::TimedOut));
    assert_eq!(failure(&finished, "2").place(), "2.sql:2");
    assert_eq!(check(&finished, "2.1.1"), (Verdict::NotRun, Some(ReasonCode::PhaseFailed)));
    let kept = finished.kept.as_deref().unwrap_or_default();
    assert!(kept.lines().next().is_some_and(|line| line.ends_with("_before_2")), "{kept}");
    verifies(&finished);
    server_is_kept(&finished);
}

#[tokio::test]
async fn what_a_query_cancels_by_itself_is_no_time_limit() {
    let workspace = Workspace::postgres();
    endless(&workspace, "SELECT pg_cancel_backend(pg_backend_pid()), pg_sleep(600)", "");
    let finished = workspace.run().await;
    assert_eq!(check(&finished, "1.1.1"), (Verdict::Error, Some(ReasonCode::QueryRefused)));
    assert_eq!(check(&finished, "1.1.2"), (Verdict::Passed, None), "the run goes on");
    server_is_kept(&finished);
}

#[tokio::test]
async fn a_phase_that_lifts_its_limit_is_an_error_all_the_same_and_its_database_is_named() {
    let workspace = Workspace::postgres();
    workspace.put("fixtures/2.sql", "SET statement_timeout = 0;\nSELECT pg_sleep(600);\n");
    let limits = Limits { phase: SHORT, ..Limits::default() };
    let finished = workspace.run_as(phasegate_engine::Request { limits, ..workspace.request() }).await;
    assert_eq!(failure(&finished, "2").broke, Some(ReasonCode::TimedOut));
    assert_eq!(failure(&finished, "2").place(), "2.sql:2");
    let kept = finished.kept.as_deref().unwrap_or_default();
    assert!(kept.lines().next().is_some_and(|line| line.ends_with("_failed_2")), "{kept}");
    verifies(&finished);
    server_is_kept(&finished);
}
