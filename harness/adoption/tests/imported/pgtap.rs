//! Assertions of pgTAP as checks: all of them are translated or listed, and what breaks the schema fails those that it must.

use std::collections::BTreeSet;

use phasegate_adoption::import::pgtap;
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
