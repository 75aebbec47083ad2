//! What a server gives is recorded up to a limit, and what is more is an error of that check alone.

use phasegate_engine::{Finished, Limits};
use phasegate_evidence::{ReasonCode, Size, Verdict};

use crate::{
    outcome::{check, server_is_kept, verifies},
    workspace::{GATE_1, Workspace},
};

fn first_check(workspace: &Workspace, what: &str) {
    workspace.put(
        GATE_1,
        &format!(
            "id = \"1.1\"\nclaim = \"c\"\n[[check]]\nid = \"1.1.1\"\ntitle = \"t\"\n{what}\n[[check]]\nid = \"1.1.2\"\n\
             title = \"t\"\nquery = \"SELECT count(*) FROM notes\"\nrows = [[\"2\"]]\n"
        ),
    );
}

async fn with_size(workspace: &Workspace, size: Size) -> Finished {
    let limits = Limits { size, ..Limits::default() };
    workspace.run_as(phasegate_engine::Request { limits, ..workspace.request() }).await
}

fn is_too_large(finished: &Finished) {
    assert_eq!(check(finished, "1.1.1"), (Verdict::Error, Some(ReasonCode::TooLarge)));
    assert_eq!(check(finished, "1.1.2"), (Verdict::Passed, None), "what it did is undone, and the others are judged");
    verifies(finished);
    server_is_kept(finished);
}

#[tokio::test]
async fn rows_up_to_the_limit_are_judged_and_one_more_is_not() {
    let workspace = Workspace::postgres();
    first_check(&workspace, "query = \"SELECT id FROM notes ORDER BY 1\"\nrows = [[\"1\"], [\"2\"]]");
    let finished = with_size(&workspace, Size { rows: 2, bytes: 2 }).await;
    assert_eq!(finished.result.verdict, Verdict::Passed);
    is_too_large(&with_size(&workspace, Size { rows: 1, bytes: 2 }).await);
    is_too_large(&with_size(&workspace, Size { rows: 2, bytes: 1 }).await);
}

#[tokio::test]
async fn a_million_rows_and_a_huge_value_are_read_past() {
    let workspace = Workspace::postgres();
    first_check(&workspace, "query = \"SELECT generate_series(1, 1000000)\"\nrows = [[\"1\"]]");
    is_too_large(&workspace.run().await);
    first_check(&workspace, "query = \"SELECT repeat('x', 100000000)\"\nrows = [[\"1\"]]");
    is_too_large(&workspace.run().await);
}

#[tokio::test]
async fn a_step_that_gives_too_much_is_undone_with_those_before_it() {
    for session in ["", "session = \"a\"\n"] {
        let workspace = Workspace::postgres();
        let step = |run: &str| format!("[[check.step]]\n{session}run = \"{run}\"\n");
        let steps = step("INSERT INTO notes (id) VALUES (3)") + &step("SELECT generate_series(1, 1000000)");
        first_check(&workspace, &steps);
        is_too_large(&workspace.run().await);
    }
}

#[tokio::test]
async fn a_message_of_the_server_keeps_its_beginning_and_its_end() {
    let workspace = Workspace::postgres();
    let raise = "DO $$ BEGIN RAISE EXCEPTION 'first%last', repeat('x', 10000000); END $$;\n";
    workspace.put("fixtures/2.sql", raise);
    let finished = workspace.run().await;
    let message = &crate::outcome::failure(&finished, "2").message;
    assert!(message.starts_with("firstxxx") && message.ends_with("xxxlast"), "{message}");
    assert!(message.contains("bytes left out") && message.len() < 10_000, "{} bytes", message.len());
    verifies(&finished);
    server_is_kept(&finished);
}
