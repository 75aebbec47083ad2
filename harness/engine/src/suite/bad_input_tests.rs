//! What a user may get wrong in the files of a suite, each with the exact message that says where and what to do.

use std::{fs, path::Path};

use rstest::rstest;
use tempfile::TempDir;

use super::load;

const SUITE: &str = r#"suite = "s"
title = "t"
source = "d"
fixtures = "../../fixtures"
[server]
kind = "postgres"
[baseline]
schema = ["baseline.sql"]
[[phase]]
id = "1"
slug = "1-notes"
title = "notes"
up = "up.sql"
"#;

const GATE: &str = r#"id = "1.1"
claim = "c"
[[check]]
id = "1.1.1"
title = "t"
violations = "SELECT 1 WHERE false"
examined = "SELECT 1"
"#;

/// A suite that loads.
fn whole() -> TempDir {
    let root = tempfile::tempdir().expect("temporary folder");
    put(root.path(), "suites/s/suite.toml", SUITE);
    put(root.path(), "suites/s/gates/1-notes/1.1-c.toml", GATE);
    put(root.path(), "fixtures/baseline.sql", "CREATE TABLE notes (id int);\n");
    put(root.path(), "fixtures/up.sql", "ALTER TABLE notes ADD body text;\n");
    root
}

fn put(root: &Path, name: &str, text: &str) {
    let path = root.join(name);
    fs::create_dir_all(path.parent().expect("a folder")).expect("folder");
    fs::write(path, text).expect("file");
}

/// The message of the error, with the temporary folder taken out.
fn message(root: &Path) -> String {
    let error = load(&root.join("suites"), &[]).expect_err("the suite is not whole");
    let text = error.to_string().replace(&format!("{}/", root.display()), "");
    text.replace("suites/s/../../", "")
}

#[test]
fn a_whole_suite_loads() {
    let root = whole();
    let suites = load(&root.path().join("suites"), &[]).expect("whole");
    assert_eq!(suites.len(), 1);
    assert_eq!(suites[0].inputs.len(), 4);
}

#[rstest]
#[case::unknown_key("suite.toml", &SUITE.replace("title = \"t\"", "titel = \"t\""),
    "suites/s/suite.toml:2: unknown field `titel`, expected one of `suite`, `title`, `source`, `fixtures`, `server`, \
     `baseline`, `phase`, `deviation`, `with`, `given`, `finding`")]
#[case::another_name("suite.toml", &SUITE.replace("suite = \"s\"", "suite = \"x\""),
    "suites/s/suite.toml: suite = \"x\" is not the name of its folder, s")]
#[case::another_kind_of_server("suite.toml", &SUITE.replace("postgres", "oracle"),
    "suites/s/suite.toml: server.kind is `oracle`, expected `postgres` or `sqlite`")]
#[case::missing_file("suite.toml", &SUITE.replace("up.sql", "upp.sql"),
    "suites/s/suite.toml: there is no file upp.sql in fixtures")]
#[case::pattern_without_match("suite.toml", &SUITE.replace("baseline.sql", "baseline/*.sql"),
    "suites/s/suite.toml: `baseline/*.sql` matches no file in fixtures")]
#[case::no_phase("suite.toml", SUITE.split("[[phase]]").next().expect("text"),
    "suites/s/suite.toml: the suite has no phase")]
#[case::phase_without_gates("suite.toml", &SUITE.replace("1-notes", "1-other"),
    "suites/s/suite.toml: phase 1 has no gate: expected at least one file in suites/s/gates/1-other")]
#[case::phase_twice("suite.toml", &format!("{SUITE}[[phase]]\nid = \"1\"\nslug = \"1-notes\"\ntitle = \"x\"\nup = \"up.sql\"\n"),
    "suites/s/suite.toml: phase 1 is there twice: ids are unique within a suite")]
#[case::gate_without_checks("gates/1-notes/1.1-c.toml", GATE.split("[[check]]").next().expect("text"),
    "suites/s/gates/1-notes/1.1-c.toml: gate 1.1 has no check: a gate without checks proves nothing")]
#[case::check_twice("gates/1-notes/1.1-c.toml", &format!("{GATE}{}", &GATE[GATE.find("[[check]]").expect("a check")..]),
    "suites/s/suite.toml: check 1.1.1 is there twice: ids are unique within a suite")]
#[case::check_that_expects_nothing("gates/1-notes/1.1-c.toml", &GATE.replace("violations = \"SELECT 1 WHERE false\"\n", ""),
    "suites/s/gates/1-notes/1.1-c.toml:3: check 1.1.1: it expects nothing: give one of rows, violations, rejects, accepts, \
     step, plan, catalog, changes, unchanged, rollback")]
