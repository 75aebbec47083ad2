//! What a failed run keeps on a server that stays, and how it is named.

use phasegate_database::PostgresSession;
use phasegate_engine::{Finished, Request};
use phasegate_evidence::Verdict;
use phasegate_server::{Server, embedded, external};

use crate::{
    outcome::verifies,
    workspace::{GATE_2, SUITE_FILE, Workspace},
};

const PROOF: &str = "[[check]]\nid = \"2.1.9\"\ntitle = \"back\"\nrollback = { tables = [\"notes\"] }\n";
const UNKNOWN_TABLE: &str = "ALTER TABLE note ADD COLUMN x text;\n";

/// The databases on the server that runs made, and how many columns `notes` has in each.
async fn left(server: &Server) -> Vec<(String, String)> {
    let mut session = PostgresSession::connect(&server.options("postgres")).await.expect("a session");
    let ran = session.run("SELECT datname FROM pg_database WHERE datname LIKE 'phasegate_%' ORDER BY 1").await;
    let mut left = Vec::new();
    for name in ran.expect("databases").table.rows.into_iter().flatten().flatten() {
        let mut session = PostgresSession::connect(&server.options(&name)).await.expect("people can connect to it");
        let columns = "SELECT count(*) FROM pg_attribute WHERE attrelid = to_regclass('notes') AND attnum > 0 AND NOT attisdropped";
        let ran = session.run(columns).await.expect("columns");
        left.push((name, ran.table.single().unwrap_or_default().to_owned()));
    }
    left
}

/// The run fails and keeps this database alone, which has so many columns, and says what to open it for.
async fn keeps(spoil: impl FnOnce(&Workspace), name: &str, columns: &str, what: &str) -> Finished {
    let server = embedded().start().await.expect("a server");
    let workspace = Workspace::postgres();
    spoil(&workspace);
    let request = Request { server: external(server.url("postgres")), ..workspace.request() };
    let finished = workspace.run_as(request).await;
    assert_eq!(finished.result.verdict, Verdict::Failed);
    let left = left(&server).await;
    let [(kept, met)] = left.as_slice() else { panic!("one database, and not {left:?}") };
    assert!(kept.ends_with(&format!("_{name}")), "{kept}");
    assert_eq!(met, columns);
    let message = finished.kept.clone().expect("it says what it kept");
    let line = message.lines().next().unwrap_or_default();
    assert!(line.starts_with(what) && line.contains(kept.as_str()), "{message}");
    verifies(&finished);
    server.stop().await.expect("it stops");
    finished
}

#[tokio::test]
async fn a_baseline_that_fails_is_kept_as_failed() {
    let spoil = |workspace: &Workspace| workspace.put("fixtures/baseline.sql", UNKNOWN_TABLE);
    keeps(spoil, "failed_baseline", "0", "where it stopped: ").await;
}

#[tokio::test]
async fn a_phase_that_was_rolled_back_leaves_the_state_before_it() {
    let spoil = |workspace: &Workspace| workspace.add("fixtures/2.sql", UNKNOWN_TABLE);
    keeps(spoil, "before_2", "2", "where it stopped: ").await;
}

#[tokio::test]
async fn a_phase_without_a_transaction_that_fails_half_way_is_kept_as_failed() {
    let spoil = |workspace: &Workspace| {
        workspace.add(SUITE_FILE, "transaction = \"none\"\n");
        workspace.add("fixtures/2.sql", UNKNOWN_TABLE);
    };
    keeps(spoil, "failed_2", "3", "where it stopped: ").await;
}

#[tokio::test]
async fn a_check_that_fails_leaves_the_state_after_its_phase() {
    let spoil = |workspace: &Workspace| {
        let fails = "[[check]]\nid = \"2.1.2\"\ntitle = \"t\"\nquery = \"SELECT 1\"\nrows = [[\"2\"]]\n";
        let writes = "[[check]]\nid = \"2.1.3\"\ntitle = \"t\"\nwrite = \"ALTER TABLE notes ADD x int\"\naccepts = { rows = 1 }\n";
        workspace.add(GATE_2, &format!("{fails}{writes}"));
    };
    keeps(spoil, "after_2", "3", "for 2.1.2, 2.1.3: ").await;
}

#[tokio::test]
async fn a_way_back_that_fails_leaves_the_state_after_its_phase_as_it_was() {
    let spoil = |workspace: &Workspace| {
        workspace.put(
            "fixtures/2-down.sql",
            "ALTER TABLE notes DROP COLUMN title;\nALTER TABLE notes ADD COLUMN left_over int;\n",
        );
        workspace.add(GATE_2, PROOF);
    };
    keeps(spoil, "after_2", "3", "for 2.1.9: ").await;
}

#[tokio::test]
async fn a_run_that_passes_leaves_no_database() {
    let server = embedded().start().await.expect("a server");
    let workspace = Workspace::postgres();
    workspace.add(GATE_2, PROOF);
    let finished = workspace.run_as(Request { server: external(server.url("postgres")), ..workspace.request() }).await;
    assert_eq!((finished.result.verdict, finished.kept), (Verdict::Passed, None));
    assert_eq!(left(&server).await, []);
    server.stop().await.expect("it stops");
}
