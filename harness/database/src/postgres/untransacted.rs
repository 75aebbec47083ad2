//! What a transaction that is rolled back leaves behind all the same: how far sequences have counted, and the settings,
//! temporary tables and locks of a session.

use std::time::{Duration, Instant};

use phasegate_evidence::Cell;

use super::{PostgresSession, host::LAST_SESSION_WAIT_MAX};
use crate::{Error, Literal, sequences::Sequences};

/// How long a transaction may keep an index from being used.
const OLD_TRANSACTION_WAIT_MAX: Duration = Duration::from_secs(30);

/// The query that reads every sequence.
const READING: &str = "
    SELECT NULL, string_agg(format('SELECT %L, last_value, is_called FROM %s', c.oid::regclass, c.oid::regclass), ' UNION ALL ')
    FROM pg_class c WHERE relkind = 'S' AND relpersistence <> 't'";

/// Leaves a session as a new one is, but for the plans of its own queries. Not within a transaction.
pub(super) const RENEW: &str = "CLOSE ALL; SET SESSION AUTHORIZATION DEFAULT; RESET ALL; UNLISTEN *; \
    SELECT pg_advisory_unlock_all(); DISCARD SEQUENCES; DISCARD TEMP";

/// What a session holds that the end of its transaction does not take away; a setting of the author's own, with a dot in its
/// name, is told to nobody.
const LEFT_BEHIND: &str = "
    SELECT 'the setting ' || name FROM pg_settings WHERE source = 'session' AND name <> 'statement_timeout'
    UNION ALL
    SELECT 'the advisory lock ' || CASE objsubid WHEN 1 THEN ((classid::bigint << 32) | objid::bigint)::text ELSE concat_ws(', ', classid, objid) END
    FROM pg_locks WHERE locktype = 'advisory' AND pid = pg_backend_pid()
    UNION ALL
    SELECT 'the temporary ' || CASE relkind WHEN 'v' THEN 'view ' WHEN 'S' THEN 'sequence ' ELSE 'table ' END || quote_ident(relname)
    FROM pg_class WHERE relnamespace = pg_my_temp_schema() AND relkind IN ('r', 'p', 'v', 'S')";

/// What the session holds that the end of its transaction does not take away.
pub(crate) async fn left_behind(session: &mut PostgresSession) -> Result<Vec<String>, Error> {
    let rows = session.run(LEFT_BEHIND).await?.table.rows;
    Ok(rows.into_iter().filter_map(|row| row.into_iter().next().flatten()).collect())
}

/// The sessions of others on this database, by the programs and what they are doing.
const OTHERS: &str = "
    SELECT concat(coalesce(nullif(application_name, ''), 'a program without a name'), ' (' || state || ')')
    FROM pg_stat_activity
    WHERE datname = current_database() AND backend_type = 'client backend' AND application_name <> 'phasegate'
    ORDER BY 1";

/// The sessions of others on this database that do not end by themselves: one that was closed may still be ending.
pub(crate) async fn other_sessions(session: &mut PostgresSession) -> Result<Vec<String>, Error> {
    let since = Instant::now();
    loop {
        let rows = session.run(OTHERS).await?.table.rows;
        if rows.is_empty() || since.elapsed() > LAST_SESSION_WAIT_MAX {
            return Ok(rows.into_iter().flatten().flatten().collect());
        }
        tokio::task::yield_now().await;
    }
}

/// Whether an index may not be used yet: it was made over rows that had just been changed, and a transaction is older, on
/// whatever database of the server. One of our own transaction stays so to its end, and is not waited for.
const INDEX_TOO_YOUNG: &str = "
    SELECT EXISTS (
        SELECT FROM pg_index, LATERAL (SELECT pg_snapshot_xmin(pg_current_snapshot())::xid, pg_current_xact_id_if_assigned()::xid) AS s (oldest, own)
        WHERE indcheckxmin AND age(pg_index.xmin) <= age(oldest) AND (own IS NULL OR age(pg_index.xmin) > age(own)))";

/// Waits until the transactions that keep an index from being used have ended; the plan says so where they do not.
pub(crate) async fn indexes_ready(session: &mut PostgresSession) -> Result<(), Error> {
    let since = Instant::now();
    while session.run(INDEX_TOO_YOUNG).await?.table.single() == Some("t") && since.elapsed() < OLD_TRANSACTION_WAIT_MAX
    {
        tokio::task::yield_now().await;
    }
    Ok(())
}

/// Whether functions of the author's own set settings.
const BY_FUNCTIONS: &str = r#"
    SELECT EXISTS (
        SELECT FROM pg_proc p
        WHERE p.oid >= 16384 AND (prosrc ~* '\mset_config\M|\m(re)?set\s+((local|session)\M|[\w"]+\s*\.)' OR array_to_string(proconfig, ' ') ~ '\.[^=]*=')
          AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_proc'::regclass AND d.objid = p.oid AND d.deptype = 'e'))"#;

/// Whether functions of the author's own set settings.
pub(crate) async fn functions_set_settings(session: &mut PostgresSession) -> Result<bool, Error> {
    Ok(session.run(BY_FUNCTIONS).await?.table.single() == Some("t"))
}

/// How far each sequence has counted.
pub(crate) async fn sequences(session: &mut PostgresSession) -> Result<Sequences, Error> {
    let query = session.pairs(READING).await?.into_iter().find_map(|(_, query)| query);
    let Some(query) = query else {
        return Ok(Sequences::default());
    };
    let rows = session.run(&query).await?.table.rows;
    let counted = |row: Vec<Cell>| {
        let [name, last, called] = <[Cell; 3]>::try_from(row).ok()?;
        Some((name?, (last?, called?)))
    };
    Ok(Sequences(rows.into_iter().filter_map(counted).collect()))
}

/// Lets each sequence count on from where it was.
pub(crate) async fn put_back(session: &mut PostgresSession, before: &Sequences) -> Result<(), Error> {
    let now = sequences(session).await?;
    let moved = before.0.iter().filter(|(name, was)| now.0.get(*name) != Some(*was));
    let calls =
        moved.map(|(name, (last, called))| format!("SELECT setval({}, {last}, {})", Literal(name), Literal(called)));
    let calls: Vec<String> = calls.collect();
    if calls.is_empty() { Ok(()) } else { session.run(&calls.join("; ")).await.map(drop) }
}
