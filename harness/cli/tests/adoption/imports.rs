//! `phasegate import`: what is written runs and fails where it should, what is left is listed with its line, and what cannot be
//! begun with ends in one message that says what to type next.

use crate::{Claim, project::Project};

/// As pg_dump 17.6 and later write it.
const DUMP: &str = "--\n-- PostgreSQL database dump\n--\n\n\\restrict k1\n\nSET statement_timeout = 0;\n\
    SELECT pg_catalog.set_config('search_path', '', false);\n\n\
    CREATE TABLE public.notes (\n    id integer NOT NULL,\n    title text\n);\n\n\
    COPY public.notes (id, title) FROM stdin;\n1\tit's; here\n2\t\\N\n\\.\n\n\n\
    GRANT SELECT ON TABLE public.notes TO reader;\n\n--\n-- PostgreSQL database dump complete\n--\n\n\\unrestrict k1\n\n";

pub(crate) fn claims() -> Vec<Claim> {
    vec![
        ("what_a_verify_script_of_sqitch_refuses_fails_the_gate_of_its_change", verify_scripts),
        ("what_sqitch_and_flyway_would_run_and_no_phase_does_is_listed_with_its_line", listed),
        ("a_dump_that_is_imported_is_a_baseline_whose_suite_runs", dump),
        ("files_of_pgtap_that_are_imported_pass_and_fail_as_their_assertions_do", pgtap),
        ("what_cannot_be_imported_is_told_with_what_to_type_and_nothing_is_left", mistakes),
    ]
}

fn verify_scripts() {
    let project = Project::copy("sqitch");
    project.change(
        "verify/voices.sql",
        "SELECT voice",
        "SELECT 1 / count(*) FROM singers WHERE voice = 'loud';\n\nSELECT voice",
    );
    let told = project.writes(&["import", "sqitch"]).stdout;
    assert!(told.contains("\ntook   6 statements of its tests; not taken over: 0\n"), "{told}");
    assert!(told.ends_with("\nnext   phasegate run\n"), "{told}");
    // The phases after it are not begun with.
    let (code, failed) = project.run();
    assert_eq!((code, &failed[0]), (1, &("3.5.1".to_owned(), "refused".to_owned())));
    assert!(failed[1..].iter().all(|(_, code)| code == "not-reached"), "{failed:?}");
}

fn listed() {
    let project = Project::copy("sqitch");
    project.put("verify/songs.sql", "-- Verify\nBEGIN;\nSELECT 1 AS one \\gset\nSELECT :one;\nROLLBACK;\n");
    project.put(
        "verify/solos.sql",
        "BEGIN;\nSELECT song FROM solos;\nCOPY solos TO '/tmp/x';\nSELECT '${x}';\nROLLBACK;\n",
    );
    let told = project.writes(&["import", "sqitch"]).stdout;
    assert!(told.contains("\ntook   4 statements of its tests; not taken over: 3\n"), "{told}");
    for line in [
        "       verify/songs.sql:3: the script: ",
        "       verify/solos.sql:3: COPY solos TO '/tmp/x': COPY reads or writes what lies outside the database",
        "       verify/solos.sql:4: SELECT '${x}': its SQL holds `${`, which a suite takes for a value\n",
    ] {
        assert!(told.contains(line), "{line} is not in {told}");
    }

    let project = Project::copy("flyway");
    for name in ["R__views.sql", "afterMigrate.sql", "beforeEachMigrate__log.sql", "V11__by_program.java"] {
        project.put(&format!("sql/{name}"), "SELECT 1;\n");
    }
    let told = project.writes(&["import", "flyway", "--format", "json"]).stdout;
    let told: serde_json::Value = serde_json::from_str(&told).expect("JSON");
    let left = told["listed"].as_array().expect("a list").iter();
    let left: Vec<String> =
        left.map(|left| format!("{}:{}", left["file"].as_str().expect("a file"), left["line"])).collect();
    let expected = [
        "sql/R__views.sql:1",
        "sql/V11__by_program.java:1",
        "sql/afterMigrate.sql:1",
        "sql/beforeEachMigrate__log.sql:1",
    ];
    assert_eq!(left, expected);
}

