//! A run judges a state on a server where it lies, and leaves no trace of it for the next phase.

use std::{fs, path::Path};

use crate::{
    phasegate::{Ran, phasegate, verifies},
    workspace::{change, put, workspace},
};

const SUITE: &str = "forensic-tests/suites/notes/suite.toml";

/// Runs the notes on an embedded server, with this second phase and this gate of it.
fn run(here: &Path, up: &str, down: &str, gate: &str) -> Ran {
    run_on(here, "", up, down, gate)
}

/// The same, with more in the baseline.
fn run_on(here: &Path, more: &str, up: &str, down: &str, gate: &str) -> Ran {
    change(here, SUITE, "kind = \"sqlite\"", "kind = \"postgres\"");
    let baseline = "CREATE TABLE notes (id serial PRIMARY KEY, text text NOT NULL);\n\
        CREATE TABLE kinds (id int PRIMARY KEY);\nINSERT INTO kinds VALUES (1);\n\
        CREATE TABLE owners (id int PRIMARY KEY, kind int REFERENCES kinds DEFERRABLE INITIALLY DEFERRED);\n\
        INSERT INTO notes (text) VALUES ('a'), ('b');\n";
    put(here, "fixtures/notes/baseline.sql", &format!("{baseline}{more}"));
    put(here, "fixtures/notes/defects/1.later.1.sql", "ALTER TABLE notes ADD CHECK (id < 3);\n");
    fs::remove_file(here.join("fixtures/notes/defects/2.1.1.sql")).expect("removable");
    put(here, "fixtures/notes/phases/1-down.sql", "ALTER TABLE notes DROP COLUMN author;\n");
    put(here, "fixtures/notes/phases/2.sql", up);
    put(here, "fixtures/notes/phases/2-down.sql", down);
    for phase in ["1", "2"] {
        let up = format!("up = \"phases/{phase}.sql\"");
        change(here, SUITE, &up, &format!("{up}\ndown = \"phases/{phase}-down.sql\""));
    }
    put(here, "forensic-tests/suites/notes/gates/2-title/2.1-title.toml", gate);
    let ran = phasegate(here, &["run", "--server", "embedded"]);
    verifies(here, &ran);
    ran
}

/// The gate of the second phase: these checks, and the way back.
fn gate(checks: &str) -> String {
    format!(
        "id = \"2.1\"\nclaim = \"notes can have a title\"\n{checks}[[check]]\nid = \"2.1.9\"\ntitle = \"down and up again\"\n\
         rollback = {{ tables = [\"kinds\"] }}\n"
    )
}

fn query(id: &str, query: &str, row: &str) -> String {
    format!("[[check]]\nid = \"{id}\"\ntitle = \"t\"\nquery = \"{query}\"\nrows = [[\"{row}\"]]\n")
}

const TITLE: &str = "ALTER TABLE notes ADD COLUMN title TEXT;\n";
const NO_TITLE: &str = "ALTER TABLE notes DROP COLUMN title;\n";

fn passes(ran: &Ran) {
    assert_eq!(ran.code, 0, "{}{}", ran.stdout, ran.stderr);
}

/// Checks of the first phase give out numbers, as does the way back from the second, and both are rolled back.
#[test]
fn a_sequence_counts_on_as_if_nothing_had_been_tried() {
    let workspace = workspace();
    let up = format!("{TITLE}INSERT INTO notes (text, title) VALUES ('c', 'new');\n");
    let down = format!("DELETE FROM notes WHERE title = 'new';\n{NO_TITLE}");
    let checks = query("2.1.1", "SELECT max(id), nextval('notes_id_seq') FROM notes", "3\", \"4");
    passes(&run(workspace.path(), &up, &down, &gate(&checks)));
}

/// What the end of a transaction does not take away would be there for the next phase here, and for nobody else's.
#[test]
fn a_phase_that_leaves_something_in_its_session_fails_and_says_what() {
    for (left, what) in [
        ("SET search_path = public, pg_catalog", "the setting search_path"),
        ("CREATE TEMP TABLE work (x int)", "the temporary table work"),
        ("SELECT pg_advisory_lock(7)", "the advisory lock 7"),
        (
            "SET LOCAL work_mem = '1MB'; SELECT pg_advisory_xact_lock(7); CREATE TEMP TABLE work (x int) ON COMMIT DROP",
            "",
        ),
    ] {
        let workspace = workspace();
        let checks = query("2.1.1", "SELECT count(*) FROM notes", "2");
        let ran = run(workspace.path(), &format!("{TITLE}{left};\n"), NO_TITLE, &gate(&checks));
        let said: String = ran.stdout.split_whitespace().collect::<Vec<_>>().join(" ");
        let expected = format!("leaves behind in its session: {what}");
        assert!(
            if what.is_empty() { ran.code == 0 } else { ran.code == 4 && said.contains(&expected) },
            "{left}: {} {said}",
            ran.code
        );
    }
}

