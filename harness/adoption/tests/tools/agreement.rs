//! A project, migrated by its tool and by the phases of the suite that is written for it, on one server.

use std::{fs, path::Path};

use phasegate_adoption::init::{Hints, find, write};
use phasegate_database::{Database, Session, TableRows};
use phasegate_engine::{Limits, Migration, States, suite::load};
use phasegate_evidence::{Bookkeeping, Difference, Size};
use phasegate_server::{Server, embedded};
use sqlx::{ConnectOptions as _, Executor as _};
use tempfile::TempDir;
use tokio::sync::watch;

const BY_TOOL: &str = "by_tool";
const CREATED: &str = "CREATE DATABASE by_tool";

/// A copy of one of `fixtures/adoption`, and a server with an empty database for its tool.
pub(crate) struct Agreement {
    pub(crate) project: TempDir,
    server: Server,
}

impl Agreement {
    pub(crate) async fn on(name: &str) -> Self {
        let project = tempfile::tempdir().expect("a temporary folder");
        copy(&Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fixtures/adoption").join(name), project.path());
        let server = embedded().start().await.expect("a server");
        let mut connection = server.options("postgres").connect().await.expect("a connection");
        connection.execute(CREATED).await.expect("a database");
        Self { project, server }
    }

    /// The database of the tool.
    pub(crate) fn url(&self) -> String {
        self.server.url(BY_TOOL)
    }

    /// Holds what the tool led to against what the phases lead to, but for the books of the tool: the same after all of them,
    /// and not the same after one less.
    pub(crate) async fn holds(self, books: &str) {
        let root = self.project.path();
        let migrations = find(root, Hints::default()).expect("migrations");
        let (_open, cancel) = watch::channel(false);
        write(root, &migrations, embedded(), &mut |_| (), cancel).await.expect("a suite");
        let suite = load(&root.join("phasegate"), &[]).expect("it loads").remove(0);
        let migration = Migration::of(&suite);
        let phases = suite.phases.len();
        let states = States::kept(&suite, Some(&self.server), "agreement", Limits::default()).expect("states");
        let mut by_tool = states.host().connect(&Database(BY_TOOL.to_owned())).await.expect("a session");
        let mut ours = states.working_copy(&migration, phases).await.expect("the last state");
        let books = [books.to_owned()];
        let books = Bookkeeping(&books);
        assert_eq!(difference(&mut ours.session, &mut by_tool, books).await, Difference::default());
        let tables: Vec<String> =
            ours.session.catalog().await.expect("a catalog").tables().map(str::to_owned).collect();
        let rows = TableRows::take(&mut ours.session, &tables, &[]).await.expect("rows");
        assert!(rows.counts().values().all(|rows| *rows > 0), "every table of the fixture holds rows");
        assert_eq!(rows.changes(&mut by_tool, Size::default()).await.expect("the same tables"), []);
        let mut one_less = states.working_copy(&migration, phases - 1).await.expect("the state before");
        assert_ne!(difference(&mut one_less.session, &mut by_tool, books).await, Difference::default());
        for copy in [ours, one_less] {
            states.clear(copy).await.expect("it goes");
        }
        by_tool.close().await.expect("it closes");
        self.server.stop().await.expect("it stops");
    }
}

async fn difference(one: &mut Session, other: &mut Session, books: Bookkeeping<'_>) -> Difference {
    let [one, other] = [one.catalog().await.expect("a catalog"), other.catalog().await.expect("a catalog")];
    books.left_out_of(Difference::between(&one, &other))
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).expect("writable");
    for entry in fs::read_dir(from).expect("readable") {
        let path = entry.expect("readable").path();
        let target = to.join(path.file_name().expect("a name"));
        if path.is_dir() {
            copy(&path, &target);
        } else {
            fs::copy(&path, &target).expect("writable");
        }
    }
}

/// Runs a test's future.
pub(crate) fn run(future: impl Future<Output = ()>) {
    tokio::runtime::Builder::new_multi_thread()
        .worker_threads(1)
        .enable_all()
        .build()
        .expect("a runtime")
        .block_on(future);
}
