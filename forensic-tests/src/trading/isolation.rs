//! 28: nothing that is tried for one account changes a row of another, and no row takes another account's run.

use phasegate_engine::fuzz::{Outcome, Property, Script};
use proptest::{collection::vec, prelude::*};
use trading_model::{
    Decimal, HOUR_US, RunMode, Text,
    table::{
        CashLedger, ClusterExposureHourlyState, OrderFill, OrderRequest, PositionLot, RiskHourlyState, RunContext,
    },
};
use uuid::Uuid;

use super::{
    AFTER_ALL_PHASES,
    fills::another_fill,
    rows::{insert, known, script},
};

/// What is tried for account 1.
#[derive(Debug, Clone)]
pub enum Attempt {
    /// A fill of an order of its own, with the run of account 1 or of account 2.
    Fill(bool),
    /// A lot that such a fill opened.
    Lot(bool),
    /// A next entry of its ledger.
    Entry(bool),
    /// A run of an hour that nobody has, so many hours on.
    Run(i64),
    /// A change of what may change.
    Change(usize),
}

/// What may be changed of account 1.
const CHANGES: [&str; 4] = [
    "UPDATE order_request SET tif = 'FOK' WHERE account_id = 1",
    "UPDATE position_lot SET remaining_qty = 0 WHERE account_id = 1",
    "UPDATE risk_hourly_state SET row_hash = repeat('f', 64) WHERE account_id = 1",
    "UPDATE cluster_exposure_hourly_state SET exposure_pct = 0 WHERE account_id = 1",
];

/// Every table that says of which account its rows are.
const TABLES: [&str; 13] = [
    "run_context",
    "portfolio_hourly_state",
    "risk_hourly_state",
    "position_hourly_state",
    "cluster_exposure_hourly_state",
    "trade_signal",
    "order_request",
    "order_fill",
    "position_lot",
    "executed_trade",
    "cash_ledger",
    "risk_event",
    "replay_manifest",
];

/// Property 28.
#[must_use]
pub fn isolation() -> Property<Vec<Attempt>> {
    let is_own = || prop::bool::weighted(0.6);
    let attempt = prop_oneof![
        is_own().prop_map(Attempt::Fill),
        is_own().prop_map(Attempt::Lot),
        is_own().prop_map(Attempt::Entry),
        (1..40_i64).prop_map(Attempt::Run),
        (0..CHANGES.len()).prop_map(Attempt::Change),
    ];
    Property {
        name: "trading::property_28_nothing_that_is_tried_for_one_account_changes_a_row_of_another",
        state: AFTER_ALL_PHASES,
        strategy: vec(attempt, 1..6).sboxed(),
        script: Box::new(|attempts| isolation_script(attempts)),
        cases: 60,
    }
}

fn isolation_script(attempts: &[Attempt]) -> Script {
    let others: Vec<String> = TABLES
        .iter()
        .map(|table| format!("SELECT '{table} ' || t::text FROM {table} t WHERE account_id <> 1"))
        .collect();
    let others = others.join("\nUNION ALL ");
    let mut script = script();
    script.given(format!("CREATE TEMP TABLE of_others ON COMMIT DROP AS {others}"));
    let mut own_entries = 0;
    for (number, attempt) in (1..).zip(attempts) {
        let (statement, expected) = tried(number, attempt, &mut own_entries, &attempts[..number - 1]);
        script.attempt(format!("attempt {number}"), &statement, &expected);
    }
    let differs = format!(
        "(SELECT * FROM of_others EXCEPT ALL ({others})) UNION ALL (({others}) EXCEPT ALL SELECT * FROM of_others) ORDER BY 1"
    );
    script.query("the rows of the others are as they were", &differs, &[]);
    script
}