fn dump() {
    let project = Project::of(&[("app.sql", DUMP)]);
    let told = project.writes(&["import", "dump", "app.sql"]).stdout;
    assert!(told.starts_with("found  pg_dump: app.sql holds "), "{told}");
    assert!(told.contains("roles.sql makes those that it names (reader), without rights of their own\n"), "{told}");
    assert_eq!(project.text(".gitignore"), "/reports/runs/\n");
    assert_eq!(project.run(), (0, Vec::new()));
    // What it held is what the gates count.
    project.change("phasegate/fixtures/dump.sql", "2\t\\N\n", "");
    let (code, failed) = project.run();
    assert_eq!((code, failed.len()), (1, 1), "{failed:?}");
}

fn pgtap() {
    let project = Project::copy("pgtap");
    project.put("app/1_notes.sql", &project.text("schema.sql"));
    project.writes(&["init", "app"]);
    let args = ["import", "pgtap", "notes.sql", "--suite", "app/phasegate"];
    let told = project.writes(&args).stdout;
    assert!(told.starts_with("found  53 assertions\nwrote  app/phasegate/gates/1-notes/1.notes.toml\n"), "{told}");
    let line =
        |words: &str| project.text("notes.sql").lines().position(|line| line.contains(words)).expect("a line") + 1;
    assert!(told.contains(&format!("       notes.sql:{}: performs_ok: ", line("performs_ok"))), "{told}");
    let again = project.phasegate(&args);
    assert_eq!(again.code, 2);
    assert!(again.stderr.contains("is there already: move it away to import the file again\n"), "{}", again.stderr);
    let suite = ["run", "--suites", "app/phasegate", "--format", "json"];
    assert_eq!(project.run_by(&suite), (0, Vec::new()));
    project.change("app/1_notes.sql", "NOT NULL CONSTRAINT", "CONSTRAINT");
    let (code, failed) = project.run_by(&suite);
    let failed: Vec<&str> =
        failed.iter().map(|(check, _)| check.as_str()).filter(|check| check.starts_with("1.notes.")).collect();
    // `col_not_null`, and `throws_ok` of a note without a slug.
    assert_eq!((code, failed.len()), (1, 2), "{failed:?}");
}

