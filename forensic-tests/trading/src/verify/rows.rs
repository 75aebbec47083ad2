//! Rows that carry hashes of their own content and of a parent.

use std::collections::HashMap;

use sqlx::PgConnection;
use uuid::Uuid;

use super::{Break, Class, Verified, VerifyError, stream::tuples};
use crate::{
    Hash, Record,
    hash::{Hashed, Preimage},
    history::UNHASHED,
};

/// The seeds of all runs, computed from their own columns: 48 bytes of memory for a run, nothing for a row.
pub(super) type Seeds = HashMap<Uuid, [u8; 32]>;

/// The seed of a run.
pub(super) fn seed_of(seeds: &Seeds, run: Uuid) -> Option<Hash> {
    seeds.get(&run).map(|digest| crate::hash::digits(digest))
}

/// How the rows of a table are verified.
pub(super) struct Rule<R> {
    /// The run whose seed begins the preimage; none where the row belongs to no run.
    pub(super) run: Option<fn(&R) -> Uuid>,
    /// The key, to name a row by.
    pub(super) key: fn(&R) -> String,
    /// Its parent, if it has one.
    pub(super) parent: Option<Parent<R>>,
}

/// What is joined to read the hash of a parent, and the hash that the row carries of it.
pub(super) type Parent<R> = (&'static str, fn(&R) -> Hash);

/// Verifies every row of a table: its hashes are of its own content, and its parent's is the parent's. The first bad row of
/// each kind is reported.
pub(super) async fn table<R: Record + Hashed + Clone + PartialEq>(
    database: &mut PgConnection,
    seeds: &Seeds,
    rule: &Rule<R>,
) -> Result<Verified, VerifyError> {
    let columns: Vec<String> = R::COLUMNS.iter().map(|column| format!("t.{column}")).collect();
    let join = rule.parent.map_or("", |(join, _)| join);
    let parent = if rule.parent.is_some() { "p.row_hash" } else { "NULL::bpchar" };
    let query = format!("SELECT {}, {parent} FROM {} t {join}", columns.join(", "), R::TABLE);
    let mut verified = Verified::default();
    let mut preimage = Preimage::default();
    tuples(database, R::TABLE, &query, |fields| {
        let row = R::decode(fields)?;
        let parent: Option<Hash> = fields.read()?;
        verified.rows += 1;
        let seed = match rule.run {
            Some(run) => seed_of(seeds, run(&row)),
            None => Some(UNHASHED),
        };
        let mut sealed = row.clone();
        if let Some(seed) = seed {
            sealed.seal(&seed, &mut preimage);
        }
        if sealed != row || seed.is_none() {
            report(&mut verified.breaks, R::TABLE, (rule.key)(&row), Class::Edited);
        }
        if rule.parent.is_some_and(|(_, carried)| parent != Some(carried(&row))) {
            report(&mut verified.breaks, R::TABLE, (rule.key)(&row), Class::Parent);
        }
        Ok(())
    })
    .await?;
    Ok(verified)
}

/// Keeps the first break of a class.
pub(super) fn report(breaks: &mut Vec<Break>, table: &'static str, row: String, class: Class) {
    if !breaks.iter().any(|known| known.class == class) {
        breaks.push(Break { table, row, class });
    }
}