/// A statement for account 1, and what becomes of it.
fn tried(number: usize, attempt: &Attempt, own_entries: &mut i64, before: &[Attempt]) -> (String, Outcome) {
    let id = Uuid::from_u128(number as u128);
    let of_another = |run: Uuid| {
        let runs = known::<RunContext>(|_| true);
        let own = runs.iter().find(|known| known.run_id == run);
        let other = runs.iter().find(|other| {
            own.is_some_and(|own| {
                (other.run_mode, other.hour_ts_utc) == (own.run_mode, own.hour_ts_utc) && other.account_id == 2
            })
        });
        other.map_or(run, |other| other.run_id)
    };
    let refused = |table: &str| {
        let by = match table {
            "order_fill" => "fk_order_fill_v2_run_context_origin",
            "position_lot" => "fk_position_lot_v2_run_context_origin",
            _ => "fk_cash_ledger_v2_run_context_origin",
        };
        Outcome::refused("23503", by)
    };
    match *attempt {
        Attempt::Fill(is_own) => {
            let mut row =
                OrderFill { fill_id: id, exchange_trade_id: Text(format!("{number}").into()), ..another_fill() };
            if !is_own {
                row.run_id = of_another(row.run_id);
            }
            (insert(&row).to_string(), if is_own { Outcome::Rows(1) } else { refused("order_fill") })
        }
        Attempt::Lot(is_own) => {
            let lot = known::<PositionLot>(|lot| lot.account_id == 1 && lot.run_mode == RunMode::Live).swap_remove(0);
            let mut row = PositionLot { lot_id: id, open_fill_id: id, ..lot };
            if !is_own {
                row.run_id = of_another(row.run_id);
            }
            (insert(&row).to_string(), if is_own { Outcome::Rows(1) } else { refused("position_lot") })
        }
        Attempt::Entry(is_own) => {
            let of = |row: &CashLedger| row.account_id == 1 && row.run_mode == RunMode::Live;
            let last = known::<CashLedger>(of).into_iter().max_by_key(|row| row.ledger_seq);
            let Some(last) = last else { return (String::new(), Outcome::Accepted) };
            let mut row = CashLedger {
                ledger_seq: last.ledger_seq + 1 + *own_entries,
                ref_id: id,
                ref_type: Text::fixed("TRANSFER"),
                delta_cash: Decimal::ZERO,
                balance_before: last.balance_after,
                balance_after: last.balance_after,
                prev_ledger_hash: Some(last.ledger_hash),
                ..last
            };
            if is_own {
                *own_entries += 1;
                return (insert(&row).to_string(), Outcome::Rows(1));
            }
            row.run_id = of_another(row.run_id);
            (insert(&row).to_string(), refused("cash_ledger"))
        }
        Attempt::Run(hours) => {
            let of = |run: &RunContext| run.account_id == 1 && run.run_mode == RunMode::Live;
            let mut row = known::<RunContext>(of).swap_remove(0);
            row.run_id = id;
            row.hour_ts_utc.0 += (1_000 + hours) * HOUR_US;
            row.origin_hour_ts_utc = row.hour_ts_utc;
            row.cycle_seq += 1_000 + hours;
            let is_new = !before.iter().any(|earlier| matches!(earlier, Attempt::Run(known) if *known == hours));
            let taken = Outcome::refused("23505", "uq_run_context_account_mode_hour");
            (insert(&row).to_string(), if is_new { Outcome::Rows(1) } else { taken })
        }
        Attempt::Change(change) => {
            let changed = match change {
                0 => known::<OrderRequest>(|row| row.account_id == 1).len(),
                1 => {
                    let own = before.iter().filter(|earlier| matches!(earlier, Attempt::Lot(true))).count();
                    known::<PositionLot>(|row| row.account_id == 1).len() + own
                }
                2 => known::<RiskHourlyState>(|row| row.account_id == 1).len(),
                _ => known::<ClusterExposureHourlyState>(|row| row.account_id == 1).len(),
            };
            (CHANGES[change].to_owned(), Outcome::Rows(changed))
        }
    }
}