/// A mistake: what lies in the project, the command, and the message.
type Mistake = (&'static [(&'static str, &'static str)], &'static [&'static str], &'static str);

const MISTAKES: &[Mistake] = &[
    (&[], &["sqitch", "nowhere"], "there is no folder nowhere: name that of the project"),
    (&[("a.sql", "")], &["flyway", "a.sql"], "there is no folder a.sql: name that of the project"),
    (&[], &["alembic"], "no migrations of alembic in HERE: name the folder that holds them"),
    (&[], &["sqitch"], "no migrations of sqitch in HERE: name the folder that holds them"),
    (&[], &["sqlx"], "no migrations of sqlx in HERE: name the folder that holds them"),
    (&[], &["flyway"], "no migrations of flyway in HERE: name the folder that holds them"),
    (
        &[("sql/V1__a.sql", "SELECT 1;")],
        &["sqitch"],
        "no migrations of sqitch in HERE: those of flyway lie there: name that tool",
    ),
    (
        &[("sqitch.plan", "%project=a\n\nusers 2024-01-01T00:00:00Z A <a@x> # u\n")],
        &["sqitch"],
        "sqitch: sqitch.plan names the change users, and there is no deploy/users.sql",
    ),
    (
        &[("sql/V1__a.sql", "CREATE TABLE a (i int);"), ("phasegate/mine", "")],
        &["flyway"],
        "HERE/phasegate is there already: `phasegate run` runs it; move it away to begin again",
    ),
    (
        &[],
        &["liquibase", "."],
        "nothing is imported of `liquibase`; there is sqitch, alembic, sqlx, flyway, dump and pgtap; for migrations of others \
         there is `phasegate init`",
    ),
    (&[], &["dump", "a.sql"], "pg_dump: there is no file a.sql: name the one that `pg_dump --format=plain` wrote"),
    (
        &[("a.sql", "\n")],
        &["dump", "a.sql"],
        "pg_dump: a.sql is empty: name the file that `pg_dump --format=plain` wrote",
    ),
    (
        &[("a/toc.dat", "PGDMP")],
        &["dump", "a"],
        "pg_dump: a is a folder: dump with --format=plain, or `pg_restore -f dump.sql a`",
    ),
    (
        &[("a.dump", "PGDMP\u{1}")],
        &["dump", "a.dump"],
        "pg_dump: a.dump is no plain text: dump with --format=plain, or `pg_restore -f dump.sql a.dump`",
    ),
    (
        &[("a.sql", "--\n-- PostgreSQL database cluster dump\n--\n")],
        &["dump", "a.sql"],
        "pg_dump: a.sql is of pg_dumpall, of a whole cluster: dump one database with pg_dump",
    ),
    (
        &[("a.sql", "-- MySQL dump 10.13  Distrib 8.0.36\nCREATE TABLE `a` (`id` int) ENGINE=InnoDB;\n")],
        &["dump", "a.sql"],
        "pg_dump: a.sql is a dump of MySQL, and Phasegate knows PostgreSQL and SQLite alone",
    ),
    (
        &[("a.sql", "PRAGMA foreign_keys=OFF;\nBEGIN TRANSACTION;\nCREATE TABLE a (i int);\nCOMMIT;\n")],
        &["dump", "a.sql"],
        "pg_dump: a.sql is a dump of SQLite: name it under `schema` of [baseline] in a suite with `kind = \"sqlite\"`",
    ),
    (
        &[("a.sql", "CREATE TABLE a (i int);\n")],
        &["dump", "a.sql"],
        "pg_dump: a.sql does not begin as pg_dump does (`-- PostgreSQL database dump`): name the file that it wrote, or other \
         SQL under `schema` of [baseline]",
    ),
    (
        &[("a.sql", "--\n-- PostgreSQL database dump\n--\n\nCREATE TABLE a (i int);\n")],
        &["dump", "a.sql"],
        "pg_dump: a.sql:5: the dump is cut off here: it lacks its last line, `-- PostgreSQL database dump complete`",
    ),
    (
        &[("a.sql", DUMP), ("phasegate/mine", "")],
        &["dump", "a.sql"],
        "HERE/phasegate is there already: `phasegate run` runs it; move it away to begin again",
    ),
    (
        &[("a.sql", "SELECT ok(true);")],
        &["pgtap", "a.sql"],
        "no suite in forensic-tests/suites, phasegate, suites here or in a folder above: `phasegate init` writes one for the \
         migrations that lie here, and --suites names a folder of suites elsewhere",
    ),
];

/// Of files of pgTAP, where a suite is there.
const MISTAKES_WITH_A_SUITE: &[Mistake] = &[
    (&[], &["pgtap", "a.sql"], "pgtap: there is no file a.sql: name files of pgTAP"),
    (
        &[("a.sql", "")],
        &["pgtap", "a.sql"],
        "pgtap: no assertion stands in a.sql: name files that call them, as `SELECT ok(...)`",
    ),
    (
        &[("a.sql", "SELECT plan(1);\nSELECT pass();\n")],
        &["pgtap", "a.sql"],
        "pgtap: of 1 assertions in a.sql none became a check; the first: a.sql:2: pass: it looks at nothing",
    ),
    (
        &[("a.sql", "SELECT ok(true);")],
        &["pgtap", "a.sql", "--phase", "7"],
        "pgtap: suite s has no such phase; it has 1",
    ),
];

const SUITE: &[(&str, &str)] = &[
    (
        "phasegate/suite.toml",
        "suite = \"s\"\ntitle = \"t\"\nsource = \"w\"\nfixtures = \"f\"\n[server]\nkind = \"postgres\"\n[baseline]\n\
         [[phase]]\nid = \"1\"\nslug = \"1-a\"\ntitle = \"a\"\nup = \"a.sql\"\n",
    ),
    ("phasegate/f/a.sql", "CREATE TABLE a (i int);\n"),
    (
        "phasegate/gates/1-a/1.1.toml",
        "id = \"1.1\"\nclaim = \"c\"\n[[check]]\nid = \"1.1.1\"\ntitle = \"t\"\nquery = \"SELECT 1\"\nrows = [[\"1\"]]\n",
    ),
];

fn mistakes() {
    let with_a_suite = MISTAKES_WITH_A_SUITE.iter().map(|mistake| (SUITE, mistake));
    for (suite, (files, args, message)) in MISTAKES.iter().map(|mistake| (&[][..], mistake)).chain(with_a_suite) {
        let project = Project::of(&[suite, files].concat());
        let before = project.texts();
        let ran = project.phasegate(&[&["import"], *args].concat());
        let here = project.path().canonicalize().expect("a folder").display().to_string();
        let told = ran.stderr.replace(&here, "HERE");
        assert_eq!((told, ran.stdout.as_str(), ran.code), (format!("error: {message}\n"), "", 2), "{args:?}");
        assert_eq!(project.texts(), before, "{args:?}");
    }
}
