//! 1 to 3: notional, fee and slippage of a fill, with PostgreSQL's rounding; 19: no fill before its order.

use phasegate_engine::fuzz::{Property, Script};
use proptest::prelude::*;
use trading_model::{
    Decimal, OrderStatus, RunMode, Text,
    table::{OrderFill, OrderRequest},
};
use uuid::Uuid;

use super::{
    AFTER_ALL_PHASES,
    rows::{CHECK, RAISED, insert, known, outcome, script},
};

/// A fill; what it stores is off what the formulas give by so many units of the eighteenth place.
#[derive(Debug, Clone)]
pub struct FillCase {
    /// Digits and places of the price.
    pub price: (i64, u32),
    /// Digits and places of the quantity.
    pub quantity: (i64, u32),
    /// Millionths.
    pub fee_rate: i64,
    /// Millionths.
    pub slippage_rate: i64,
    /// Of notional, fee and slippage.
    pub off: [i64; 3],
}

/// Properties 1 to 3.
#[must_use]
pub fn fills() -> Property<FillCase> {
    let amount = || {
        prop_oneof![
            3 => (0..2_000_000_i64, 0..=4_u32),
            // Thirteen places together: times a rate, ties at the nineteenth are one in ten.
            2 => (1..2_000_000_i64, Just(5_u32)),
            1 => (0..2_000_000_i64, 5..=12_u32),
        ]
    };
    let quantity = || prop_oneof![3 => (0..900_000_000_i64, 0..=8_u32), 2 => (1..900_000_000_i64, Just(8_u32))];
    let rate =
        || prop_oneof![8 => 0..=1_000_000_i64, 1 => Just(0), 1 => Just(1_000_000), 1 => 1_000_001..=2_000_000_i64];
    let off = || prop_oneof![8 => Just(0_i64), 1 => -1..=1_i64];
    let strategy = (amount(), quantity(), rate(), rate(), [off(), off(), off()]);
    Property {
        name: "trading::property_01_to_03_a_fill_is_taken_exactly_when_notional_fee_and_slippage_follow_the_formulas",
        state: AFTER_ALL_PHASES,
        strategy: strategy
            .prop_map(|(price, quantity, fee_rate, slippage_rate, off)| FillCase {
                price,
                quantity,
                fee_rate,
                slippage_rate,
                off,
            })
            .sboxed(),
        script: Box::new(fill_script),
        cases: 200,
    }
}

fn fill_script(case: &FillCase) -> Script {
    let price = Decimal::new(case.price.0, case.price.1);
    let quantity = Decimal::new(case.quantity.0, case.quantity.1);
    let (fee_rate, slippage_rate) = (Decimal::new(case.fee_rate, 6), Decimal::new(case.slippage_rate, 6));
    let units = |index: usize| Decimal::from_units(case.off[index].into()).unwrap_or_default();
    let notional = price.times(quantity);
    let stored = notional.rounded().unwrap_or_default() + units(0);
    let fee = stored.times(fee_rate).rounded().unwrap_or_default();
    let slippage = stored.times(slippage_rate);
    let row = OrderFill {
        fill_price: price,
        fill_qty: quantity,
        fill_notional: stored,
        fee_rate,
        fee_paid: fee + units(1),
        realized_slippage_rate: slippage_rate,
        slippage_cost: slippage.rounded().unwrap_or_default() + units(2),
        ..another_fill()
    };
    let expected = outcome([
        (row.fee_paid >= Decimal::ZERO, CHECK, "ck_order_fill_fee_nonneg"),
        (fee_rate <= Decimal::ONE, CHECK, "ck_order_fill_fee_rate_range"),
        (notional.exact() == Some(stored), CHECK, "ck_order_fill_notional_formula"),
        (stored > Decimal::ZERO, CHECK, "ck_order_fill_notional_pos"),
        (row.fee_paid == fee, CHECK, "ck_order_fill_v2_fee_formula"),
        (slippage.exact() == Some(row.slippage_cost), CHECK, "ck_order_fill_v2_slippage_formula"),
    ]);
    let mut script = script();
    script.attempt("a fill by the formulas", &insert(&row).to_string(), &expected);
    script
}

/// One more fill of a filled order.
pub(super) fn another_fill() -> OrderFill {
    let is_filled = |order: &OrderRequest| order.run_mode == RunMode::Live && order.status == OrderStatus::Filled;
    let order = known::<OrderRequest>(is_filled).swap_remove(0);
    let fill = known::<OrderFill>(|fill| fill.order_id == order.order_id).swap_remove(0);
    OrderFill { fill_id: Uuid::from_u128(1), exchange_trade_id: Text::fixed("one more"), ..fill }
}

/// A fill at some time beside its order's, of an order that is there or not.
#[derive(Debug, Clone)]
pub struct CausalityCase {
    /// Microseconds after the request.
    pub delay_us: i64,
    /// Whether there is such an order.
    pub is_ordered: bool,
}

/// Property 19, for fills.
#[must_use]
pub fn causality() -> Property<CausalityCase> {
    let delay = prop_oneof![2 => -2..=2_i64, 2 => -900_000_000..=900_000_000_i64, 1 => 0..=20_000_000_000_i64];
    Property {
        name: "trading::property_19_a_fill_is_taken_exactly_when_it_is_not_before_its_order",
        state: AFTER_ALL_PHASES,
        strategy: (delay, prop::bool::weighted(0.8))
            .prop_map(|(delay_us, is_ordered)| CausalityCase { delay_us, is_ordered })
            .sboxed(),
        script: Box::new(causality_script),
        cases: 100,
    }
}

fn causality_script(case: &CausalityCase) -> Script {
    let mut row = another_fill();
    let order = known::<OrderRequest>(|order| order.order_id == row.order_id).swap_remove(0);
    row.fill_ts_utc.0 = order.request_ts_utc.0 + case.delay_us;
    row.hour_ts_utc = row.fill_ts_utc.hour();
    if !case.is_ordered {
        row.order_id = Uuid::from_u128(2);
    }
    let is_after = case.is_ordered && row.fill_ts_utc >= order.request_ts_utc;
    let expected = outcome([
        (row.fill_ts_utc >= row.origin_hour_ts_utc, CHECK, "ck_order_fill_v2_fill_after_origin"),
        (is_after, RAISED, "fn_validate_execution_causality"),
    ]);
    let mut script = script();
    script.attempt("a fill beside its order", &insert(&row).to_string(), &expected);
    script
}
