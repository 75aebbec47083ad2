//! The mistakes that a new user makes most, each with the one message that says what to type next.

use crate::{
    phasegate::phasegate,
    workspace::{change, on_postgres, put, workspace},
};

const SUITE: &str = "forensic-tests/suites/notes/suite.toml";
const GATE: &str = "forensic-tests/suites/notes/gates/2-title/2.1-title.toml";
const DUMP: &str = "--\n-- PostgreSQL database dump\n--\n\n\\restrict x\n\nCREATE TABLE public.notes (id integer);\n\
    COPY public.notes (id) FROM stdin;\n1\n\\.\n\n--\n-- PostgreSQL database dump complete\n--\n\n\\unrestrict x\n";

/// Makes the mistake in a workspace in which all else is right, and gives what the command says of it.
fn message(mistake: impl Fn(&std::path::Path), args: &[&str]) -> (String, i32) {
    let workspace = workspace();
    let here = workspace.path();
    mistake(here);
    let ran = phasegate(here, args);
    let folder = format!("{}/", here.display());
    let text = ran.stderr.replace(&folder, "").replace("forensic-tests/suites/notes/../../../", "");
    assert_eq!(ran.stdout, "", "nothing but the message");
    (text, ran.code)
}

#[test]
fn a_wrong_key_is_told_with_the_right_one() {
    let wrong = |here: &std::path::Path| change(here, SUITE, "title = \"notes learn", "titel = \"notes learn");
    let (text, code) = message(wrong, &["run"]);
    assert!(
        text.starts_with(&format!("error: {SUITE}:3: unknown field `titel`: did you mean `title`? expected one of "))
    );
    assert_eq!((text.lines().count(), code), (1, 2), "{text}");
}

#[test]
fn a_wrong_path_is_told_with_the_right_one_and_its_line() {
    let wrong = |here: &std::path::Path| change(here, SUITE, "phases/2.sql", "2.sql");
    let expected =
        format!("error: {SUITE}:19: there is no file 2.sql in fixtures/notes: did you mean `phases/2.sql`?\n");
    assert_eq!(message(wrong, &["run"]), (expected, 2));
}

#[test]
fn a_missing_server_is_told_with_what_names_one() {
    let expected = "error: no server to be had: --server external needs --database-url or DATABASE_URL\n".to_owned();
    assert_eq!(message(on_postgres, &["run", "--server", "external"]), (expected, 3));
    let nobody = "postgresql://me@127.0.0.1:1/notes";
    let (text, code) = message(on_postgres, &["run", "--database-url", nobody]);
    assert!(text.starts_with(&format!("error: failed to connect to {nobody}: ")), "{text}");
    assert!(text.ends_with("; check DATABASE_URL or --database-url, or leave it out\n"), "{text}");
    assert_eq!((text.lines().count(), code), (1, 3));
    let of_the_future = |here: &std::path::Path| {
        on_postgres(here);
        change(here, SUITE, "kind = \"postgres\"", "kind = \"postgres\"\npostgres_min = 99");
    };
    let (text, code) = message(of_the_future, &["run", "--server", "local"]);
    assert!(text.starts_with("error: no server to be had: ") && text.contains("PostgreSQL"), "{text}");
    assert!(text.ends_with("; --server embedded brings one of its own\n"), "{text}");
    assert_eq!((text.lines().count(), code), (1, 3));
}

#[test]
fn a_phase_without_a_way_back_is_told_with_the_key_for_it() {
    let workspace = workspace();
    let here = workspace.path();
    let check = "[[check]]\nid = \"2.1.2\"\ntitle = \"back\"\nrollback = { tables = [\"notes\"] }\n";
    let text = std::fs::read_to_string(here.join(GATE)).expect("readable");
    put(here, GATE, &format!("{text}{check}"));
    let ran = phasegate(here, &["run"]);
    assert_eq!(ran.code, 1, "{}", ran.stdout);
    let words: String = ran.stdout.split_whitespace().collect::<Vec<_>>().join(" ");
    let expected =
        "failed down-failed: down of phase 2: phase 2 has no way back: say `down = \"FILE.sql\"` for it in suite.toml";
    assert!(words.contains(expected), "{}", ran.stdout);
    assert!(words.contains(&format!("at {GATE}:11 ")), "{}", ran.stdout);
}

#[test]
fn a_pasted_dump_is_told_where_it_belongs() {
    let as_phase = |here: &std::path::Path| {
        on_postgres(here);
        put(here, "fixtures/notes/phases/2.sql", DUMP);
    };
    let expected = "error: fixtures/notes/phases/2.sql: this is a dump by pg_dump, which is a whole state and no step from one \
        to the next: name it under `schema` of [baseline], and write what the phase does\n";
    assert_eq!(message(as_phase, &["run"]), (expected.to_owned(), 2));

    let in_a_check = |here: &std::path::Path| {
        on_postgres(here);
        change(here, GATE, "query = ", "given = \"COPY notes (text) FROM stdin\"\nquery = ");
    };
    let expected = format!(
        "error: {GATE}:8: check 2.1.1: `given`, line 1: COPY reads or writes what lies outside the database: write rows as \
         INSERT; what it does is rolled back, and only a phase may do more\n"
    );
    assert_eq!(message(in_a_check, &["run"]), (expected, 2));

    // Where it belongs, it is the baseline.
    let workspace = workspace();
    as_phase(workspace.path());
    put(workspace.path(), "fixtures/notes/phases/2.sql", "ALTER TABLE notes ADD COLUMN title TEXT;\n");
    put(workspace.path(), "fixtures/notes/baseline.sql", DUMP);
    assert_eq!(phasegate(workspace.path(), &["list"]).code, 0);
}

#[test]
fn a_folder_without_suites_is_told_with_what_names_another() {
    let (text, code) = message(|_| {}, &["list", "--suites", "fixtures"]);
    assert_eq!(
        (text.as_str(), code),
        ("error: no suite found in fixtures: a suite is a folder that holds a suite.toml\n", 2)
    );
    let (text, code) = message(|_| {}, &["list", "--suites", "nowhere"]);
    assert_eq!(
        (text.as_str(), code),
        ("error: there is no folder nowhere: name with --suites the folder that holds the suites, or one suite\n", 2)
    );
    let (text, code) = message(|_| {}, &["list", "ntoes"]);
    assert_eq!((text.as_str(), code), ("error: no suite `ntoes`; there is notes: did you mean `notes`?\n", 2));
}
