//! A suite of one small migration, written where a test can spoil it.

use std::{fs, path::Path};

use phasegate_engine::{
    Finished, Request, RunError, run,
    suite::{self, Suite},
};
use phasegate_evidence::Event;
use phasegate_server::embedded;
use tempfile::TempDir;

const SUITE: &str = r#"suite = "notes"
title = "notes get a body"
source = "this test"
fixtures = "../../fixtures"
[server]
kind = "KIND"
[baseline]
schema = ["baseline.sql"]
[[phase]]
id = "1"
slug = "1-body"
title = "a body"
up = "1.sql"
down = "1-down.sql"
[[phase]]
id = "2"
slug = "2-title"
title = "a title"
up = "2.sql"
down = "2-down.sql"
"#;

const FIRST_GATE: &str = r#"id = "1.1"
claim = "notes have a body"
[[check]]
id = "1.1.1"
title = "no note has one yet"
query = "SELECT count(*) FROM notes WHERE body IS NULL"
rows = [["2"]]
"#;

const SECOND_GATE: &str = r#"id = "2.1"
claim = "notes have a title"
[[check]]
id = "2.1.1"
title = "no note has one yet"
query = "SELECT count(*) FROM notes WHERE title IS NULL"
rows = [["2"]]
"#;

/// The gate of the first phase.
pub(crate) const GATE_1: &str = "suites/notes/gates/1-body/1.1-body.toml";
/// The gate of the second phase.
pub(crate) const GATE_2: &str = "suites/notes/gates/2-title/2.1-title.toml";
/// The suite.
pub(crate) const SUITE_FILE: &str = "suites/notes/suite.toml";

/// A folder with the suite, in which every gate opens.
pub(crate) struct Workspace(TempDir);

impl Workspace {
    /// On a PostgreSQL server.
    pub(crate) fn postgres() -> Self {
        Self::of("postgres")
    }

    /// In SQLite files.
    pub(crate) fn sqlite() -> Self {
        Self::of("sqlite")
    }

    fn of(kind: &str) -> Self {
        let workspace = Self(tempfile::tempdir().expect("a temporary folder"));
        for (name, text) in [
            (SUITE_FILE, &*SUITE.replace("KIND", kind)),
            (GATE_1, FIRST_GATE),
            (GATE_2, SECOND_GATE),
            ("fixtures/baseline.sql", "CREATE TABLE notes (id int PRIMARY KEY);\nINSERT INTO notes VALUES (1), (2);\n"),
            ("fixtures/1.sql", "ALTER TABLE notes ADD COLUMN body text;\n"),
            ("fixtures/1-down.sql", "ALTER TABLE notes DROP COLUMN body;\n"),
            ("fixtures/2.sql", "ALTER TABLE notes ADD COLUMN title text;\n"),
            ("fixtures/2-down.sql", "ALTER TABLE notes DROP COLUMN title;\n"),
        ] {
            workspace.put(name, text);
        }
        workspace
    }

    pub(crate) fn path(&self) -> &Path {
        self.0.path()
    }

    /// Writes a file.
    pub(crate) fn put(&self, name: &str, text: &str) {
        let path = self.path().join(name);
        fs::create_dir_all(path.parent().expect("below the workspace")).expect("writable");
        fs::write(path, text).expect("writable");
    }

    /// Adds to a file.
    pub(crate) fn add(&self, name: &str, text: &str) {
        let before = fs::read_to_string(self.path().join(name)).expect("readable");
        self.put(name, &format!("{before}{text}"));
    }

    pub(crate) fn suite(&self) -> Suite {
        let mut suites = suite::load(&self.path().join("suites"), &[]).expect("whole");
        suites.pop().expect("a suite")
    }

    pub(crate) fn request(&self) -> Request {
        Request::new(vec![self.suite()], embedded(), self.path().join("runs"))
    }

    /// Runs the suite on a server of its own.
    pub(crate) async fn run(&self) -> Finished {
        self.run_as(self.request()).await
    }

    pub(crate) async fn run_as(&self, request: Request) -> Finished {
        heard(request, &mut |_| {}).await.expect("a result")
    }
}

/// Runs to the end, with somebody who listens.
pub(crate) async fn heard(request: Request, listener: &mut (dyn FnMut(&Event) + Send)) -> Result<Finished, RunError> {
    let (_keep, cancel) = tokio::sync::watch::channel(false);
    run(request, listener, &mut |_| {}, cancel).await
}
