//! The replay root of every run, from the hashes of its rows in the order of their keys.

use std::fmt::Write as _;

use sqlx::PgConnection;
use uuid::Uuid;

use super::{
    Class, Verified, VerifyError,
    rows::{Seeds, report, seed_of},
    stream::tuples,
};
use crate::{
    Hash,
    hash::{AUTHORITATIVE_TABLES, ReplayRoot},
};

/// What was recorded of a run: its roots, and the number of rows.
type Recorded = (Hash, Option<Hash>, Option<i64>, Option<Hash>);

/// Verifies the root of every run, one run at a time.
pub(super) async fn roots(database: &mut PgConnection, seeds: &Seeds) -> Result<Verified, VerifyError> {
    let mut verified = Verified::default();
    let mut current: Option<(Uuid, Recorded, ReplayRoot)> = None;
    tuples(database, "run_context", &query(), |fields| {
        let (run, table, hash): (Uuid, i32, Hash) = (fields.read()?, fields.read()?, fields.read()?);
        let recorded = (fields.read()?, fields.read()?, fields.read()?, fields.read()?);
        if current.as_ref().is_none_or(|(known, ..)| *known != run) {
            judge(&mut verified, seeds, current.replace((run, recorded, ReplayRoot::default())));
        }
        if let (Some((.., root)), Ok(table)) = (&mut current, usize::try_from(table)) {
            root.row(table, hash);
        }
        Ok(())
    })
    .await?;
    judge(&mut verified, seeds, current);
    Ok(verified)
}

fn judge(verified: &mut Verified, seeds: &Seeds, run: Option<(Uuid, Recorded, ReplayRoot)>) {
    let Some((run, (in_context, in_manifest, rows, manifest_seed), root)) = run else { return };
    verified.rows += 1;
    let seed = seed_of(seeds, run);
    let computed = seed.map(|seed| root.finish(&seed));
    let is_recorded = computed.is_some_and(|(root, count)| {
        root == in_context && Some(root) == in_manifest && Some(count) == rows && seed == manifest_seed
    });
    if !is_recorded {
        report(&mut verified.breaks, "run_context", run.to_string(), Class::Root);
    }
}

/// The hashes of all rows of every run, and what was recorded of the run.
fn query() -> String {
    let mut union = String::new();
    for (table, (name, column, key)) in AUTHORITATIVE_TABLES.iter().enumerate() {
        let all = if table == 0 { "" } else { " UNION ALL " };
        let run = if name.ends_with("_state") { "source_run_id" } else { "run_id" };
        let _ = write!(
            union,
            "{all}SELECT {run} AS run_id, {table} AS number, row_number() OVER (PARTITION BY {run} ORDER BY {key}) AS place, \
             {column} AS hash FROM {name}"
        );
    }
    format!(
        "SELECT r.run_id, r.number, r.hash, c.replay_root_hash, m.replay_root_hash, m.authoritative_row_count, \
         m.run_seed_hash FROM ({union}) r JOIN run_context c USING (run_id) LEFT JOIN replay_manifest m USING (run_id) \
         ORDER BY r.run_id, r.number, r.place"
    )
}
