//! What a transaction that is older than an index does to plans.

use phasegate_database::{Error, Session};
use phasegate_evidence::Size;

use crate::oracle::Tried;

/// An index over rows that had just been changed, and so of no use to whoever began before it.
const INDEXED: &str = "
    CREATE TABLE counted (n integer, note text);
    INSERT INTO counted VALUES (1, 'a'), (2, 'b');
    BEGIN;
    UPDATE counted SET note = 'c';
    CREATE INDEX counted_n ON counted (n);
    COMMIT;
    SET enable_seqscan = off;
    SET enable_bitmapscan = off";

const QUERY: &str = "SELECT note FROM counted WHERE n = 1";

/// How often it is looked whether somebody waits, before the transaction ends all the same.
const LOOKS_MAX: usize = 100_000;

/// A transaction on another database keeps the index from being used; a plan is asked for once it has ended.
pub(crate) async fn wait_for_older_transactions(tried: &Tried) -> Result<(), String> {
    let host = &tried.ground.host;
    let [others, own] = [host.create().await, host.create().await].map(|made| made.map_err(|error| error.to_string()));
    let (others, own) = (others?, own?);
    let planned = planned(host.connect(&others).await, host.connect(&own).await, host.connect(&others).await).await;
    for database in [&others, &own] {
        host.drop_database(database).await.map_err(|error| error.to_string())?;
    }
    let (before, after) = planned.map_err(|error| error.to_string())?;
    if before.iter().any(|line| line.contains("counted_n")) {
        return Err(format!("the older transaction changes nothing, so that the test shows nothing: {before:?}"));
    }
    if after.iter().any(|line| line.contains("counted_n")) { Ok(()) } else { Err(format!("{after:?}")) }
}

/// The plan as the server gives it beside an older transaction, and as a session gives it that may wait for its end.
async fn planned(
    older: Result<Session, Error>,
    session: Result<Session, Error>,
    onlooker: Result<Session, Error>,
) -> Result<(Vec<String>, Vec<String>), Error> {
    let (mut older, mut session, mut onlooker) = (older?, session?, onlooker?);
    older.run("BEGIN; SELECT pg_current_xact_id()").await?;
    session.run(INDEXED).await?;
    let rows = session.run(&format!("EXPLAIN (COSTS OFF) {QUERY}")).await?.table.rows;
    let before = rows.into_iter().flatten().flatten().collect();
    let pid = session.run("SELECT pg_backend_pid()").await?.table.single().unwrap_or_default().to_owned();
    let waits = format!("SELECT query LIKE '%indcheckxmin%' FROM pg_stat_activity WHERE pid = {pid}");
    let end = async {
        for _ in 0..LOOKS_MAX {
            if onlooker.run(&waits).await?.table.single() == Some("t") {
                break;
            }
        }
        older.run("COMMIT").await
    };
    let (after, ended) = tokio::join!(session.explain(QUERY, Size::default()), end);
    ended?;
    for session in [older, session, onlooker] {
        session.close().await?;
    }
    Ok((before, after?))
}
