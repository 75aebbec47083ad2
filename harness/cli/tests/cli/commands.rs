//! What phases that are commands leave in a run folder, and what the reports show of it.

use std::{fs, path::Path};

use crate::{
    phasegate::{labelled, phasegate, verifies},
    workspace::{change, put, workspace},
};

const SUITE: &str = "forensic-tests/suites/notes/suite.toml";

/// The second phase is a command, and the tool's books lie in the database.
fn with_a_command(here: &Path, script: &str) {
    let keys = "inputs = [\"tool/**\"]\nenv = { APP_ENV = \"blue\" }\nbookkeeping = [\"alembic_version\"]\n[server]";
    change(here, SUITE, "[server]", keys);
    change(here, SUITE, "up = \"phases/2.sql\"", &format!("up = {{ command = [\"sh\", \"-c\", \"{script}\"] }}"));
    fs::remove_file(here.join("fixtures/notes/phases/2.sql")).expect("removable");
    put(here, "fixtures/notes/tool/env.py", "pass");
    let baseline = "CREATE TABLE notes (id INTEGER PRIMARY KEY, text TEXT NOT NULL, title TEXT);\n\
        INSERT INTO notes (text) VALUES ('a'), ('b');\n\
        CREATE TABLE alembic_version (version_num TEXT);\nINSERT INTO alembic_version VALUES ('a1');\n";
    put(here, "fixtures/notes/baseline.sql", baseline);
    let first = "ALTER TABLE notes ADD COLUMN author TEXT NOT NULL DEFAULT 'anonymous';\n\
        UPDATE alembic_version SET version_num = 'b2';\n";
    put(here, "fixtures/notes/phases/1.sql", first);
}

#[test]
fn every_report_names_the_bookkeeping_and_says_what_a_command_wrote_and_what_the_books_say() {
    let workspace = workspace();
    let here = workspace.path();
    with_a_command(here, "echo it went $APP_ENV");
    let ran = phasegate(here, &["run", "notes"]);
    assert_eq!(ran.code, 0, "{}{}", ran.stdout, ran.stderr);
    assert!(ran.stdout.contains("bookkeeping alembic_version"), "{}", ran.stdout);
    let run = labelled(&ran.stdout, "folder");
    for (format, says) in [
        (
            "md",
            [
                "`bookkeeping alembic_version`",
                "`alembic_version`: `a1` before the phase, `b2` after it.",
                "exit status: 0; standard output [`",
            ],
        ),
        (
            "html",
            [
                "<code>bookkeeping alembic_version</code>",
                "<code>a1</code> before the phase, <code>b2</code> after it",
                ": exit status: 0, standard output <",
            ],
        ),
    ] {
        let report = phasegate(here, &["report", run, "--to", format]);
        for words in says {
            assert!(report.stdout.contains(words), "{format} says no {words}: {}", report.stdout);
        }
    }
    let outputs = fs::read_dir(here.join(run).join("outputs")).expect("listable");
    let texts: Vec<String> =
        outputs.map(|one| fs::read_to_string(one.expect("an entry").path()).expect("UTF-8")).collect();
    assert!(texts.iter().any(|text| text == "it went blue"), "{texts:?}");
    verifies(here, &ran);
}

#[test]
fn an_input_of_a_command_that_changed_between_two_runs_is_what_differs() {
    let workspace = workspace();
    let here = workspace.path();
    with_a_command(here, "true");
    let runs = ["pass", "fail"].map(|text| {
        put(here, "fixtures/notes/tool/env.py", text);
        let ran = phasegate(here, &["run", "notes"]);
        assert_eq!(ran.code, 0, "{}{}", ran.stdout, ran.stderr);
        labelled(&ran.stdout, "folder").to_owned()
    });
    let diff = phasegate(here, &["diff", &runs[0], &runs[1]]);
    assert_eq!(diff.code, 1, "{}{}", diff.stdout, diff.stderr);
    assert!(diff.stdout.contains("files (1 difference)"), "{}", diff.stdout);
    assert!(diff.stdout.contains("notes/fixtures/tool/env.py"), "{}", diff.stdout);
    // The folders hold either way; only the second run was of the files that lie here.
    for (run, code) in [(&runs[0], 5), (&runs[1], 0)] {
        let verified = phasegate(here, &["verify", run, "--same-inputs"]);
        assert_eq!(verified.code, code, "{}{}", verified.stdout, verified.stderr);
        assert_eq!(verified.stdout.contains("tool/env.py"), code == 5, "{}", verified.stdout);
    }
    let same = phasegate(here, &["diff", &runs[0], &runs[0]]);
    assert_eq!(same.code, 0, "{}{}", same.stdout, same.stderr);
}
