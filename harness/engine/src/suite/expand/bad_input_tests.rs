//! What a user may get wrong in what is said once, each with the exact message that says where and what to do.

use rstest::rstest;
use tempfile::TempDir;

use crate::suite::{
    bad_input_tests::{SUITE, message, put, whole},
    load,
};

/// A gate whose check writes, to be spoilt in one place each.
const WRITE: &str = r#"id = "1.1"
claim = "c"
given = ["a note"]
write = """
INSERT INTO notes (id, body)
VALUES (${id}, ${body})"""
with = { id = "2", body = "'x'" }

[[check]]
each = [
    { key = "id" },
    { key = "body" },
]
id = "1.1.${key}"
title = "a NULL ${key} is refused"
but = { "${key}" = "NULL" }
rejects = { sqlstate = "23502", by = "${key}" }
fails = { when = "ALTER TABLE notes ALTER ${key} DROP NOT NULL", reason = "not-refused" }
"#;

/// The suite of the gate.
const WITH_STATES: &str = r#"
[given]
"no notes" = "DELETE FROM notes"
"a note" = { on = ["no notes"], sql = "given/a-note.sql" }
"#;

fn whole_with_states() -> TempDir {
    let root = whole();
    put(root.path(), "suites/s/suite.toml", &format!("{SUITE}{WITH_STATES}"));
    put(root.path(), "suites/s/gates/1-notes/1.1-c.toml", WRITE);
    put(root.path(), "suites/s/given/a-note.sql", "INSERT INTO notes (id) VALUES (1);\n");
    root
}

