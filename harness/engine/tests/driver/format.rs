//! Two keys of the gate format on both kinds of database: `exactly`, and `without`.

use phasegate_engine::Finished;
use phasegate_evidence::{ReasonCode, Verdict};

use crate::{
    outcome::{check, files_are_kept, server_is_kept, verifies},
    workspace::{GATE_1, Workspace},
};

/// A table with an index and a trigger that refuses every row without a body.
fn with_guard(workspace: &Workspace, guards: &[&str]) {
    workspace
        .put("fixtures/baseline.sql", "CREATE TABLE notes (id int PRIMARY KEY);\nINSERT INTO notes VALUES (1), (2);\n");
    let mut up = "ALTER TABLE notes ADD COLUMN body text;\nCREATE INDEX notes_body ON notes (body);\n".to_owned();
    let is_postgres = workspace.suite().kind.capabilities().server;
    if is_postgres {
        up.push_str(
            "CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE 'a note needs a body'; END $$;\n",
        );
    }
    for guard in guards {
        up.push_str(&match is_postgres {
            true => format!(
                "CREATE TRIGGER {guard} BEFORE INSERT ON notes FOR EACH ROW WHEN (NEW.body IS NULL) EXECUTE FUNCTION refuse();\n"
            ),
            false => format!(
                "CREATE TRIGGER {guard} BEFORE INSERT ON notes WHEN NEW.body IS NULL BEGIN SELECT RAISE(ABORT, 'a note needs \
                 a body'); END;\n"
            ),
        });
    }
    workspace.put("fixtures/1.sql", &up);
    let down = if is_postgres { "DROP TABLE notes;\nDROP FUNCTION refuse;\n" } else { "DROP TABLE notes;\n" };
    workspace.put("fixtures/1-down.sql", down);
}

async fn judged(workspace: &Workspace, check_text: &str) -> Finished {
    let head = "id = \"1.1\"\nclaim = \"c\"\n[[check]]\nid = \"1.1.1\"\ntitle = \"t\"\n";
    workspace.put(GATE_1, &format!("{head}{check_text}"));
    let finished = workspace.run().await;
    verifies(&finished);
    if finished.kept.is_some() {
        match workspace.suite().kind.capabilities().server {
            true => server_is_kept(&finished),
            false => files_are_kept(&finished),
        };
    }
    finished
}

/// The whole reason of the check.
fn reason(finished: &Finished) -> String {
    let check = &finished.result.suites[0].phases[0].gates[0].checks[0];
    check.reason.as_ref().map_or_else(|| check.verdict.to_string(), ToString::to_string)
}

fn columns(workspace: &Workspace) -> &'static str {
    match workspace.suite().kind.capabilities().server {
        true => {
            "\"columns notes\" = \"id integer NOT NULL, body text\"\n\"constraint notes.notes_pkey\" = \"PRIMARY KEY (id)\"\n\"index notes_pkey\" = \"UNIQUE ON notes (id)\"\n"
        }
        false => "\"columns notes\" = \"id int PRIMARY KEY 1, body text\"\n",
    }
}

#[tokio::test]
async fn exactly_allows_nothing_on_a_table_that_is_not_declared() {
    for workspace in [Workspace::postgres(), Workspace::sqlite()] {
        with_guard(&workspace, &[]);
        let declared = format!("[check.catalog]\n{}", columns(&workspace));
        let whole = format!("exactly = [\"notes\"]\n{declared}\"index notes_body\" = \"ON notes (body)\"\n");
        let finished = judged(&workspace, &whole).await;
        assert_eq!(reason(&finished), "passed");
        let finished = judged(&workspace, &format!("exactly = [\"notes\"]\n{declared}")).await;
        assert_eq!(check(&finished, "1.1.1"), (Verdict::Failed, Some(ReasonCode::Unexpected)), "{}", reason(&finished));
        assert!(reason(&finished).contains("index notes_body is declared nowhere"), "{}", reason(&finished));
        // Without the key the same declaration holds.
        assert_eq!(reason(&judged(&workspace, &declared).await), "passed");
    }
}

#[tokio::test]
async fn exactly_of_one_kind_allows_nothing_else_of_that_kind_alone() {
    for workspace in [Workspace::postgres(), Workspace::sqlite()] {
        with_guard(&workspace, &["guard"]);
        let is_postgres = workspace.suite().kind.capabilities().server;
        let primary = if is_postgres { "\"index notes_pkey\" = \"UNIQUE ON notes (id)\"\n" } else { "" };
        let indexes = format!(
            "exactly = [\"index notes\"]\n[check.catalog]\n{primary}\"index notes_body\" = \"ON notes (body)\"\n"
        );
        // The trigger is declared nowhere, and of another kind.
        assert_eq!(reason(&judged(&workspace, &indexes).await), "passed");
        let triggers = indexes.replace("[\"index notes\"]", "[\"index notes\", \"trigger notes\"]");
        let finished = judged(&workspace, &triggers).await;
        assert_eq!(check(&finished, "1.1.1"), (Verdict::Failed, Some(ReasonCode::Unexpected)), "{}", reason(&finished));
        assert!(reason(&finished).contains("trigger notes.guard is declared nowhere"), "{}", reason(&finished));
    }
}

fn refused(workspace: &Workspace, without: &str) -> String {
    let (sqlstate, by) = match workspace.suite().kind.capabilities().server {
        true => ("P0001", "refuse"),
        false => ("SQLITE_CONSTRAINT_TRIGGER", "guard"),
    };
    format!(
        "write = \"INSERT INTO notes (id) VALUES (3)\"\nwithout = \"{without}\"\nrejects = {{ sqlstate = \"{sqlstate}\", by = \"{by}\" }}\n"
    )
}

#[tokio::test]
async fn a_write_that_is_accepted_without_its_guard_was_refused_by_it_alone() {
    for workspace in [Workspace::postgres(), Workspace::sqlite()] {
        with_guard(&workspace, &["guard"]);
        assert_eq!(reason(&judged(&workspace, &refused(&workspace, "trigger notes.guard")).await), "passed");
    }
}

#[tokio::test]
async fn a_write_that_is_refused_without_its_guard_too_proves_nothing_of_it() {
    for workspace in [Workspace::postgres(), Workspace::sqlite()] {
        with_guard(&workspace, &["guard"]);
        workspace.put(
            "fixtures/baseline.sql",
            "CREATE TABLE notes (id int PRIMARY KEY CHECK (id < 3));\nINSERT INTO notes VALUES (1), (2);\n",
        );
        let finished = judged(&workspace, &refused(&workspace, "trigger notes.guard")).await;
        assert_eq!(check(&finished, "1.1.1").1, Some(ReasonCode::NeighbourRefused), "{}", reason(&finished));
    }
}

#[tokio::test]
async fn a_guard_that_is_not_there_cannot_be_switched_off() {
    for workspace in [Workspace::postgres(), Workspace::sqlite()] {
        with_guard(&workspace, &["guard"]);
        let finished = judged(&workspace, &refused(&workspace, "trigger notes.gaurd")).await;
        assert_eq!(check(&finished, "1.1.1").1, Some(ReasonCode::NeighbourRefused), "{}", reason(&finished));
    }
}
