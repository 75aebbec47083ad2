//! What a user may get wrong in the files of a suite, each with the exact message that says where and what to do.

use std::{fs, path::Path, process::Command};

use rstest::rstest;
use tempfile::TempDir;

use super::load;

pub(super) const SUITE: &str = r#"suite = "s"
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

pub(super) const GATE: &str = r#"id = "1.1"
claim = "c"
[[check]]
id = "1.1.1"
title = "t"
violations = "SELECT 1 WHERE false"
examined = "SELECT 1"
"#;

/// A suite that loads.
pub(super) fn whole() -> TempDir {
    let root = tempfile::tempdir().expect("temporary folder");
    put(root.path(), "suites/s/suite.toml", SUITE);
    put(root.path(), "suites/s/gates/1-notes/1.1-c.toml", GATE);
    put(root.path(), "fixtures/baseline.sql", "CREATE TABLE notes (id int);\n");
    put(root.path(), "fixtures/up.sql", "ALTER TABLE notes ADD body text;\n");
    root
}

pub(super) fn put(root: &Path, name: &str, text: &str) {
    let path = root.join(name);
    fs::create_dir_all(path.parent().expect("a folder")).expect("folder");
    fs::write(path, text).expect("file");
}

/// The message of the error, with the temporary folder taken out.
pub(super) fn message(root: &Path) -> String {
    let error = load(&root.join("suites"), &[]).expect_err("the suite is not whole");
    let text = error.to_string().replace(&format!("{}/", root.display()), "");
    text.replace("suites/s/../../", "")
}

/// The beginning of a gate with one check.
const HEAD: &str = "id = \"1.1\"\nclaim = \"c\"\n[[check]]\nid = \"1.1.1\"\ntitle = \"t\"\n";

#[test]
fn a_whole_suite_loads() {
    let root = whole();
    let suites = load(&root.path().join("suites"), &[]).expect("whole");
    assert_eq!(suites.len(), 1);
    assert_eq!(suites[0].inputs.len(), 4);
}

#[test]
fn a_check_that_asks_about_bookkeeping_is_refused() {
    let root = whole();
    put(root.path(), "suites/s/suite.toml", &SUITE.replace("[server]", "bookkeeping = [\"books\"]\n[server]"));
    put(root.path(), "suites/s/gates/1-notes/1.1-c.toml", &format!("{HEAD}unchanged = {{ tables = [\"books\"] }}\n"));
    let expected = "suites/s/gates/1-notes/1.1-c.toml: check 1.1.1 asks about `books`, which suite.toml names as bookkeeping: \
        take it out here or there";
    assert_eq!(message(root.path()), expected);
}

/// Read as a file, either would never end.
#[test]
fn a_pipe_or_a_device_in_place_of_a_gate_is_refused() {
    let pipe = |path: &Path| assert!(Command::new("mkfifo").arg(path).status().expect("mkfifo").success());
    let device = |path: &Path| std::os::unix::fs::symlink("/dev/zero", path).expect("a link");
    for put in [&pipe as &dyn Fn(&Path), &device] {
        let root = whole();
        let gate = root.path().join("suites/s/gates/1-notes/1.1-c.toml");
        fs::remove_file(&gate).expect("removable");
        put(&gate);
        assert_eq!(message(root.path()), "suites/s/gates/1-notes/1.1-c.toml: is no regular file");
    }
}

#[rstest]
#[case::unknown_key("suite.toml", &SUITE.replace("title = \"t\"", "titel = \"t\""),
    "suites/s/suite.toml:2: unknown field `titel`: did you mean `title`? expected one of `suite`, `title`, `source`, `fixtures`, `unread`, \
     `bookkeeping`, `inputs`, `env`, `server`, `baseline`, `phase`, `deviation`, `with`, `given`, `finding`")]
#[case::another_name("suite.toml", &SUITE.replace("suite = \"s\"", "suite = \"x\""),
    "suites/s/suite.toml: suite = \"x\" is not the name of its folder, s")]