#[rstest]
#[case::unknown_key(
    "claim = \"c\"",
    "claim = \"c\"\nwritten = \"x\"",
    "3: unknown field `written`: did you mean `write`? expected one of `id`, `claim`, `requirement`, `added`, `after`, `given`, `as`, `settings`, \
     `write`, `with`, `examined`, `check`"
)]
#[case::name_without_a_value("a NULL ${key}", "a NULL ${kye}", "15: nothing gives `${kye}` a value")]
#[case::name_without_a_value_in_a_claim("claim = \"c\"", "claim = \"${key}\"", "2: nothing gives `${key}` a value")]
#[case::name_of_the_write_without_a_value(
    "${body})",
    "${boy})",
    "7: `with` gives `body`, and the write does not name it"
)]
#[case::write_that_names_what_with_lacks(", body = \"'x'\"", "", "6: `with` gives `${body}` no value")]
#[case::but_of_another_value(
    "but = {",
    "but = { title = \"NULL\",",
    "16: `but` gives `title`, which is no value of the write: `with` names those"
)]
#[case::value_that_is_no_sql(
    "id = \"2\"",
    "id = 2",
    "7: expected a piece of SQL in quotes, such as \"NULL\" or \"'x'\""
)]
#[case::rows_with_other_names(
    "{ key = \"body\" }",
    "{ name = \"body\" }",
    "12: a row of `each` gives `name`, and the first gives `key`"
)]
#[case::value_that_nobody_uses(
    "{ key = \"id\" },\n    { key = \"body\" },",
    "{ key = \"id\", of = \"x\" },\n    { key = \"body\", of = \"y\" },",
    "11: `each` gives `of`, and nothing says `${of}`"
)]
#[case::rows_of_one_id(
    "id = \"1.1.${key}\"",
    "id = \"1.1.1\"",
    "14: two rows of `each` lead to 1.1.1: name what tells them apart as `${name}`"
)]
#[case::each_without_rows(
    "each = [\n    { key = \"id\" },\n    { key = \"body\" },\n]",
    "each = []",
    "10: expected rows of values: each = [{ name = \"value\" }, ...]"
)]
#[case::name_in_upper_case(
    "{ key = \"id\" }",
    "{ Key = \"id\" }",
    "11: `Key` is no name: it begins with a lower-case letter and goes on with those, digits and _"
)]
#[case::list_within_a_text(
    "{ key = \"id\" }",
    "{ key = [\"id\"] }",
    "16: `${key}` stands for a list or a table, which cannot be part of a text"
)]
#[case::key_twice(
    "but = {",
    "settings = { \"a.${key}\" = \"1\", \"a.id\" = \"2\" }\nbut = {",
    "16: `a.id` is there twice once its names have their values"
)]
#[case::state_that_is_not_there(
    "given = [\"a note\"]",
    "given = [\"no notes\", \"anote\"]",
    "3: there is no state `anote` in `[given]` of suite.toml; there is `a note`, `no notes`"
)]
#[case::given_that_is_no_name(
    "given = [\"a note\"]",
    "given = 1",
    "3: expected SQL, or the names of states: given = [\"name\"]"
)]
#[case::key_that_no_check_takes(
    "given =",
    "examined = \"SELECT 1\"\ngiven =",
    "3: no check takes the gate's `examined`: each says its own, or needs none"
)]
#[case::but_without_a_write(
    "rejects = { sqlstate = \"23502\", by = \"${key}\" }",
    "query = \"SELECT 1\"\nrows = [[1]]",
    "9: check 1.1.id: the key `but` means nothing beside `rows`"
)]
#[case::defect_of_the_first_format(
    "when = \"ALTER TABLE notes ALTER ${key} DROP NOT NULL\"",
    "with = \"defects/1.sql\"",
    "9: check 1.1.id: `fails.with` is now `fails.file`, or `fails.when` with the SQL itself"
)]
#[case::defect_in_two_places(
    "{ when =",
    "{ file = \"defects/1.sql\", when =",
    "9: check 1.1.id: `fails` needs either `when`, the SQL of the defect, or `file`, which holds it"
)]
#[case::phases_of_a_gate_in_the_folder_of_one(
    "claim = \"c\"",
    "claim = \"c\"\nafter = [\"1\"]",
    "3: a gate with `after` stands after several phases: its file belongs into gates/ itself"
)]
#[case::check_after_some_phases(
    "but = {",
    "after = [\"1\"]\nbut = {",
    "16: a check says `after` only in a gate that stands after several phases"
)]
#[case::value_that_every_check_gives_itself(
    "but = {",
    "with = { id = \"1\" }\nbut = {",
    "7: no check takes the gate's `with.id`: each says its own, or needs none"
)]
#[case::but_that_changes_nothing(
    "\"NULL\" }",
    "\"2\" }",
    "16: `but` changes nothing: the write with it is the write without it"
)]
#[case::name_given_twice(
    "but = {",
    "with = { key = \"1\" }\nbut = {",
    "16: `each` and `with` both give `key`: name one otherwise"
)]
#[case::check_that_is_a_table("[[check]]", "[check]", "9: expected the checks of the gate, each begun with [[check]]")]
fn a_mistake_in_what_checks_share_is_named_with_its_line(
    #[case] right: &str,
    #[case] wrong: &str,
    #[case] expected: &str,
) {
    let root = whole_with_states();
    assert!(load(&root.path().join("suites"), &[]).is_ok(), "the gate as it stands");
    assert!(WRITE.contains(right), "{right}");
    put(root.path(), "suites/s/gates/1-notes/1.1-c.toml", &WRITE.replacen(right, wrong, 1));
    assert_eq!(message(root.path()), format!("suites/s/gates/1-notes/1.1-c.toml:{expected}"));
}

