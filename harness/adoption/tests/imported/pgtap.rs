//! Assertions of pgTAP as checks: all of them are translated or listed, and what breaks the schema fails those that it must.

use std::collections::BTreeSet;

use phasegate_adoption::import::{Listed, pgtap};
use phasegate_evidence::Verdict;

use crate::{
    breaks::{BREAKS, TESTS, failed_titles, imported, schema},
    suite::failed,
};

#[test]
fn every_assertion_is_a_check_or_is_listed_with_its_line() {
    let folder = schema("SELECT 1", None);
    let imported = imported(&folder);
    let planned = TESTS.split("plan(").nth(1).and_then(|rest| rest.split(')').next()).expect("a plan");
    assert_eq!(imported.assertions.to_string(), planned);
    assert_eq!(imported.translated + imported.listed.len(), imported.assertions);
    let listed: Vec<String> =
        imported.listed.iter().map(|listed| format!("{}: {}", listed.line, listed.what)).collect();
    let line = |words: &str| 1 + TESTS.lines().position(|line| line.contains(words)).expect("it stands there");
    assert_eq!(
        listed,
        [format!("{}: throws_ok", line("VALUES (99")), format!("{}: performs_ok", line("performs_ok")),]
    );
    assert_eq!(imported.left, []);
}

#[test]
fn what_a_file_asserts_within_functions_and_more_than_it_holds_is_listed_with_its_line() {
    let folder = schema("SELECT 1", None);
    let text = "SELECT plan(9);\nCREATE FUNCTION checked(text) RETURNS text LANGUAGE plpgsql AS $f$\nBEGIN\n    \
        RETURN ok($1 <> '', 'not empty');\nEND $f$;\nSELECT has_table('notes', 'there are notes');\nSELECT checked('a');\n\
        SELECT is(count(*), 2::bigint, 'two notes') FROM notes;\nDO $$ BEGIN PERFORM pass('a'), pass('b'); END $$;\n\
        SELECT has_view('loud', 'one is loud');\n";
    folder.put("notes.sql", text);
    let imported = imported(&folder);
    let lines =
        |listed: &[Listed]| listed.iter().map(|left| format!("{}: {}", left.line, left.what)).collect::<Vec<_>>();
    assert_eq!(lines(&imported.listed), ["4: ok", "8: is", "9: pass", "9: pass", "10: has_view"]);
    assert!(imported.listed[1].why.contains("it rests on line 7"), "{}", imported.listed[1]);
    assert_eq!(lines(&imported.left), ["7: checked", "1: plan"]);
    assert!(
        imported.left[1].why.starts_with("it plans 9 tests, and 6 assertions stand in the file"),
        "{}",
        imported.left[1]
    );
    assert_eq!((imported.assertions, imported.translated), (6, 1));
}

#[test]
fn a_refusal_is_held_against_the_write_that_the_file_says_is_accepted_or_said_to_have_none() {
    let folder = schema("SELECT 1", None);
    let imported = imported(&folder);
    let line = |words: &str| 1 + TESTS.lines().position(|line| line.contains(words)).expect("it stands there");
    let without: Vec<usize> = imported.without_neighbour.iter().map(|left| left.line as usize).collect();
    assert_eq!(without, [line("VALUES (NULL)"), line("long long long"), line("'shut')")]);
    let gate = std::fs::read_to_string(&imported.written[0]).expect("a gate");
    let expected = "write = \"INSERT INTO notes (slug) VALUES ('c')\"\nneighbour = \"INSERT INTO notes (slug) VALUES ('fresh')\"\n";
    assert!(gate.contains(expected), "{gate}");
}

#[test]
fn of_a_long_file_of_another_project_nothing_is_dropped() {
    let folder = schema("SELECT 1", None);
    let text = include_str!("../../../../ci/bench/attribution_b03.sql");
    folder.put("b03.sql", text);
    let imported = pgtap(&folder.path().join("phasegate"), None, &[folder.path().join("b03.sql")]).expect("imported");
    let planned = text.split("SELECT plan(").nth(1).and_then(|rest| rest.split(')').next()).expect("a plan");
    assert_eq!(imported.assertions.to_string(), planned);
    assert_eq!(imported.translated + imported.listed.len(), imported.assertions);
    assert!(imported.translated * 10 >= imported.assertions * 7, "{} of {}", imported.translated, imported.assertions);
}

#[tokio::test]
async fn a_file_that_passes_becomes_a_gate_that_passes() {
    let folder = schema("SELECT 1", None);
    imported(&folder);
    let finished = folder.run().await;
    assert_eq!(failed(&finished), []);
    assert_eq!(finished.result.verdict, Verdict::Passed);
}

#[tokio::test]
async fn what_breaks_the_schema_fails_the_checks_of_its_assertions_and_no_other() {
    let (mut never_failed, mut differ) = (BTreeSet::new(), Vec::new());
    for (sql, expected) in BREAKS {
        let folder = schema(sql, None);
        imported(&folder);
        if never_failed.is_empty() {
            never_failed = folder
                .titles()
                .into_iter()
                .filter(|(id, _)| id.starts_with("1.notes."))
                .map(|(_, title)| title)
                .collect();
            never_failed.insert(String::new());
        }
        let finished = folder.run().await;
        let met = failed_titles(&folder, &failed(&finished));
        let expected: BTreeSet<String> = expected.iter().map(|title| (*title).to_owned()).collect();
        if met != expected {
            differ.push(format!("{sql}: {:?} instead of {expected:?}", failed(&finished)));
        }
        never_failed.retain(|title| !met.contains(title));
    }
    assert!(differ.is_empty(), "{}", differ.join("\n"));
    // Nothing of the rest could be had without the table itself.
    let rest: Vec<&str> = never_failed.iter().map(String::as_str).filter(|title| !title.is_empty()).collect();
    assert_eq!(
        rest,
        [
            "notes have a key",
            "one is the first",
            "slugs are found",
            "the schema app is there",
            "there are notes",
            "two notes are there"
        ]
    );
}