/// Checks that set settings share a session, but none meets what another left: unset is no longer unset once it was set.
#[test]
fn a_setting_of_one_check_is_not_met_by_another() {
    let workspace = workspace();
    let value = |name: &str| format!("coalesce(current_setting('my.{name}', true), 'unset')");
    let both = format!("SELECT {}, {}", value("a"), value("b"));
    let with = |id: &str, settings: &str, row: &str| query(id, &both, row) + &format!("settings = {{ {settings} }}\n");
    let by_sql = "[[check]]\nid = \"2.1.5\"\ntitle = \"t\"\n[[check.step]]\nrun = \"SET LOCAL my.b = 's'\"\n\
        [[check.step]]\nrun = \"SELECT current_setting('my.b')\"\nrows = [[\"s\"]]\n";
    let checks = [
        with("2.1.1", "'my.a' = '1'", "1\", \"unset"),
        with("2.1.2", "'my.a' = '2'", "2\", \"unset"),
        with("2.1.3", "'my.b' = '3'", "unset\", \"3"),
        with("2.1.4", "'my.a' = '4', 'my.b' = '5'", "4\", \"5"),
        by_sql.to_owned(),
        with("2.1.6", "'my.a' = '6'", "6\", \"unset"),
        query("2.1.7", &both, "unset\", \"unset"),
    ];
    let up = format!("SET LOCAL my.a = 'by the phase';\n{TITLE}");
    passes(&run(workspace.path(), &up, NO_TITLE, &gate(&checks.concat())));
}

#[test]
fn a_setting_that_a_function_sets_is_not_met_by_another_check() {
    let workspace = workspace();
    let function =
        "CREATE FUNCTION remember() RETURNS text LANGUAGE sql AS $$SELECT set_config('my.a', 'x', true)$$;\n";
    let checks = [
        query("2.1.1", "SELECT remember()", "x"),
        query("2.1.2", "SELECT coalesce(current_setting('my.a', true), 'unset')", "unset"),
    ];
    let down = format!("DROP FUNCTION remember();\n{NO_TITLE}");
    passes(&run(workspace.path(), &format!("{TITLE}{function}"), &down, &gate(&checks.concat())));
}

/// A session that was there before would not see it, and the application's next one does.
#[test]
fn what_a_phase_sets_its_database_to_holds_for_the_checks_after_it() {
    let alter =
        |how: &str| format!("DO $$ BEGIN EXECUTE format('ALTER DATABASE %I {how}', current_database()); END $$;\n");
    let (up, down) = (alter("SET work_mem = ''5MB''"), alter("RESET work_mem"));
    for (up, down, work_mem) in [(up.as_str(), down.as_str(), "5MB"), ("", "", "4MB")] {
        let folder = workspace();
        let work_mem = query("2.1.1", "SELECT current_setting('work_mem')", work_mem);
        passes(&run(folder.path(), &format!("{TITLE}{up}"), &format!("{NO_TITLE}{down}"), &gate(&work_mem)));
    }
}

#[test]
fn a_phase_that_forgets_prepared_statements_hinders_nobody() {
    let workspace = workspace();
    let up = format!("DEALLOCATE ALL;\n{TITLE}");
    let checks = query("2.1.1", "SELECT count(*) FROM notes", "2");
    passes(&run(workspace.path(), &up, NO_TITLE, &gate(&checks)));
}

/// The temporary table of `down` is still there when `up` makes its own, unless each has its own transaction.
#[test]
fn a_way_back_that_one_transaction_refuses_is_walked_in_several() {
    let workspace = workspace();
    let work = "CREATE TEMP TABLE work ON COMMIT DROP AS SELECT id FROM notes;\n";
    passes(&run(workspace.path(), &format!("{work}{TITLE}"), &format!("{work}{NO_TITLE}"), &gate("")));
}

#[test]
fn a_phase_without_a_transaction_is_walked_back_without_one() {
    let workspace = workspace();
    change(workspace.path(), SUITE, "up = \"phases/2.sql\"", "up = \"phases/2.sql\"\ntransaction = \"none\"");
    let up = "CREATE INDEX CONCURRENTLY by_text ON notes (text);\n";
    passes(&run(workspace.path(), up, "DROP INDEX CONCURRENTLY by_text;\n", &gate("")));
}