#[case::another_kind_of_server("suite.toml", &SUITE.replace("postgres", "oracle"),
    "suites/s/suite.toml: server.kind is `oracle`, expected `postgres` or `sqlite`")]
#[case::missing_file("suite.toml", &SUITE.replace("up.sql", "upp.sql"),
    "suites/s/suite.toml:13: there is no file upp.sql in fixtures: did you mean `up.sql`?")]
#[case::file_of_another_folder("suite.toml", &SUITE.replace("up.sql", "fixtures/up.sql"),
    "suites/s/suite.toml:13: there is no file fixtures/up.sql in fixtures: did you mean `up.sql`?")]
#[case::file_like_no_other("suite.toml", &SUITE.replace("up.sql", "V1__x.sql"),
    "suites/s/suite.toml:13: there is no file V1__x.sql in fixtures: put it there, or mend its path")]
#[case::pattern_without_match("suite.toml", &SUITE.replace("baseline.sql", "baseline/*.sql"),
    "suites/s/suite.toml:8: `baseline/*.sql` matches no file in fixtures")]
#[case::bookkeeping_twice("suite.toml", &SUITE.replace("[server]", "bookkeeping = [\"a\",\n\"a\"]\n[server]"),
    "suites/s/suite.toml:6: bookkeeping: `a` is no name of a table, or is there twice")]
#[case::bookkeeping_that_is_no_name("suite.toml", &SUITE.replace("[server]", "bookkeeping = [\"table a\"]\n[server]"),
    "suites/s/suite.toml:5: bookkeeping: `table a` is no name of a table, or is there twice")]
#[case::exception_without_a_reason("gates/1-notes/1.1-c.toml",
    &format!("{HEAD}rollback = {{ tables = [\"notes\"], except = {{ \"index i\" = \" \" }} }}\n"),
    "suites/s/gates/1-notes/1.1-c.toml:3: check 1.1.1: `except` gives no reason for `index i`: say why it may be another on \
     the way back")]
#[case::part_of_a_definition_that_is_nothing("gates/1-notes/1.1-c.toml",
    &format!("{HEAD}catalog = {{ \"table notes\" = {{ contains = [\"a\", \"\"] }} }}\n"),
    "suites/s/gates/1-notes/1.1-c.toml:3: check 1.1.1: `table notes` must contain nothing, which it always does")]
#[case::way_back_to_nowhere("gates/1-notes/1.1-c.toml", &format!("{HEAD}rollback = {{ to = \"yesterday\" }}\n"),
    "suites/s/gates/1-notes/1.1-c.toml:6: unknown variant `yesterday`, expected `baseline` or `previous`")]
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
     step, plan, catalog, changes, unchanged, rollback, tap")]
