//! The replay root of a run (section 11.5, the form of contract 1B).

use sha2::{Digest, Sha256};

use super::preimage::{Preimage, digits};
use crate::Hash;

/// The tables of the root in order, each with the column that is hashed, and the key by which the rows of a run are ordered.
pub const AUTHORITATIVE_TABLES: [(&str, &str, &str); 13] = [
    ("run_context", "context_hash", "run_id"),
    ("model_prediction", "row_hash", "asset_id, horizon, model_version_id, hour_ts_utc"),
    ("regime_output", "row_hash", "asset_id, model_version_id, hour_ts_utc"),
    ("risk_hourly_state", "row_hash", "hour_ts_utc"),
    ("portfolio_hourly_state", "row_hash", "hour_ts_utc"),
    ("cluster_exposure_hourly_state", "row_hash", "cluster_id, hour_ts_utc"),
    ("trade_signal", "row_hash", "signal_id"),
    ("order_request", "row_hash", "order_id"),
    ("order_fill", "row_hash", "fill_id"),
    ("position_lot", "row_hash", "lot_id"),
    ("executed_trade", "row_hash", "trade_id"),
    ("cash_ledger", "row_hash", "ledger_seq"),
    ("risk_event", "row_hash", "risk_event_id"),
];

/// A root under way: rows come table by table in any order of tables, each table's in the order of its key.
#[derive(Debug, Clone)]
pub struct ReplayRoot {
    tables: Vec<Sha256>,
    rows: i64,
}

impl ReplayRoot {
    /// Of so many tables without rows.
    #[must_use]
    pub fn over(tables: usize) -> Self {
        Self { tables: vec![Sha256::new(); tables], rows: 0 }
    }

    /// The next row of a table.
    pub fn row(&mut self, table: usize, hash: Hash) {
        self.tables[table].update(hash.0);
        self.rows += 1;
    }

    /// The hash of each table: of its rows' hashes, one after the other.
    #[must_use]
    pub fn tables(&self) -> Vec<Hash> {
        self.tables.iter().map(|table| digits(table.clone().finalize().as_slice())).collect()
    }

    /// The root, and the number of rows in it.
    #[must_use]
    pub fn finish(&self, run_seed: &Hash) -> (Hash, i64) {
        let mut preimage = Preimage::default();
        preimage.push(run_seed);
        for table in self.tables() {
            preimage.push(&table);
        }
        (preimage.push(&self.rows).hash(), self.rows)
    }
}

impl Default for ReplayRoot {
    fn default() -> Self {
        Self::over(AUTHORITATIVE_TABLES.len())
    }
}