#[rstest]
#[case::circle(
    "\"no notes\" = \"DELETE FROM notes\"",
    "\"no notes\" = { on = [\"a note\"], sql = \"given/a-note.sql\" }",
    "17: the state `a note` builds on itself: a note on no notes on a note"
)]
#[case::nothing_to_build_on(
    "on = [\"no notes\"]",
    "on = [\"no note\"]",
    "17: there is no state `no note` for `a note` to build on; there is `a note`, `no notes`"
)]
#[case::state_that_nobody_uses(
    "\"no notes\" =",
    "\"two notes\" = \"SELECT 1\"\n\"no notes\" =",
    "16: no gate, check or state uses the state `two notes`: use it, or delete it"
)]
#[case::file_that_is_not_there(
    "given/a-note.sql",
    "given/anote.sql",
    "17: there is no file given/anote.sql in suites/s"
)]
#[case::no_sql(
    "DELETE FROM notes",
    "DELET FROM notes",
    "16: the state `no notes`: expected command, found IDENT (line 1 of its SQL)"
)]
#[case::no_statement("DELETE FROM notes", "-- nothing", "16: the state `no notes`: it holds no statement")]
#[case::name_in_a_state(
    "DELETE FROM notes",
    "SELECT '${id}'",
    "16: the state `no notes` says `${id}`, and nothing gives a state values"
)]
#[case::neither_text_nor_file(
    "\"DELETE FROM notes\"",
    "1",
    "16: invalid type: integer `1`, expected SQL, or { on = [\"another state\"], sql = \"file.sql\" }"
)]
fn a_mistake_in_a_state_is_named_with_its_line(#[case] right: &str, #[case] wrong: &str, #[case] expected: &str) {
    let root = whole_with_states();
    assert!(WITH_STATES.contains(right), "{right}");
    let suite = format!("{SUITE}{}", WITH_STATES.replacen(right, wrong, 1));
    put(root.path(), "suites/s/suite.toml", &suite);
    assert_eq!(message(root.path()), format!("suites/s/suite.toml:{expected}"));
}

/// Values of a suite, and a gate that names them.
const WITH: &str = r#"
[with]
table = "notes"
columns = { "columns notes" = "id integer, ${body}" }
body = "body text"
"#;

const DECLARED: &str = r#"id = "1.1"
claim = "${table} are as declared"
[[check]]
id = "1.1.1"
title = "t"
catalog = "${columns}"
"#;

fn whole_with_values(values: &str, gate: &str) -> TempDir {
    let root = whole();
    put(root.path(), "suites/s/suite.toml", &format!("{SUITE}{values}"));
    put(root.path(), "suites/s/gates/1-notes/1.1-c.toml", gate);
    root
}

#[test]
fn every_gate_may_name_the_values_of_its_suite_and_give_others_for_its_write() {
    let own = "[[check]]\nid = \"1.1.2\"\ntitle = \"t\"\nwrite = \"INSERT INTO ${table} VALUES (${body})\"\n\
               with = { body = \"1\" }\naccepts = { rows = 1 }\n";
    let root = whole_with_values(WITH, &format!("{DECLARED}{own}"));
    let suites = load(&root.path().join("suites"), &[]).expect("whole");
    let gate = &suites[0].phases[0].gates[0];
    assert_eq!(gate.claim, "notes are as declared");
    let said = |check: usize| serde_json::to_string(&gate.checks[check].expectation).expect("JSON");
    assert!(
        said(0).contains(r#"{"column notes.body":{"exactly":"text"},"column notes.id":{"exactly":"integer"}}"#),
        "{}",
        said(0)
    );
    assert!(said(1).contains("INSERT INTO notes VALUES (1)"), "{}", said(1));
}

#[rstest]
#[case::value_that_nobody_uses(
    "table = \"notes\"",
    "table = \"notes\"\nother = \"x\"",
    "suite.toml:17: no gate, scenario or value says `${other}`: use it, or delete it"
)]
#[case::number("\"body text\"", "7", "suite.toml:18: the value of `body` holds a number or a time: put it in quotes")]
#[case::value_without_a_value("${body}", "${boddy}", "suite.toml:17: nothing gives `${boddy}` a value")]
#[case::value_that_says_itself("\"body text\"", "\"${body}\"", "suite.toml:18: nothing gives `${body}` a value")]
#[case::value_that_is_wrong_where_it_is_named(
    "\"body text\"",
    "\"body\"",
    "gates/1-notes/1.1-c.toml:6: column `body` of notes has no definition"
)]
fn a_mistake_in_the_values_of_a_suite_is_named(#[case] right: &str, #[case] wrong: &str, #[case] expected: &str) {
    assert!(WITH.contains(right), "{right}");
    let root = whole_with_values(&WITH.replacen(right, wrong, 1), DECLARED);
    assert_eq!(message(root.path()), format!("suites/s/{expected}"));
}

