//! What a gate that says a thing once stands for.

use std::{collections::BTreeMap, path::Path};

use phasegate_database::Kind;
use phasegate_evidence::judge::{Check, Expectation, Neighbour};
use toml::Spanned;

use super::{Common, State, States, Values};
use crate::suite::{gate_file, source::Source};

fn states(source: Source<'_>) -> States {
    let state = |on: &[&str], sql: &str| State {
        on: on.iter().map(|on| Spanned::new(0..0, (*on).to_owned())).collect(),
        sql: sql.to_owned(),
        span: 0..0,
    };
    let named = [
        ("tenant", state(&[], "tenant;")),
        ("event", state(&["tenant"], "event;")),
        ("visit", state(&["tenant"], "visit;")),
    ];
    let named: BTreeMap<String, State> = named.into_iter().map(|(name, state)| (name.to_owned(), state)).collect();
    States::new(source, named).expect("no circle")
}

fn checks(gate: &str) -> Vec<Check> {
    let text = format!("id = \"1\"\nclaim = \"c\"\n{gate}");
    let source = Source { file: Path::new("gate.toml"), text: &text };
    gate_file::read(source, &mut Common { states: states(source), values: Values::default() }, Kind::Postgres)
        .expect("a gate")
        .checks
}

fn check(gate: &str) -> Check {
    checks(gate).remove(0)
}

const WRITE: &str = r#"
write = "INSERT INTO t VALUES (${a}, ${b}, $${a}$$)"
with = { a = "1", b = "'x'" }
[[check]]
id = "1.1"
title = "t"
"#;

#[test]
fn a_refused_write_and_its_neighbour_differ_in_the_fault_alone() {
    let Expectation::Rejects(rejects) =
        check(&format!("{WRITE}but = {{ b = \"NULL\" }}\nrejects = {{ sqlstate = \"23502\", by = \"b\" }}\n"))
            .expectation
    else {
        panic!("of another kind")
    };
    assert_eq!(rejects.write, "INSERT INTO t VALUES (1, NULL, $${a}$$)");
    assert_eq!(rejects.neighbour, Neighbour::Write("INSERT INTO t VALUES (1, 'x', $${a}$$)".to_owned()));
}

#[test]
fn the_values_of_a_check_go_over_those_of_its_gate() {
    let own = "with = { a = \"2\" }\nbut = { b = \"NULL\" }\nrejects = { sqlstate = \"23502\", by = \"b\" }\n\
               [[check]]\nid = \"1.2\"\ntitle = \"the gate's\"\naccepts = { rows = 1 }\n";
    let Expectation::Rejects(rejects) = check(&format!("{WRITE}{own}")).expectation else { panic!("of another kind") };
    assert_eq!(rejects.write, "INSERT INTO t VALUES (2, NULL, $${a}$$)");
    assert_eq!(rejects.neighbour, Neighbour::Write("INSERT INTO t VALUES (2, 'x', $${a}$$)".to_owned()));
}

#[test]
fn a_neighbour_of_its_own_stays() {
    let own = "but = { b = \"NULL\" }\nneighbour = \"other\"\nrejects = { sqlstate = \"23502\", by = \"b\" }\n";
    let Expectation::Rejects(rejects) = check(&format!("{WRITE}{own}")).expectation else { panic!("of another kind") };
    assert_eq!(rejects.neighbour, Neighbour::Write("other".to_owned()));
}

#[test]
fn an_accepted_write_is_accepted_with_its_values_or_with_others() {
    for (but, expected) in [
        ("", "INSERT INTO t VALUES (1, 'x', $${a}$$)"),
        ("but = { a = \"3\" }\n", "INSERT INTO t VALUES (3, 'x', $${a}$$)"),
    ] {
        let Expectation::Accepts(accepts) = check(&format!("{WRITE}{but}accepts = {{ rows = 1 }}\n")).expectation
        else {
            panic!("of another kind")
        };
        assert_eq!(accepts.write, expected);
    }
}

#[test]
fn a_step_that_runs_nothing_else_runs_the_write() {
    let steps = "step = [{ affects = 1 }, { but = { a = \"2\" }, affects = 0 }, { run = \"SELECT 1\" }]\n";
    let Expectation::Sequence(sequence) = check(&format!("{WRITE}{steps}")).expectation else {
        panic!("of another kind")
    };
    let run: Vec<&str> = sequence.steps.iter().map(|step| step.run.as_str()).collect();
    assert_eq!(run, ["INSERT INTO t VALUES (1, 'x', $${a}$$)", "INSERT INTO t VALUES (2, 'x', $${a}$$)", "SELECT 1"]);
}

#[test]
fn a_check_starts_from_each_state_once_the_gates_first() {
    let gate = "given = [\"event\"]\n[[check]]\nid = \"1.1\"\ntitle = \"t\"\ngiven = [\"tenant\", \"visit\"]\n\
                query = \"SELECT 1\"\nrows = [[1]]\n[[check]]\nid = \"1.2\"\ntitle = \"t\"\ngiven = \"own;\"\n\
                query = \"SELECT 1\"\nrows = [[1]]\n";
    let given: Vec<Option<String>> = checks(gate).into_iter().map(|check| check.given).collect();
    assert_eq!(given, [Some("tenant;\nevent;\nvisit;".to_owned()), Some("tenant;\nevent;\nown;".to_owned())]);
}

#[test]
fn a_row_fills_every_text_of_its_check_keys_and_lists_among_them() {
    let gate = "[[check]]\neach = [{ t = \"a\", n = \"1\", rows = [[1, \"x\"]] }, { t = \"b\", n = \"2\", rows = [[2, \"y\"]] }]\n\
                id = \"1.${t}\"\ntitle = \"${n} in ${t}\"\nsettings = { \"s.${t}\" = \"${n}\" }\n\
                query = \"SELECT * FROM ${t}\"\nrows = \"${rows}\"\n\
                fails = { when = \"DELETE FROM ${t}\", reason = \"rows-differ\" }\n";
    let checks = checks(gate);
    assert_eq!(checks[1].id, "1.b");
    assert_eq!(checks[1].title, "2 in b");
    assert_eq!(checks[1].settings.get("s.b").map(String::as_str), Some("2"));
    let Expectation::Rows(rows) = &checks[1].expectation else { panic!("of another kind") };
    assert_eq!(rows.query, "SELECT * FROM b");
    assert_eq!(rows.rows, [[Some("2".to_owned()), Some("y".to_owned())]]);
}

#[test]
fn columns_in_one_text_and_several_catalogs_are_objects_of_their_own() {
    let apart = "\"column t.a\" = \"numeric(4,3) NOT NULL\"\n\"column t.b\" = \"absent\"\n";
    let head = "[[check]]\nid = \"1.1\"\ntitle = \"t\"\n[check.catalog]\n";
    let together = "\"columns t\" = \"\"\"\na numeric(4,3)\n  NOT NULL, b absent\"\"\"\n";
    assert_eq!(checks(&format!("{head}{together}")), checks(&format!("{head}{apart}")));
    let several = "[[check]]\nid = \"1.1\"\ntitle = \"t\"\ncatalog = [{ \"columns t\" = \"a numeric(4,3) NOT NULL\" }, \
                   [{ \"column t.b\" = \"absent\" }]]\n";
    assert_eq!(checks(several), checks(&format!("{head}{apart}")));
}
