//! A history as SQL, for a suite: what the baseline holds, and what is regenerated under the lock.

use std::{collections::BTreeMap, fmt::Write as _};

use crate::{
    Destination, Record, hash,
    history::{Era, History, Shape, Sink},
};

/// The tables of the baseline and of the migration, parents before children.
pub(crate) const LOAD_ORDER: [&str; 30] = [
    "asset",
    "account",
    "cost_profile",
    "model_version",
    "feature_definition",
    "backtest_run",
    "run_context",
    "backtest_fold_result",
    "model_training_window",
    "model_activation_gate",
    "correlation_cluster",
    "asset_cluster_membership",
    "market_ohlcv_hourly",
    "order_book_snapshot",
    "feature_snapshot",
    "portfolio_hourly_state",
    "risk_hourly_state",
    "cluster_exposure_hourly_state",
    "position_hourly_state",
    "regime_output",
    "model_prediction",
    "meta_learner_component",
    "trade_signal",
    "order_request",
    "order_fill",
    "position_lot",
    "executed_trade",
    "cash_ledger",
    "risk_event",
    "replay_manifest",
];

/// Tables whose rows stay and are given their hashes, by key.
const UPDATED: [(&str, &[&str], &[&str]); 5] = [
    ("backtest_run", &["backtest_run_id"], &["row_hash"]),
    ("run_context", &["run_id"], &["run_seed_hash", "context_hash", "replay_root_hash"]),
    ("portfolio_hourly_state", &["run_mode", "account_id", "hour_ts_utc"], &["row_hash"]),
    ("risk_hourly_state", &["run_mode", "account_id", "hour_ts_utc"], &["row_hash"]),
    ("position_hourly_state", &["run_mode", "account_id", "asset_id", "hour_ts_utc"], &["row_hash"]),
];

/// Tables that must be loaded again with hashes: their rows may not be updated, and the windows refer to one of them.
const RELOADED: [&str; 5] =
    ["backtest_fold_result", "model_training_window", "market_ohlcv_hourly", "order_book_snapshot", "feature_snapshot"];

/// Tables that the baseline has in full, so that nothing of them is regenerated.
const KEPT: [&str; 5] = ["asset", "account", "cost_profile", "model_version", "feature_definition"];

/// Rows of one table as text.
#[derive(Debug)]
struct Rows {
    table: String,
    columns: &'static [&'static str],
    has_identity: bool,
    values: Vec<Vec<Option<String>>>,
}

/// Collects rows for one destination.
struct Collector {
    destination: Destination,
    tables: BTreeMap<&'static str, Rows>,
    left_out: BTreeMap<&'static str, usize>,
}

impl Sink for Collector {
    fn row<R: Record>(&mut self, row: &R, era: Era) {
        if self.destination == Destination::Baseline && era == Era::After {
            *self.left_out.entry(R::TABLE).or_default() += 1;
            return;
        }
        let columns = self.destination.columns::<R>();
        let rows = self.tables.entry(R::TABLE).or_insert_with(|| Rows {
            table: self.destination.table::<R>(),
            columns,
            has_identity: R::HAS_IDENTITY,
            values: Vec::new(),
        });
        let mut values = row.texts();
        values.truncate(columns.len());
        rows.values.push(values);
    }
}

fn collect(shape: &Shape, hours: u32, destination: Destination) -> Collector {
    let mut collector = Collector { destination, tables: BTreeMap::new(), left_out: BTreeMap::new() };
    let mut history = History::new(shape.clone());
    history.write_reference(&mut collector);
    for _ in 0..hours {
        history.write_hour(&mut collector);
    }
    collector
}

/// What the baseline can hold of so many hours of a history.
#[must_use]
pub fn baseline_rows(shape: &Shape, hours: u32) -> String {
    let collector = collect(shape, hours, Destination::Baseline);
    let count: usize = collector.tables.values().map(|rows| rows.values.len()).sum();
    let mut sql = format!(
        "-- Rows for the baseline, before the first phase: {count} rows of {hours} hours in all {} tables.\n\
         -- Written by forensic-tests/trading from seed {}; PHASEGATE_BLESS=1 cargo test -p trading-model writes it again.\n\
         --\n\
         -- Not here, because the baseline cannot hold it: fills, lots and cash that come in another hour than the run they\n\
         -- are of, and trades that close a lot of another run. The regeneration has all of it.\n",
        collector.tables.len(),
        shape.seed
    );
    let old = LOAD_ORDER.iter().filter_map(|table| Some((*table, collector.left_out.get(table)?)));
    for (table, rows) in old.filter(|(table, _)| collector.tables.contains_key(table)) {
        let _ = writeln!(sql, "--   {table}: {rows}");
    }
    sql.push_str(CUSTOM_PLANS);
    for table in LOAD_ORDER {
        if let Some(rows) = collector.tables.get(table) {
            insert(&mut sql, rows);
        }
    }
    sql.push_str("\nRESET plan_cache_mode;\n");
    sql
}