/// A gate that stands after both phases of a suite.
const SHARED: &str = r#"id = "${phase}.old"
claim = "phase ${phase} keeps what was there"
after = "every phase"
[[check]]
id = "${phase}.old.1"
title = "t"
violations = "SELECT 1 WHERE false"
examined = "SELECT 1"
"#;

fn whole_with_two_phases() -> TempDir {
    let root = whole();
    let second = "[[phase]]\nid = \"2\"\nslug = \"2-tags\"\ntitle = \"tags\"\nup = \"up.sql\"\n";
    put(root.path(), "suites/s/suite.toml", &format!("{SUITE}{second}"));
    put(root.path(), "suites/s/gates/old-rows.toml", SHARED);
    root
}

#[test]
fn a_gate_after_several_phases_stands_in_each_of_them_among_its_own() {
    let root = whole_with_two_phases();
    let suites = load(&root.path().join("suites"), &[]).expect("whole");
    let gates = suites[0].phases.iter().map(|phase| phase.gates.iter().map(|gate| gate.slug.as_str()).collect());
    assert_eq!(gates.collect::<Vec<Vec<_>>>(), [vec!["1.1-c", "1.old-rows"], vec!["2.old-rows"]]);
    let gate = &suites[0].phases[1].gates[0];
    assert_eq!((gate.id.as_str(), gate.claim.as_str()), ("2.old", "phase 2 keeps what was there"));
    assert_eq!(gate.checks[0].id, "2.old.1");
}

#[rstest]
#[case::unknown_phase("\"every phase\"", "[\"1\", \"3\"]", ":3: there is no phase 3")]
#[case::phase_twice(
    "\"every phase\"",
    "[\"1\", \"1\"]",
    ":1: two rows of `after` lead to 1.old: name what tells them apart as `${name}`"
)]
#[case::all_phases(
    "\"every phase\"",
    "\"all\"",
    ":3: expected the ids of phases, rows of values with their `phase`, or \"every phase\""
)]
#[case::row_without_a_phase("\"every phase\"", "[{ table = \"t\" }]", ":3: a row of `after` names no `phase`")]
#[case::value_that_nobody_uses(
    "\"every phase\"",
    "[{ phase = \"1\", table = \"t\" }]",
    ":3: `after` gives `table`, and nothing says `${table}`"
)]
#[case::no_phases(
    "after = \"every phase\"\n",
    "",
    ":1: a gate in this folder stands after several phases: say which, as in after = [\"5\", \"6\"] or \
     after = \"every phase\", or put its file into the folder of its phase"
)]
#[case::gate_of_one_id(
    "\"${phase}.old\"",
    "\"old\"",
    ":1: the id of a gate that stands after several phases begins with `${phase}.`"
)]
#[case::check_of_one_id(
    "\"${phase}.old.1\"",
    "\"old.1\"",
    ":5: the check stands once for each phase of its gate: name `${phase}` in its id"
)]
#[case::check_after_a_phase_of_another_gate(
    "id = \"${phase}.old.1\"",
    "after = [\"3\"]\nid = \"1.old.1\"",
    ":5: the gate does not stand after a phase 3"
)]
#[case::check_after_nothing(
    "id = \"${phase}.old.1\"",
    "after = []\nid = \"1.old.1\"",
    ":5: expected the ids of phases: after = [\"5\"]"
)]
#[case::file_of_another_name(
    "\"${phase}.old\"",
    "\"${phase}.new\"",
    ": the file of gate 1.new should be named new-<what it claims>.toml"
)]
fn a_mistake_in_a_gate_of_several_phases_is_named(#[case] right: &str, #[case] wrong: &str, #[case] expected: &str) {
    let root = whole_with_two_phases();
    assert!(SHARED.contains(right), "{right}");
    put(root.path(), "suites/s/gates/old-rows.toml", &SHARED.replacen(right, wrong, 1));
    assert_eq!(message(root.path()), format!("suites/s/gates/old-rows.toml{expected}"));
}