#[case::adopt_of_another_kind("gates/1-notes/1.1-c.toml", &GATE.replace("examined", "adopt = true\nexamined"),
    "suites/s/gates/1-notes/1.1-c.toml:3: check 1.1.1: `adopt` means nothing beside `violations`: what is seen can be adopted by \
     changes, catalog and rows")]
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
    "suites/s/gates/1-notes/1.1-c.toml:3: check 1.1.1: `notes` does not begin with a kind of object: KINDS"
)]
#[case::exactly_on_a_table_of_another_name(
    "gates/1-notes/1.1-c.toml",
    &format!("{HEAD}exactly = [\"ntoes\"]\n[check.catalog]\n\"columns notes\" = \"id integer\"\n"),
    "suites/s/gates/1-notes/1.1-c.toml:3: check 1.1.1: `exactly` names `ntoes`, and the check declares nothing of ntoes: \
     declare \"table ntoes\" at least"
)]
#[case::exactly_of_no_kind(
    "gates/1-notes/1.1-c.toml",
    &format!("{HEAD}exactly = [\"idnex notes\"]\n[check.catalog]\n\"table notes\" = \"table\"\n"),
    "suites/s/gates/1-notes/1.1-c.toml:3: check 1.1.1: `idnex notes` does not begin with a kind of object: did you \
     mean `index notes`? The kinds are KINDS"
)]
#[case::exactly_beside_another_expectation(
    "gates/1-notes/1.1-c.toml",
    &format!("{HEAD}exactly = [\"notes\"]\nquery = \"SELECT 1\"\nrows = [[\"1\"]]\n"),
    "suites/s/gates/1-notes/1.1-c.toml:3: check 1.1.1: the key `exactly` means nothing beside `rows`"
)]
#[case::constraint_without_its_table(
    "gates/1-notes/1.1-c.toml",
    &format!("{HEAD}[check.catalog]\n\"constraint ck_x\" = \"absent\"\n\"columns notes\" = \"id integer\"\n"),
    "suites/s/gates/1-notes/1.1-c.toml:3: check 1.1.1: `constraint ck_x` does not say on which table: write \
     `constraint notes.ck_x`"
)]
#[case::change_of_a_trigger_without_its_table(
    "gates/1-notes/1.1-c.toml",
    &format!("{HEAD}changes = {{ drop = [\"trigger guard\"] }}\n"),
    "suites/s/gates/1-notes/1.1-c.toml:3: check 1.1.1: `trigger guard` does not say on which table: write \
     `trigger TABLE.guard`"
)]
#[case::guard_without_its_table(
    "gates/1-notes/1.1-c.toml",
    &format!("{HEAD}write = \"x\"\nwithout = \"trigger guard\"\nrejects = {{ sqlstate = \"P0001\", by = \"f\" }}\n"),
    "suites/s/gates/1-notes/1.1-c.toml:3: check 1.1.1: `trigger guard` does not say on which table: write \
     `trigger TABLE.guard`"
)]
#[case::guard_of_no_kind(
    "gates/1-notes/1.1-c.toml",
    &format!("{HEAD}write = \"x\"\nwithout = \"notes.guard\"\nrejects = {{ sqlstate = \"P0001\", by = \"f\" }}\n"),
    "suites/s/gates/1-notes/1.1-c.toml:3: check 1.1.1: `notes.guard` does not begin with a kind of object: KINDS"
)]
#[case::guard_and_neighbour(
    "gates/1-notes/1.1-c.toml",
    &format!(
        "{HEAD}write = \"x\"\nneighbour = \"y\"\nwithout = \"trigger notes.guard\"\n\
         rejects = {{ sqlstate = \"P0001\", by = \"f\" }}\n"
    ),
    "suites/s/gates/1-notes/1.1-c.toml:3: check 1.1.1: give one of `neighbour`, `without` and `without_neighbour`"
)]
#[case::limit_that_is_no_duration(
    "gates/1-notes/1.1-c.toml",
    &format!("{HEAD}timeout = \"soon\"\nquery = \"SELECT 1\"\nrows = [[\"1\"]]\n"),
    "suites/s/gates/1-notes/1.1-c.toml:3: check 1.1.1: timeout = \"soon\" is no duration: write 500ms, 90s or 5m"
)]
#[case::log_of_what_gives_no_rows(
    "gates/1-notes/1.1-c.toml",
    &format!("{HEAD}log = \"Final state\"\nwrite = \"x\"\naccepts = {{ rows = 1 }}\n"),
    "suites/s/gates/1-notes/1.1-c.toml:3: check 1.1.1: `log` shows the rows of a query: it belongs to a check with `rows`"
)]
#[case::limit_of_nothing(
    "gates/1-notes/1.1-c.toml",
    &format!("{HEAD}timeout = \"0s\"\nquery = \"SELECT 1\"\nrows = [[\"1\"]]\n"),
    "suites/s/gates/1-notes/1.1-c.toml:3: check 1.1.1: timeout = \"0s\" is no duration: write 500ms, 90s or 5m"
)]
#[case::file_of_another_name(
    "gates/1-notes/1.2-d.toml",
    GATE,
    "suites/s/gates/1-notes/1.2-d.toml: the file of gate 1.1 should be named 1.1-<what it claims>.toml"
)]
#[case::file_that_nothing_reads(
    "gates/2-old/2.1-x.toml",
    GATE,
    "suites/s/gates/2-old/2.1-x.toml: no phase, gate or scenario reads this file: name it where it belongs, declare it \
     with `unread` in suite.toml, or delete it"
)]
fn a_mistake_in_a_suite_is_named_with_its_place(#[case] file: &str, #[case] text: &str, #[case] expected: &str) {
    let root = whole();
    put(root.path(), &format!("suites/s/{file}"), text);
    let expected = expected.replace("KINDS", &phasegate_database::OBJECT_KINDS.join(", "));
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
#[case::dump(
    "--\n-- PostgreSQL database dump\n--\nSELECT 1;\n-- PostgreSQL database dump complete\n",
    "fixtures/up.sql: this is a dump by pg_dump, which is a whole state and no step from one to the next: name it under \
     `schema` of [baseline], and write what the phase does"
)]
fn a_mistake_in_a_phase_is_named_with_its_line(#[case] sql: &str, #[case] expected: &str) {
    let root = whole();
    put(root.path(), "fixtures/up.sql", sql);
    let message = message(root.path());
    assert!(message.starts_with(expected), "{message}");
}

