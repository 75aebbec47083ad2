//! Variants: audits that keep the gates of their suite but for those that they leave out.

use super::{
    bad_input_tests::{GATE, message, put, whole},
    load,
};

const SCENARIO: &str = "title = \"t\"\nwhy = \"w\"\nkind = \"audit\"\ngates = \"other\"\nleaves_out = [\"1.1\"]\n\
    [expect]\npassed_checks = 2\npassed_gates = 2\n";

/// A suite of two gates with a variant that has one of its own.
fn suite(scenario: &str, own: &str) -> tempfile::TempDir {
    let root = whole();
    put(root.path(), "suites/s/gates/1-notes/1.2-c.toml", &GATE.replace("1.1", "1.2"));
    put(root.path(), "suites/s/scenarios/other.toml", scenario);
    put(root.path(), &format!("suites/s/scenarios/other/1-notes/{own}-c.toml"), &GATE.replace("1.1", own));
    root
}

#[test]
fn a_variant_is_judged_by_what_it_keeps_and_by_its_own() {
    let root = suite(SCENARIO, "V.1");
    let suites = load(&root.path().join("suites"), &[]).expect("whole");
    let mut suite = suites.into_iter().next().expect("a suite");
    assert_eq!(suite.all_gates().count(), 3, "what it keeps is there once");
    suite.become_variant("other").expect("a variant");
    let ids: Vec<&str> = suite.phases[0].gates.iter().map(|gate| gate.id.as_str()).collect();
    assert_eq!(ids, ["1.2", "V.1"]);
    assert_eq!(suite.title, "t; variant other: t");
    let unknown = suite.become_variant("another").expect_err("there is none");
    assert_eq!(unknown, "suite s has no variant another; it has other");
}

#[test]
fn an_audit_that_keeps_nothing_is_no_variant() {
    let root = suite(&SCENARIO.replace("leaves_out = [\"1.1\"]\n", ""), "V.1");
    let mut suite = load(&root.path().join("suites"), &[]).expect("whole").remove(0);
    assert_eq!(suite.become_variant("other").expect_err("none"), "suite s has no variant other; it has none");
}

#[test]
fn what_a_variant_may_not_say_is_refused_in_these_words() {
    let audit = "kind = \"audit\"\ngates = \"other\"\n";
    for (scenario, own, why) in [
        (SCENARIO.replace("[\"1.1\"]", "[\"1.3\"]"), "V.1", "there is no gate 1.3 to leave out"),
        (SCENARIO.to_owned(), "1.2", "gate 1.2 is one of the suite's: give the gate of the audit an id of its own"),
        (SCENARIO.replace(audit, "kind = \"apply\"\n"), "V.1", "`leaves_out` goes with kind = \"audit\""),
    ] {
        let root = suite(&scenario, own);
        assert_eq!(message(root.path()), format!("suites/s/scenarios/other.toml: {why}"));
    }
}

#[test]
fn what_a_scenario_sees_is_adopted_by_nobody() {
    let root = suite(SCENARIO, "V.1");
    let asks = GATE.replace("1.1", "V.1");
    let asks = asks.replace("violations = \"SELECT 1 WHERE false\"\n", "query = \"SELECT 1\"\nadopt = true\n");
    put(root.path(), "suites/s/scenarios/other/1-notes/V.1-c.toml", &asks);
    let why = "check V.1.1 asks with `adopt = true` for what is seen, and what a scenario sees is adopted by nobody: write it down";
    assert_eq!(message(root.path()), format!("suites/s/scenarios/other/1-notes/V.1-c.toml: {why}"));
}