#[case::check_without_examined("gates/1-notes/1.1-c.toml", &GATE.replace("examined = \"SELECT 1\"\n", ""),
    "suites/s/gates/1-notes/1.1-c.toml:3: check 1.1.1: `violations` needs the key `examined`")]
#[case::key_of_another_kind("gates/1-notes/1.1-c.toml", &format!("{GATE}neighbour = \"SELECT 1\"\n"),
    "suites/s/gates/1-notes/1.1-c.toml:3: check 1.1.1: the key `neighbour` means nothing beside `violations`")]
#[case::rejects_without_neighbour(
    "gates/1-notes/1.1-c.toml",
    "id = \"1.1\"\nclaim = \"c\"\n[[check]]\nid = \"1.1.1\"\ntitle = \"t\"\nwrite = \"x\"\nrejects = { sqlstate = \"23505\", by = \"i\" }\n",
    "suites/s/gates/1-notes/1.1-c.toml:3: check 1.1.1: `rejects` needs `but`, the fault in the write, or else `neighbour`, \
     the same write with only the fault mended, or `without`, what must be switched off for the write to be accepted"
)]
#[case::rows_that_pass_on_nothing(
    "gates/1-notes/1.1-c.toml",
    "id = \"1.1\"\nclaim = \"c\"\n[[check]]\nid = \"1.1.1\"\ntitle = \"t\"\nquery = \"SELECT 1\"\nrows = []\n",
    "suites/s/gates/1-notes/1.1-c.toml:3: check 1.1.1: it expects no row, and would pass on an empty table: say with \
     `examined` how many rows were looked at, or `allow_empty = true` if an empty table is what it wants"
)]
#[case::object_of_no_kind(
    "gates/1-notes/1.1-c.toml",
    "id = \"1.1\"\nclaim = \"c\"\n[[check]]\nid = \"1.1.1\"\ntitle = \"t\"\n[check.catalog]\n\"notes\" = \"table\"\n",
    "suites/s/gates/1-notes/1.1-c.toml:3: check 1.1.1: `notes` does not begin with a kind of object: @@KINDS@@"
)]
#[case::file_of_another_name(
    "gates/1-notes/1.2-d.toml",
    GATE,
    "suites/s/gates/1-notes/1.2-d.toml: the file of gate 1.1 should be named 1.1-<what it claims>.toml"
)]
#[case::file_that_nothing_reads(
    "gates/2-old/2.1-x.toml",
    GATE,
    "suites/s/gates/2-old/2.1-x.toml: no phase, gate or scenario reads this file: name it where it belongs, or delete it"
)]
fn a_mistake_in_a_suite_is_named_with_its_place(#[case] file: &str, #[case] text: &str, #[case] expected: &str) {
    let root = whole();
    put(root.path(), &format!("suites/s/{file}"), text);
    assert_eq!(message(root.path()), expected);
}

#[rstest]
#[case::no_sql("CREATE TABLE a (x int);\nALTER TABEL a ADD y int;\n", "fixtures/up.sql:2: ")]
#[case::psql_command("\\i other.sql\n", "fixtures/up.sql:1: a command of psql (`\\...`) is no SQL: ")]
#[case::empty("-- nothing yet\n", "fixtures/up.sql: the file holds no statement")]
#[case::own_transaction(
    "BEGIN;\nALTER TABLE notes ADD body text;\nCOMMIT;\n",
    "fixtures/up.sql:1: the file begins or ends a transaction, and the phase already runs in one: "
)]
fn a_mistake_in_a_phase_is_named_with_its_line(#[case] sql: &str, #[case] expected: &str) {
    let root = whole();
    put(root.path(), "fixtures/up.sql", sql);
    let message = message(root.path());
    assert!(message.starts_with(expected), "{message}");
}

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
    "3: unknown field `written`, expected one of `id`, `claim`, `requirement`, `added`, `after`, `given`, `as`, `settings`, \
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

#[test]
fn an_sql_file_that_nothing_reads_is_an_error() {
    let root = whole();
    put(root.path(), "fixtures/forgotten.sql", "SELECT 1;\n");
    assert_eq!(
        message(root.path()),
        "fixtures/forgotten.sql: no phase, gate or scenario reads this file: name it where it belongs, or delete it"
    );
}

#[test]
fn a_suite_that_is_not_there_is_named_beside_those_that_are() {
    let root = whole();
    let error = load(&root.path().join("suites"), &["x".to_owned()]).expect_err("unknown");
    assert_eq!(error.to_string(), "no suite `x`; there is s");
    let error = load(&root.path().join("nowhere"), &[]).expect_err("no folder");
    assert!(error.to_string().starts_with("no suite found in "), "{error}");
}

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
#[case::place_that_is_not_there(
    &REQUIREMENTS.replace("1.1", "1.2"),
    GATE,
    "suites/s/requirements.toml: requirement N-1: there is no gate, check, scenario or finding 1.2"
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