/// What a check does is rolled back, wherever its SQL stands; only a phase may do more.
#[rstest]
#[case::query(
    "query = '''\nSELECT 1;\nCOMMIT'''\nrows = [[1]]\n",
    "7: check 1.1.1: `query`, line 2: it begins or ends a transaction"
)]
#[case::two_queries(
    "query = 'SELECT 1; SELECT 2'\nrows = [[1]]\n",
    "6: check 1.1.1: `query`, line 1: a second statement, where one is expected"
)]
#[case::examined(
    "violations = 'SELECT 1 WHERE false'\nexamined = 'SELECT 1; ROLLBACK /* x */'\n",
    "7: check 1.1.1: `examined`, line 1: it begins or ends a transaction"
)]
#[case::given(
    "given = 'DO $$ BEGIN COMMIT; END $$'\nquery = 'SELECT 1'\nrows = [[1]]\n",
    "6: check 1.1.1: `given`, line 1: its block ends a transaction"
)]
#[case::write(
    "write = 'INSERT INTO notes VALUES (1); END'\naccepts = { rows = 1 }\n",
    "6: check 1.1.1: `write`, line 1: it begins or ends a transaction"
)]
#[case::neighbour(
    "write = 'DELETE FROM notes'\nrejects = { sqlstate = '23505', by = 'x' }\nneighbour = 'COPY notes FROM STDIN'\n",
    "8: check 1.1.1: `neighbour`, line 1: COPY reads or writes what lies outside the database: write rows as INSERT"
)]
#[case::step(
    "[[check.step]]\nrun = 'SET TRANSACTION READ WRITE'\n",
    "7: check 1.1.1: `run`, line 1: it sets what a transaction may do"
)]
#[case::defect(
    "query = 'SELECT 1'\nrows = [[1]]\nfails = { reason = 'rows-differ', when = 'DROP TABLE notes; COMMIT' }\n",
    "8: the defect of check 1.1.1: `sql`, line 1: it begins or ends a transaction"
)]
fn what_leaves_its_transaction_is_refused(#[case] check: &str, #[case] expected: &str) {
    let root = whole();
    put(root.path(), "suites/s/gates/1-notes/1.1-c.toml", &format!("{HEAD}{check}"));
    let why = "; what it does is rolled back, and only a phase may do more";
    assert_eq!(message(root.path()), format!("suites/s/gates/1-notes/1.1-c.toml:{expected}{why}"));
}
