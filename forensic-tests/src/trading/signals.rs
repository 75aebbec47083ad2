//! 4: the edge of a signal is what its costs leave, and an entry must have one.

use phasegate_engine::fuzz::{Property, Script};
use proptest::prelude::*;
use trading_model::{Decimal, Horizon, RunMode, SignalAction, Text, table::TradeSignal};
use uuid::Uuid;

use super::{
    AFTER_ALL_PHASES,
    rows::{CHECK, insert, known, outcome, script},
};

/// A signal.
#[derive(Debug, Clone)]
pub struct SignalCase {
    /// What is done.
    pub action: SignalAction,
    /// In which direction.
    pub direction: &'static str,
    /// Millionths, and units of the eighteenth place beside them.
    pub expected_return: (i64, i64),
    /// Millionths.
    pub fee: i64,
    /// Millionths.
    pub slippage: i64,
    /// How far the stored edge is off, in units of the eighteenth place.
    pub off: i64,
}

/// Property 4.
#[must_use]
pub fn signals() -> Property<SignalCase> {
    let action = prop::sample::select(vec![SignalAction::Enter, SignalAction::Exit, SignalAction::Hold]);
    let direction = prop::sample::select(vec!["LONG", "LONG", "FLAT", "FLAT", "SHORT"]);
    let rate = || prop_oneof![8 => 0..20_000_i64, 1 => Just(1_000_000), 1 => 1_000_001..1_000_003_i64];
    // Small rates meet small returns often, also exactly.
    let returns = (-20_000..40_000_i64, prop_oneof![3 => Just(0_i64), 1 => -2..=2_i64]);
    let off = prop_oneof![6 => Just(0_i64), 1 => -1..=1_i64];
    Property {
        name: "trading::property_04_a_signal_is_taken_exactly_when_its_edge_is_what_its_costs_leave",
        state: AFTER_ALL_PHASES,
        strategy: (action, direction, returns, rate(), rate(), off)
            .prop_map(|(action, direction, expected_return, fee, slippage, off)| SignalCase {
                action,
                direction,
                expected_return,
                fee,
                slippage,
                off,
            })
            .sboxed(),
        script: Box::new(signal_script),
        cases: 200,
    }
}

fn signal_script(case: &SignalCase) -> Script {
    let unit = |units: i64| Decimal::from_units(units.into()).unwrap_or_default();
    let (fee, slippage) = (Decimal::new(case.fee, 6), Decimal::new(case.slippage, 6));
    let expected_return = Decimal::new(case.expected_return.0, 6) + unit(case.expected_return.1);
    let costs = fee + slippage;
    let edge = expected_return - costs;
    let row = TradeSignal {
        signal_id: Uuid::from_u128(1),
        horizon: Horizon::H24,
        action: case.action,
        direction: Text::fixed(case.direction),
        expected_return,
        assumed_fee_rate: fee,
        assumed_slippage_rate: slippage,
        net_edge: edge + unit(case.off),
        ..known::<TradeSignal>(|signal| signal.run_mode == RunMode::Live).swap_remove(0)
    };
    let is_entry = case.action == SignalAction::Enter;
    let is_exit = case.action == SignalAction::Exit;
    let expected = outcome([
        (case.direction != "SHORT", CHECK, "ck_trade_signal_direction"),
        (!is_entry || case.direction == "LONG", CHECK, "ck_trade_signal_enter_direction"),
        (!is_entry || row.net_edge > Decimal::ZERO, CHECK, "ck_trade_signal_enter_edge"),
        (!is_entry || expected_return > costs, CHECK, "ck_trade_signal_enter_return_gt_cost"),
        (!is_exit || case.direction == "FLAT", CHECK, "ck_trade_signal_exit_direction"),
        (fee <= Decimal::ONE, CHECK, "ck_trade_signal_fee_rate_range"),
        (slippage <= Decimal::ONE, CHECK, "ck_trade_signal_slippage_rate_range"),
        (row.net_edge == edge, CHECK, "ck_trade_signal_v2_net_edge_formula"),
    ]);
    let mut script = script();
    script.attempt("a signal with its edge", &insert(&row).to_string(), &expected);
    script
}
