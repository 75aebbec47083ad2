//! 24 and 25: no row of the fourteen tables changes or goes, and the keys of the two guarded states stay.

use phasegate_engine::fuzz::{Outcome, Property, Script};
use proptest::prelude::*;

use super::{
    AFTER_ALL_PHASES,
    rows::{RAISED, script},
};

/// The tables, each with a column that an UPDATE sets to itself.
const TABLES: [(&str, &str); 14] = [
    ("market_ohlcv_hourly", "trade_count"),
    ("order_book_snapshot", "best_bid_size"),
    ("feature_snapshot", "feature_value"),
    ("regime_output", "regime_label"),
    ("model_prediction", "prob_up"),
    ("meta_learner_component", "component_weight"),
    ("trade_signal", "confidence"),
    ("order_fill", "liquidity_flag"),
    ("executed_trade", "holding_hours"),
    ("cash_ledger", "delta_cash"),
    ("risk_event", "severity"),
    ("backtest_fold_result", "win_rate"),
    ("portfolio_hourly_state_identity", "hour_ts_utc"),
    ("risk_hourly_state_identity", "hour_ts_utc"),
];

/// The guarded states, each with the function that guards it.
const GUARDED: [(&str, &str); 2] = [
    ("portfolio_hourly_state", "fn_guard_portfolio_hourly_state_identity_key_mutation"),
    ("risk_hourly_state", "fn_guard_risk_hourly_state_identity_key_mutation"),
];

/// What is tried.
#[derive(Debug, Clone)]
pub enum AppendOnlyCase {
    /// On a table of the fourteen: a DELETE, or else an UPDATE, of any row or of none.
    Table {
        /// Which.
        table: usize,
        /// Whether it deletes.
        is_delete: bool,
        /// Whether a row is met.
        is_met: bool,
    },
    /// On a guarded state.
    State {
        /// Which.
        table: usize,
        /// A DELETE, an UPDATE of the key, an UPDATE of the rest.
        change: usize,
    },
}

/// Properties 24 and 25.
#[must_use]
pub fn append_only() -> Property<AppendOnlyCase> {
    let table = (0..TABLES.len(), any::<bool>(), prop::bool::weighted(0.8))
        .prop_map(|(table, is_delete, is_met)| AppendOnlyCase::Table { table, is_delete, is_met });
    let state = (0..GUARDED.len(), 0..3_usize).prop_map(|(table, change)| AppendOnlyCase::State { table, change });
    Property {
        name: "trading::property_24_and_25_no_row_of_an_append_only_table_changes_or_goes",
        state: AFTER_ALL_PHASES,
        strategy: prop_oneof![5 => table, 1 => state].sboxed(),
        script: Box::new(append_only_script),
        cases: 100,
    }
}

fn append_only_script(case: &AppendOnlyCase) -> Script {
    let mut script = script();
    let (table, statement, expected) = match *case {
        AppendOnlyCase::Table { table, is_delete, is_met } => {
            let (table, column) = TABLES[table];
            let refused = Outcome::refused(RAISED, "fn_enforce_append_only");
            let expected = if is_met { refused } else { Outcome::Rows(0) };
            let statement = if is_delete {
                format!("DELETE FROM {table}")
            } else {
                format!("UPDATE {table} SET {column} = {column}")
            };
            (table, format!("{statement} WHERE {is_met}"), expected)
        }
        AppendOnlyCase::State { table, change } => {
            let (table, guard) = GUARDED[table];
            let one = "run_mode = 'LIVE' AND account_id = 1 AND hour_ts_utc = '2026-01-01 01:00Z'";
            let refused = Outcome::refused(RAISED, guard);
            match change {
                0 => (table, format!("DELETE FROM {table} WHERE {one}"), refused),
                1 => (table, format!("UPDATE {table} SET account_id = 2 WHERE {one}"), refused),
                _ => (table, format!("UPDATE {table} SET row_hash = row_hash WHERE {one}"), Outcome::Rows(1)),
            }
        }
    };
    script.keep(table, &[]);
    script.attempt("a change", &statement, &expected);
    script.unchanged(table, &[]);
    let orphans = GUARDED.map(|(state, _)| {
        format!(
            "SELECT '{state}' WHERE (SELECT count(*) FROM {state}) <> (SELECT count(*) FROM {state}_identity JOIN {state} \
             USING (run_mode, account_id, hour_ts_utc))"
        )
    });
    script.query("states and identities go together", &orphans.join("\nUNION ALL\n"), &[]);
    script
}
