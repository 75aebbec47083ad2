//! Checks of kind `tap`, on functions that stand for pgTAP's, so that each way in which a file can end is had at will.

use phasegate_evidence::{ReasonCode, Verdict};

use crate::{
    outcome::{check, server_is_kept, verifies},
    workspace::{GATE_1, Workspace},
};

/// What a file of pgTAP calls, as far as these tests do.
const PGTAP: &str = r"
CREATE TABLE notes (id int PRIMARY KEY);
INSERT INTO notes VALUES (1), (2);
CREATE SEQUENCE test_number;
CREATE FUNCTION plan(tests int) RETURNS text LANGUAGE sql AS $$ SELECT '1..' || tests $$;
CREATE FUNCTION ok(held boolean, title text) RETURNS text LANGUAGE sql AS $$
    SELECT CASE WHEN held THEN '' ELSE 'not ' END || 'ok ' || nextval('test_number') || ' - ' || title $$;
CREATE FUNCTION finish() RETURNS SETOF text LANGUAGE sql AS $$ SELECT '# that was' || chr(10) || '# all' $$;
";

async fn outcome(tap: &str, file: &str) -> (Verdict, Option<ReasonCode>) {
    let workspace = Workspace::postgres();
    workspace.put("fixtures/baseline.sql", PGTAP);
    workspace.put("fixtures/notes.test.sql", file);
    let gate = format!("id = \"1.1\"\nclaim = \"c\"\n[[check]]\nid = \"1.1.1\"\ntitle = \"t\"\ntap = {tap}\n");
    workspace.put(GATE_1, &gate);
    let finished = workspace.run().await;
    verifies(&finished);
    if finished.kept.is_some() {
        server_is_kept(&finished);
    }
    // What a file commits stays in a database of its own.
    if finished.result.verdict == Verdict::Passed {
        assert_eq!(check(&finished, "2.1.1").0, Verdict::Passed);
    }
    check(&finished, "1.1.1")
}

const FROM_BASELINE: &str = "{ file = \"notes.test.sql\", pgtap = \"baseline\" }";
const FILE: &str = "\\unset ECHO\n\\set ON_ERROR_STOP true\nBEGIN;\nSELECT plan(2);\n\
                    DELETE FROM notes WHERE id = 1;\nSELECT ok(count(*) = 1, 'one left') FROM notes;\nCOMMIT;\n\
                    SELECT ok(true, 'and another');\nSELECT * FROM finish();\n";

#[tokio::test]
async fn a_file_of_pgtap_passes_when_all_that_it_plans_is_ok_and_leaves_nothing() {
    assert_eq!(outcome(FROM_BASELINE, FILE).await, (Verdict::Passed, None));
}

#[tokio::test]
async fn a_file_of_pgtap_fails_by_one_test_by_one_that_is_missing_and_by_one_statement_that_is_refused() {
    let not_ok = FILE.replace("count(*) = 1", "count(*) = 2");
    assert_eq!(outcome(FROM_BASELINE, &not_ok).await, (Verdict::Failed, Some(ReasonCode::NotOk)));
    let cut_off = FILE.split("SELECT ok(true").next().expect("its beginning");
    assert_eq!(outcome(FROM_BASELINE, cut_off).await, (Verdict::Failed, Some(ReasonCode::BrokenTap)));
    let refused = FILE.replace("DELETE FROM notes", "DELETE FROM no_notes");
    assert_eq!(outcome(FROM_BASELINE, &refused).await, (Verdict::Failed, Some(ReasonCode::Refused)));
}

#[tokio::test]
async fn where_the_server_does_not_offer_pgtap_a_file_of_it_is_not_judged() {
    let without = outcome("\"notes.test.sql\"", FILE).await;
    assert_eq!(without, (Verdict::NotApplicable, Some(ReasonCode::ServerLacks)));
}