/// Nothing refuses an owner of an unknown kind before the end of the transaction.
#[test]
fn a_way_back_that_is_refused_at_its_end_is_no_way_back() {
    let workspace = workspace();
    let down = format!("INSERT INTO owners VALUES (1, 99);\n{NO_TITLE}");
    let ran = run(workspace.path(), TITLE, &down, &gate(""));
    assert_eq!(ran.code, 1, "{}{}", ran.stdout, ran.stderr);
    let said: String = ran.stdout.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(said.contains("2.1.9") && said.contains("down-failed") && said.contains("owners_kind_fkey"), "{said}");
}

/// A setting of `down` that ends with its transaction does not help `up`.
#[test]
fn a_way_back_that_needs_what_down_set_is_no_way_back() {
    let workspace = workspace();
    let up = format!("{TITLE}UPDATE notes SET title = current_setting('my.title');\n");
    let set = format!("SET LOCAL my.title = 'x';\n{up}");
    // The first time it is set by the phase itself: a table tells the first time from the second.
    let guarded = set.replace(
        "SET LOCAL my.title = 'x';\n",
        "DO $$ BEGIN IF (SELECT count(*) FROM owners) = 0 THEN PERFORM set_config('my.title', 'x', true); END IF; END $$;\n",
    );
    let guarded = guarded.replace("current_setting('my.title')", "nullif(current_setting('my.title', true), '')");
    let guarded = format!("{guarded}ALTER TABLE notes ALTER title SET NOT NULL;\n");
    let down = format!("SET LOCAL my.title = 'x';\nINSERT INTO owners VALUES (1, 1);\n{NO_TITLE}");
    let ran = run(workspace.path(), &guarded, &down, &gate(""));
    assert_eq!(ran.code, 1, "{}{}", ran.stdout, ran.stderr);
    assert!(ran.stdout.contains("2.1.9") && ran.stdout.contains("title"), "{}", ran.stdout);
}

/// Declared objects are built to be read back: in the schema `public` where there is one, else in one of our own.
#[test]
fn what_is_declared_is_compared_where_there_is_no_schema_public() {
    let up = format!(
        "{TITLE}ALTER TABLE notes ADD CONSTRAINT short CHECK (length(title) < 9);\n\
         CREATE UNIQUE INDEX by_title ON notes (title);\nALTER SCHEMA public RENAME TO app;\n"
    );
    let gate = |column: &str| {
        format!(
            "id = \"2.1\"\nclaim = \"notes can have a title\"\n[[check]]\nid = \"2.1.1\"\ntitle = \"t\"\n[check.catalog]\n\
             \"column app.notes.title\" = \"{column}\"\n\"index app.by_title\" = \"UNIQUE ON app.notes (title)\"\n\
             \"constraint app.notes.short\" = \"CHECK (length(title)<9)\"\n"
        )
    };
    passes(&run(workspace().path(), &up, NO_TITLE, &gate("text")));
    let ran = run(workspace().path(), &up, NO_TITLE, &gate("varchar"));
    assert!(ran.code == 1 && ran.stdout.contains("character varying"), "{}{}", ran.stdout, ran.stderr);
}

/// A phase has the rights of its role and no way to those of whoever runs it.
#[test]
fn a_phase_keeps_to_the_role_of_its_suite() {
    for (transaction, up, refused) in [
        ("phase", "CREATE ROLE sneaky", "permission denied to create role"),
        ("phase", "RESET ROLE;\nCREATE ROLE sneaky", "permission denied to create role"),
        ("phase", "RESET SESSION AUTHORIZATION", "the statement ends as `postgres`"),
        ("none", "RESET ROLE;\nCREATE ROLE sneaky", "permission denied to create role"),
        ("none", "SET SESSION AUTHORIZATION DEFAULT", "the statement ends as `postgres`"),
        ("phase", "RESET ROLE", ""),
        ("none", "RESET ROLE", ""),
    ] {
        let workspace = workspace();
        let here = workspace.path();
        change(here, SUITE, "[baseline]\n", "[baseline]\nrole = \"app\"\n");
        let mode = format!("up = \"phases/2.sql\"\ntransaction = \"{transaction}\"");
        change(here, SUITE, "up = \"phases/2.sql\"", &mode);
        let own = "CREATE ROLE app;\nALTER TABLE notes OWNER TO app;\nGRANT ALL ON SCHEMA public TO app;\n";
        let ran = run_on(here, own, &format!("{TITLE}{up};\n"), NO_TITLE, &gate(""));
        let said: String = ran.stdout.split_whitespace().collect::<Vec<_>>().join(" ");
        let holds = if refused.is_empty() { ran.code == 0 } else { ran.code == 4 && said.contains(refused) };
        assert!(holds, "{transaction} {up}: {} {said}", ran.code);
    }
}
