//! Lists of requirements as a user may get them wrong.

use rstest::rstest;

use super::{
    bad_input_tests::{GATE, message, put, whole},
    load,
};

const REQUIREMENTS: &str = r#"[[section]]
title = "1. Notes"
requirement = [{ id = "N-1", title = "notes have a body", by = ["1.1"] }]
"#;

#[rstest]
#[case::named_and_not_listed(
    REQUIREMENTS,
    &GATE.replace("claim = \"c\"", "claim = \"c\"\nrequirement = \"N-2\""),
    "suites/s/requirements.toml: 1.1 answers requirement `N-2`, which does not stand here: list it, or mend its name"
)]
#[case::listed_without_a_place(
    &REQUIREMENTS.replace(", by = [\"1.1\"]", ""),
    GATE,
    "suites/s/requirements.toml: requirement N-1 has no place: name it at a gate, a check or a scenario, or give `by`, \
     `tests` or a `note`"
)]
#[case::listed_with_a_note_that_says_nothing(
    &REQUIREMENTS.replace("by = [\"1.1\"]", "note = \" \""),
    GATE,
    "suites/s/requirements.toml: requirement N-1 has no place: name it at a gate, a check or a scenario, or give `by`, \
     `tests` or a `note`"
)]
#[case::place_that_is_not_there(
    &REQUIREMENTS.replace("1.1", "1.2"),
    GATE,
    "suites/s/requirements.toml: requirement N-1: there is no gate, check, scenario, finding or deviation 1.2"
)]
#[case::listed_twice(
    &format!("{REQUIREMENTS}{REQUIREMENTS}"),
    GATE,
    "suites/s/requirements.toml: requirement N-1 is there twice"
)]
fn a_requirement_without_a_place_is_named(#[case] requirements: &str, #[case] gate: &str, #[case] expected: &str) {
    let root = whole();
    put(root.path(), "suites/s/gates/1-notes/1.1-c.toml", gate);
    put(root.path(), "suites/s/requirements.toml", requirements);
    assert_eq!(message(root.path()), expected);
}

#[test]
fn a_number_with_a_test_among_the_fixtures_must_be_listed() {
    let root = whole();
    let own = "[tests]\nfile = \"own.toml\"\npackage = \"program\"\n";
    put(root.path(), "suites/s/requirements.toml", &format!("{own}{REQUIREMENTS}"));
    put(root.path(), "fixtures/own.toml", "[tests]\n\"N-1\" = [\"m::t\"]\n");
    let suites = load(&root.path().join("suites"), &[]).expect("whole");
    assert_eq!(suites[0].requirements[0].tests, ["program m::t"]);
    put(root.path(), "fixtures/own.toml", "[tests]\n\"N-3\" = [\"m::t\"]\n");
    assert_eq!(
        message(root.path()),
        "suites/s/requirements.toml: requirement N-3 has a test among the fixtures and does not stand here: list it"
    );
}
