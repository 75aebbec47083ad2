//! 5: what a trade brings is what its costs leave.

use phasegate_engine::fuzz::{Property, Script};
use proptest::prelude::*;
use trading_model::{Decimal, table::ExecutedTrade};
use uuid::Uuid;

use super::{
    AFTER_ALL_PHASES,
    rows::{CHECK, RAISED, insert, known, outcome, script},
};

/// A trade: gross profit, fee and slippage in units of the eighteenth place, and how far the stored profit is off.
#[derive(Debug, Clone)]
pub struct TradeCase {
    /// Gross profit.
    pub gross: i64,
    /// Fee.
    pub fee: i64,
    /// Slippage.
    pub slippage: i64,
    /// How far the net profit is off.
    pub off: i64,
    /// Seconds from entry to exit.
    pub held_s: i64,
}

/// Property 5.
#[must_use]
pub fn trades() -> Property<TradeCase> {
    let cost = || prop_oneof![6 => 0..i64::MAX / 4, 1 => -2..=0_i64];
    let off = prop_oneof![4 => Just(0_i64), 1 => -1..=1_i64];
    let held = prop_oneof![4 => 0..7_200_i64, 1 => -2..=0_i64];
    Property {
        name: "trading::property_05_a_trade_is_taken_exactly_when_it_brings_what_its_costs_leave",
        state: AFTER_ALL_PHASES,
        strategy: (i64::MIN / 4..i64::MAX / 4, cost(), cost(), off, held)
            .prop_map(|(gross, fee, slippage, off, held_s)| TradeCase { gross, fee, slippage, off, held_s })
            .sboxed(),
        script: Box::new(trade_script),
        cases: 150,
    }
}

fn trade_script(case: &TradeCase) -> Script {
    let unit = |units: i64| Decimal::from_units(units.into()).unwrap_or_default();
    let known = known::<ExecutedTrade>(|_| true).swap_remove(0);
    let (gross_pnl, total_fee, total_slippage_cost) = (unit(case.gross), unit(case.fee), unit(case.slippage));
    let net = gross_pnl - total_fee - total_slippage_cost;
    let row = ExecutedTrade {
        trade_id: Uuid::from_u128(1),
        quantity: known.quantity + Decimal::ONE,
        entry_ts_utc: known.exit_ts_utc.seconds_later(-case.held_s),
        gross_pnl,
        total_fee,
        total_slippage_cost,
        net_pnl: net + unit(case.off),
        ..known
    };
    let expected = outcome([
        (total_fee >= Decimal::ZERO, CHECK, "ck_executed_trade_fee_nonneg"),
        (row.net_pnl == net, CHECK, "ck_executed_trade_net_pnl_formula"),
        (total_slippage_cost >= Decimal::ZERO, CHECK, "ck_executed_trade_slippage_nonneg"),
        (case.held_s >= 0, CHECK, "ck_executed_trade_time_order"),
        (true, RAISED, "fn_validate_trade_fee_rollup"),
    ]);
    let mut script = script();
    script.attempt("a trade with what it brings", &insert(&row).to_string(), &expected);
    script
}