#[rstest]
#[case::column_without_a_definition("{ \"columns notes\" = \"id\" }", "column `id` of notes has no definition")]
#[case::columns_in_a_list(
    "{ \"columns notes\" = [\"id integer\"] }",
    "expected the columns of notes in one text, as in CREATE TABLE"
)]
#[case::column_twice(
    "{ \"columns notes\" = \"id integer\", \"column notes.id\" = \"integer\" }",
    "`column notes.id` is declared twice"
)]
#[case::object_in_two_catalogs(
    "[{ \"table notes\" = \"table\" }, { \"table notes\" = \"table\" }]",
    "`table notes` is declared twice"
)]
#[case::neither_objects_nor_a_list("\"notes\"", "expected objects and their definitions, or a list of such tables")]
fn a_mistake_in_a_catalog_is_named_with_its_line(#[case] catalog: &str, #[case] expected: &str) {
    let root = whole();
    let gate = "id = \"1.1\"\nclaim = \"c\"\n[[check]]\nid = \"1.1.1\"\ntitle = \"t\"\n";
    put(root.path(), "suites/s/gates/1-notes/1.1-c.toml", &format!("{gate}catalog = {catalog}\n"));
    assert_eq!(message(root.path()), format!("suites/s/gates/1-notes/1.1-c.toml:6: {expected}"));
}

/// Two scenarios in one file.
const SCENARIOS: &str = r#"each = [{ role = "a" }, { role = "b" }]
slug = "by-${role}"
title = "applied by ${role}"
why = "w"
kind = "apply"
baseline = { role = "${role}" }
expect = { outcome = "passed" }
"#;

#[test]
fn a_file_of_scenarios_gives_one_for_each_row() {
    let root = whole();
    put(root.path(), "suites/s/scenarios/by.toml", SCENARIOS);
    let suites = load(&root.path().join("suites"), &[]).expect("whole");
    let named = suites[0].scenarios.iter().map(|scenario| (scenario.slug.as_str(), scenario.title.as_str()));
    assert_eq!(named.collect::<Vec<_>>(), [("by-a", "applied by a"), ("by-b", "applied by b")]);
    assert_eq!(suites[0].scenarios[1].role, Some(Some("b".to_owned())));
}

#[rstest]
#[case::no_slug(
    "slug = \"by-${role}\"\n",
    "",
    ":1: several scenarios need a `slug` that tells them apart, such as \"as-delivered-${name}\""
)]
#[case::one_slug(
    "by-${role}",
    "by-all",
    ":2: two rows of `each` lead to by-all: name what tells them apart as `${name}`"
)]
#[case::slug_of_one(
    "each = [{ role = \"a\" }, { role = \"b\" }]\n",
    "",
    ":1: the slug of a scenario is the name of its file: `slug` goes with `each`"
)]
#[case::name_without_a_value("applied by ${role}", "applied by ${roles}", ":3: nothing gives `${roles}` a value")]
fn a_mistake_in_a_file_of_scenarios_is_named(#[case] right: &str, #[case] wrong: &str, #[case] expected: &str) {
    let root = whole();
    assert!(SCENARIOS.contains(right), "{right}");
    put(root.path(), "suites/s/scenarios/by.toml", &SCENARIOS.replacen(right, wrong, 1));
    assert_eq!(message(root.path()), format!("suites/s/scenarios/by.toml{expected}"));
}

#[test]
fn a_slug_that_two_files_give_is_an_error() {
    let root = whole();
    put(root.path(), "suites/s/scenarios/by.toml", SCENARIOS);
    let one = "title = \"t\"\nwhy = \"w\"\nkind = \"apply\"\nexpect = { outcome = \"passed\" }\n";
    put(root.path(), "suites/s/scenarios/by-a.toml", one);
    assert_eq!(
        message(root.path()),
        "suites/s/suite.toml: scenario by-a is there twice: ids are unique within a suite"
    );
}