/// Without it the fifth or sixth signal is refused with 23503 (met with TimescaleDB 2.19.3).
const CUSTOM_PLANS: &str = "\n-- A reference to a hypertable is checked by a plan that finds no chunk as soon as the plan is a generic one, which it\n\
    -- is after five rows: rows whose parents are there are refused (issue 9250 of TimescaleDB).\n\
    SET plan_cache_mode = force_custom_plan;\n";

/// What is regenerated under the lock, after the hash columns are there and before the cutover.
#[must_use]
pub fn shadow_rows(shape: &Shape, hours: u32) -> String {
    let collector = collect(shape, hours, Destination::Shadow);
    let mut sql = format!(
        "-- The regeneration under the lock: after step 6 (M9: hash columns), before the constraints are validated and the\n\
         -- tables cut over. The history of baseline_rows.sql, with every hash ({}) and with what the baseline cannot hold.\n\
         -- Written by forensic-tests/trading from seed {}; PHASEGATE_BLESS=1 cargo test -p trading-model writes it again.\n\n\
         -- Rows that may be updated are given their hashes.\n",
        hash::VERSION,
        shape.seed
    );
    for (table, key, columns) in UPDATED {
        if let Some(rows) = collector.tables.get(table) {
            update(&mut sql, rows, key, columns);
        }
    }
    let _ = writeln!(
        sql,
        "\n-- Rows that may not be updated are loaded again. No row trigger sees a TRUNCATE; the two shadow tables are named\n\
         -- because they refer to a truncated one, and are empty.\nTRUNCATE {}, model_prediction_v2, regime_output_v2;",
        RELOADED.join(", ")
    );
    for table in LOAD_ORDER {
        let is_there = KEPT.contains(&table) || UPDATED.iter().any(|(updated, ..)| *updated == table);
        if let Some(rows) = collector.tables.get(table).filter(|_| !is_there) {
            insert(&mut sql, rows);
        }
    }
    sql
}

fn insert(sql: &mut String, rows: &Rows) {
    let overriding = if rows.has_identity { " OVERRIDING SYSTEM VALUE" } else { "" };
    let _ = write!(sql, "\nINSERT INTO {} ({}){overriding} VALUES", rows.table, rows.columns.join(", "));
    for (index, values) in rows.values.iter().enumerate() {
        let values: Vec<String> = values.iter().map(literal).collect();
        let comma = if index == 0 { "" } else { "," };
        let _ = write!(sql, "{comma}\n    ({})", values.join(", "));
    }
    sql.push_str(";\n");
    if let Some(identity) = rows.columns.first().filter(|_| rows.has_identity) {
        let _ = writeln!(
            sql,
            "SELECT setval(pg_get_serial_sequence('{0}', '{identity}'), max({identity})) FROM {0};",
            rows.table
        );
    }
}

fn update(sql: &mut String, rows: &Rows, key: &[&str], columns: &[&str]) {
    let place = |column: &&str| rows.columns.iter().position(|known| known == column);
    for values in &rows.values {
        let equal = |column: &&str| {
            let value = place(column).and_then(|place| values.get(place));
            format!("{column} = {}", value.map(literal).unwrap_or_default())
        };
        let set: Vec<String> = columns.iter().map(equal).collect();
        let of: Vec<String> = key.iter().map(equal).collect();
        let _ = writeln!(sql, "UPDATE {} SET {} WHERE {};", rows.table, set.join(", "), of.join(" AND "));
    }
}

fn literal(value: &Option<String>) -> String {
    match value {
        Some(value) => format!("'{}'", value.replace('\'', "''")),
        None => "NULL".to_owned(),
    }
}
