//! A workspace of a user with one small suite on SQLite, so that a whole run needs no server.

use std::{fs, os::unix::fs::PermissionsExt, path::Path};

use tempfile::TempDir;

const SUITE: &str = r#"
suite = "notes"
title = "notes learn who wrote them"
source = "the user's own words"
fixtures = "../../../fixtures/notes"
[server]
kind = "sqlite"
[baseline]
schema = ["baseline.sql"]
[[phase]]
id = "1"
slug = "1-author"
title = "notes: author"
up = "phases/1.sql"
[[phase]]
id = "2"
slug = "2-title"
title = "notes: title"
up = "phases/2.sql"
[[deviation]]
id = "old-notes-are-anonymous"
reading = "notes from before the phase are by `anonymous`"
instead_of = "every note has the name of who wrote it, sentence 1"
reason = "nobody knows any more who wrote them"
[[finding]]
id = "empty-text"
severity = "low"
title = "a note may be empty"
phase = "2"
[[finding.step]]
run = "INSERT INTO notes (text, author) VALUES ('', 'x')"
affects = 1
"#;

const AUTHOR_GATE: &str = r#"
id = "1.1"
claim = "every note has an author"
requirement = "the user, sentence 1"
[[check]]
id = "1.1.1"
title = "old notes are anonymous"
query = "SELECT author FROM notes ORDER BY id"
rows = [["anonymous"], ["anonymous"]]
fails = { file = "defects/1.1.1.sql", reason = "rows-differ" }
"#;

const LATER_GATE: &str = r#"
id = "1.later"
claim = "a new note may name its author"
requirement = []
added = true
[[check]]
id = "1.later.1"
title = "a note by somebody is taken"
write = "INSERT INTO notes (text, author) VALUES ('c', 'somebody')"
accepts = { rows = 1 }
fails = { file = "defects/1.later.1.sql", reason = "refused" }
[[check]]
id = "1.later.2"
title = "old notes can be compressed"
needs = { edition = "community" }
query = "SELECT 1"
rows = [["1"]]
fails = { file = "defects/1.later.2.sql", reason = "rows-differ" }
"#;

const TITLE_GATE: &str = r#"
id = "2.1"
claim = "notes can have a title"
requirement = "the user, sentence 2"
[[check]]
id = "2.1.1"
title = "old notes have none"
query = "SELECT count(*) FROM notes WHERE title IS NULL"
rows = [["2"]]
fails = { file = "defects/2.1.1.sql", reason = "rows-differ" }
"#;

/// Writes the workspace. Both phases apply, and both gates open.
pub(crate) fn workspace() -> TempDir {
    let holder = tempfile::tempdir().expect("a temporary folder");
    // Servers, which do not run as root, have their folders in it, so that what a failed run keeps goes with the test.
    fs::set_permissions(holder.path(), fs::Permissions::from_mode(0o1777)).expect("ours");
    for (name, text) in [
        ("forensic-tests/suites/notes/suite.toml", SUITE),
        ("forensic-tests/suites/notes/gates/1-author/1.1-author.toml", AUTHOR_GATE),
        ("forensic-tests/suites/notes/gates/1-author/1.later-names.toml", LATER_GATE),
        (
            "fixtures/notes/defects/1.later.1.sql",
            "CREATE TRIGGER no BEFORE INSERT ON notes BEGIN SELECT RAISE(ABORT, 'no'); END;\n",
        ),
        ("fixtures/notes/defects/1.later.2.sql", "UPDATE notes SET author = 'x';\n"),
        ("forensic-tests/suites/notes/gates/2-title/2.1-title.toml", TITLE_GATE),
        (
            "fixtures/notes/baseline.sql",
            "CREATE TABLE notes (id INTEGER PRIMARY KEY, text TEXT NOT NULL);\nINSERT INTO notes (text) VALUES ('a'), ('b');\n",
        ),
        ("fixtures/notes/phases/1.sql", "ALTER TABLE notes ADD COLUMN author TEXT NOT NULL DEFAULT 'anonymous';\n"),
        ("fixtures/notes/phases/2.sql", "ALTER TABLE notes ADD COLUMN title TEXT;\n"),
        ("fixtures/notes/defects/1.1.1.sql", "UPDATE notes SET author = 'x';\n"),
        ("fixtures/notes/defects/2.1.1.sql", "UPDATE notes SET title = 'x';\n"),
    ] {
        put(holder.path(), name, text);
    }
    holder
}

/// Makes the workspace one for PostgreSQL.
pub(crate) fn on_postgres(here: &Path) {
    change(here, "forensic-tests/suites/notes/suite.toml", "kind = \"sqlite\"", "kind = \"postgres\"");
    let baseline = "CREATE TABLE notes (id serial PRIMARY KEY, text text NOT NULL);\n\
        INSERT INTO notes (text) VALUES ('a'), ('b');\n";
    put(here, "fixtures/notes/baseline.sql", baseline);
    put(here, "fixtures/notes/defects/1.later.1.sql", "ALTER TABLE notes ADD CHECK (id < 3);\n");
}

/// Writes a file of the workspace.
pub(crate) fn put(workspace: &Path, name: &str, text: &str) {
    let path = workspace.join(name);
    fs::create_dir_all(path.parent().expect("below the workspace")).expect("writable");
    fs::write(path, text).expect("writable");
}

/// Changes a file of the workspace.
pub(crate) fn change(workspace: &Path, name: &str, from: &str, to: &str) {
    let text = fs::read_to_string(workspace.join(name)).expect("readable");
    assert!(text.contains(from), "{name} holds no {from}");
    put(workspace, name, &text.replace(from, to));
}

/// A query that never ends.
pub(crate) const ENDLESS: &str =
    "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n";

const LAST_GATE: &str = "forensic-tests/suites/notes/gates/2-title/2.1-title.toml";

/// The last check of the suite never ends: the events before it are all there while it is tried.
pub(crate) fn with_an_endless_check(here: &Path) {
    change(here, LAST_GATE, "fails = ", "fails = { when = \"DELETE FROM notes\", reason = \"rows-differ\" }\n#");
    let text = fs::read_to_string(here.join(LAST_GATE)).expect("readable");
    let endless = format!("[[check]]\nid = \"2.1.2\"\ntitle = \"for ever\"\nquery = \"{ENDLESS}\"\nrows = [[\"1\"]]\n");
    put(here, LAST_GATE, &format!("{text}{endless}"));
    fs::remove_file(here.join("fixtures/notes/defects/2.1.1.sql")).expect("removable");
}

/// A scenario of the suite never ends.
pub(crate) fn with_an_endless_scenario(here: &Path) {
    let endless = format!(
        "title = \"for ever\"\nwhy = \"w\"\nkind = \"probe\"\nphase = \"1\"\n[[step]]\nrun = \"{ENDLESS}\"\nrows = [[\"1\"]]\n"
    );
    put(here, "forensic-tests/suites/notes/scenarios/endless.toml", &endless);
}
