//! What a session on a SQLite file promises beyond SQL.

use std::time::Duration;

use super::SqliteSession;
use crate::{Error, Session};

fn code(error: &Error) -> Option<&str> {
    match error {
        Error::Refused(refusal) => refusal.sqlstate.as_deref(),
        _ => None,
    }
}

fn session() -> (tempfile::TempDir, Session) {
    let folder = tempfile::tempdir().expect("temporary folder");
    let path = folder.path().join("state.db");
    SqliteSession::create(&path)
        .expect("a new file")
        .run("CREATE TABLE t (a INTEGER, b INTEGER); CREATE INDEX i ON t (a)")
        .expect("tables");
    let session = SqliteSession::open_scratch(&path).expect("the file");
    (folder, session.into())
}

#[tokio::test]
async fn statistics_decide_no_plan_and_are_still_there_afterwards() {
    let (_folder, mut session) = session();
    session.run("INSERT INTO t VALUES (1, 1), (1, 2), (1, 3); ANALYZE").await.expect("rows");
    let query = "SELECT * FROM t WHERE a = 1 AND b = 2";
    let lines = session.explain(query, phasegate_evidence::Size::default()).await.expect("a plan");
    assert_eq!(lines, ["SEARCH t USING INDEX i (a=?)"]);
    let kept = session.run("SELECT count(*) FROM sqlite_stat1").await;
    assert_eq!(kept.expect("statistics").table.single(), Some("1"));
}

#[tokio::test]
async fn a_plan_says_names_in_lower_case_whatever_case_the_file_has_them_in() {
    let (_folder, mut session) = session();
    session
        .run("CREATE TABLE Big (Id INTEGER, SEARCHED INTEGER); CREATE INDEX Idx_Big ON big (id, searched)")
        .await
        .expect("t");
    let query = "SELECT * FROM big WHERE id = 1 AND searched > 2";
    let lines = session.explain(query, phasegate_evidence::Size::default()).await.expect("a plan");
    assert_eq!(lines, ["SEARCH big USING COVERING INDEX idx_big (id=? AND searched>?)"]);
}

#[tokio::test]
async fn the_lock_is_taken_at_begin_and_not_at_the_first_write() {
    let (folder, mut session) = session();
    session.begin().await.expect("the lock");
    let mut other = SqliteSession::open(&folder.path().join("state.db")).expect("the file");
    other.run("PRAGMA busy_timeout = 0").expect("no waiting");
    let refused = other.run("INSERT INTO t VALUES (1, 1)").expect_err("busy");
    assert_eq!(code(&refused), Some("SQLITE_BUSY"));
    session.rollback().await.expect("the end");
    other.run("INSERT INTO t VALUES (1, 1)").expect("free again");
}

#[tokio::test]
async fn what_is_attached_goes_with_the_transaction_and_a_missing_file_is_not_made() {
    let (folder, mut session) = session();
    SqliteSession::create(&folder.path().join("backup.db"))
        .expect("a new file")
        .run("CREATE TABLE t (a)")
        .expect("a table");
    let attach = |name: &str| {
        format!(
            "ATTACH (SELECT 'file:' || replace(file, 'state.db', '{name}') || '?mode=ro' \
             FROM pragma_database_list WHERE name = 'main') AS backup"
        )
    };
    for _ in 0..2 {
        session.begin().await.expect("begin");
        session.run(&attach("backup.db")).await.expect("attached");
        let write = session.run("INSERT INTO backup.t VALUES (1)").await;
        assert_eq!(code(&write.expect_err("read only")), Some("SQLITE_READONLY"));
        session.rollback().await.expect("rollback");
    }
    session.begin().await.expect("begin");
    let missing = session.run(&attach("nowhere.db")).await.expect_err("no file");
    assert_eq!(code(&missing), Some("SQLITE_CANTOPEN"));
    session.rollback().await.expect("rollback");
    assert!(!folder.path().join("nowhere.db").exists());
}

#[test]
fn a_session_that_stepped_aside_comes_back_to_the_file_that_lies_there_now() {
    let folder = tempfile::tempdir().expect("temporary folder");
    let [path, other] = ["state.db", "other.db"].map(|name| folder.path().join(name));
    for (path, table) in [(&path, "old"), (&other, "new")] {
        let mut made = SqliteSession::create(path).expect("a new file");
        made.run(&format!("CREATE TABLE {table} (a)")).expect("a table");
    }
    let mut session = SqliteSession::open(&path).expect("the file");
    session.step_aside().expect("closed");
    std::fs::rename(&other, &path).expect("another file in its place");
    session.come_back().expect("opened");
    assert!(session.run("SELECT * FROM new").is_ok());
}

#[tokio::test]
async fn a_query_without_an_end_is_stopped_at_its_limit_and_is_no_refusal() {
    let (_folder, mut session) = session();
    let limit = std::time::Duration::from_millis(50);
    session.limit(limit);
    let endless = "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n";
    assert_eq!(session.run(endless).await, Err(Error::TimedOut(limit)));
    assert!(session.run("SELECT 1").await.is_ok(), "the session can go on");
}

#[tokio::test]
async fn rows_that_take_too_long_to_read_are_no_refusal_and_have_the_limit_for_themselves() {
    let (_folder, mut session) = session();
    let many =
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n LIMIT 200000) INSERT INTO t SELECT i, i FROM n";
    session.run(many).await.expect("rows");
    let tables = session.table_columns(&["t".to_owned()]).await.expect("columns");
    session.limit(Duration::from_millis(1));
    let read = session.rows_of(&[&tables[0]]).await;
    assert_eq!(read.expect_err("it takes longer"), Error::TimedOut(Duration::from_millis(1)));
    session.limit(Duration::from_secs(600));
    assert_eq!(session.rows_of(&[&tables[0]]).await.expect("rows")[0].len(), 200_000);
}

/// SQLite rolls the whole transaction back then, and refuses to roll back what is not there.
#[tokio::test]
async fn a_disk_that_is_full_is_no_refusal_and_is_still_said_when_it_is_rolled_back() {
    let (_folder, mut session) = session();
    session.run("PRAGMA max_page_count = 5").await.expect("a small disk");
    session.begin().await.expect("a transaction");
    session.begin().await.expect("a savepoint");
    let full = Error::OutOfResources("database or disk is full".to_owned());
    assert_eq!(session.write("INSERT INTO t VALUES (zeroblob(100000), 1)").await, Err(full.clone()));
    assert_eq!(session.rollback().await, Err(full));
}
