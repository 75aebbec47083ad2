//! 17, 18, 20, 23 and 29: what an order must keep to be admitted, and who refuses it.

use phasegate_engine::fuzz::{Property, Script};
use proptest::prelude::*;
use trading_model::{
    Decimal, HOUR_US, OrderSide, OrderStatus, RunMode, Text,
    table::{ClusterExposureHourlyState, OrderRequest, TradeSignal},
};
use uuid::Uuid;

use super::{
    AFTER_ALL_PHASES,
    rows::{CHECK, RAISED, UNIQUE, insert, known, outcome, script},
};

/// An order.
#[derive(Debug, Clone)]
pub struct OrderCase {
    /// The hour of its signal: 0 under the kill switch, 5 halted.
    pub hour: usize,
    /// Microseconds from there to its own hour.
    pub shift_us: i64,
    /// Microseconds from its own hour to the request.
    pub delay_us: i64,
    /// Which side.
    pub side: OrderSide,
    /// Its status.
    pub status: OrderStatus,
    /// Whether the risk check passed.
    pub is_checked: bool,
    /// How far the cash is above the notional, in units of the eighteenth place.
    pub spare: i64,
    /// How far the exposure of its cluster is above the cap, in units of the tenth place.
    pub above_cap: i64,
    /// Whether its name is that of another order.
    pub is_repeated: bool,
}

/// Properties 17, 18, 20, 23 and 29.
#[must_use]
pub fn orders() -> Property<OrderCase> {
    let shift =
        prop_oneof![8 => Just(0), 1 => Just(HOUR_US), 1 => Just(-HOUR_US), 1 => Just(HOUR_US / 2), 1 => Just(1)];
    let delay = prop_oneof![
        6 => 0..HOUR_US,
        1 => Just(0),
        1 => Just(HOUR_US - 1),
        1 => Just(HOUR_US),
        1 => Just(-1)
    ];
    let status = prop::sample::select(vec![
        OrderStatus::New,
        OrderStatus::Ack,
        OrderStatus::Partial,
        OrderStatus::Filled,
        OrderStatus::Cancelled,
        OrderStatus::Rejected,
        OrderStatus::Rejected,
    ]);
    let spare = prop_oneof![3 => 0..1_000_000_i64, 1 => Just(0), 1 => Just(-1)];
    let above = prop_oneof![3 => -1_000_i64..0, 2 => Just(0), 1 => Just(1)];
    let side = prop::sample::select(vec![OrderSide::Buy, OrderSide::Sell]);
    let rest = (prop::bool::weighted(0.8), spare, above, prop::bool::weighted(0.1));
    Property {
        name: "trading::property_17_18_20_23_and_29_an_order_is_admitted_exactly_when_every_rule_lets_it",
        state: AFTER_ALL_PHASES,
        strategy: (0..6_usize, shift, delay, side, status, rest)
            .prop_map(|(hour, shift_us, delay_us, side, status, (is_checked, spare, above_cap, is_repeated))| {
                OrderCase { hour, shift_us, delay_us, side, status, is_checked, spare, above_cap, is_repeated }
            })
            .sboxed(),
        script: Box::new(order_script),
        cases: 300,
    }
}

fn order_script(case: &OrderCase) -> Script {
    let is_ours =
        |signal: &TradeSignal| signal.run_mode == RunMode::Live && signal.account_id == 1 && signal.asset_id == 1;
    let signal = known::<TradeSignal>(is_ours).swap_remove(case.hour);
    let known_order = known::<OrderRequest>(|order| order.run_mode == RunMode::Live).swap_remove(0);
    let mut row = OrderRequest {
        order_id: Uuid::from_u128(1),
        signal_id: signal.signal_id,
        run_id: signal.run_id,
        account_id: 1,
        asset_id: 1,
        origin_hour_ts_utc: signal.hour_ts_utc,
        hour_ts_utc: signal.hour_ts_utc,
        side: case.side,
        status: case.status,
        risk_check_passed: case.is_checked,
        risk_state_run_id: signal.run_id,
        cluster_membership_id: signal.cluster_membership_id,
        parent_signal_hash: signal.row_hash,
        client_order_id: if case.is_repeated {
            known_order.client_order_id.clone()
        } else {
            Text::fixed("of the case")
        },
        ..known_order
    };
    row.hour_ts_utc.0 += case.shift_us;
    row.request_ts_utc.0 = row.hour_ts_utc.0 + case.delay_us;
    row.pre_order_cash_available = row.requested_notional + Decimal::from_units(case.spare.into()).unwrap_or_default();
    let cap = Decimal::new(8, 2);
    let exposure = cap + Decimal::new(case.above_cap, 10);
    let is_exact = case.shift_us == 0;
    let is_blocked = matches!(case.hour, 0 | 5);
    let (is_buy, is_rejected) = (case.side == OrderSide::Buy, case.status == OrderStatus::Rejected);
    let expected = outcome([
        (case.shift_us % HOUR_US == 0, CHECK, "ck_order_request_hour_aligned"),
        (!is_buy || case.spare >= 0, CHECK, "ck_order_request_no_leverage_buy"),
        ((0..HOUR_US).contains(&case.delay_us), CHECK, "ck_order_request_request_in_hour"),
        (case.is_checked || is_rejected, CHECK, "ck_order_request_risk_gate"),
        (row.request_ts_utc >= row.origin_hour_ts_utc, CHECK, "ck_order_request_v2_request_after_origin"),
        (!case.is_repeated, UNIQUE, "order_request_v2_client_order_id_key"),
        // The cap binds a rejected order too, and only in the hour of the signal, where there is an exposure.
        (!is_exact || exposure <= cap, RAISED, "fn_enforce_cluster_cap_on_admission"),
        // So does the gate: a later order finds no risk state of the signal's run in its own hour.
        (is_exact && (is_rejected || !is_blocked), RAISED, "fn_enforce_runtime_risk_gate"),
    ]);
    let mut script = script();
    script.given(format!(
        "UPDATE {} SET exposure_pct = {exposure} WHERE source_run_id = '{}' AND cluster_id = 1",
        <ClusterExposureHourlyState as trading_model::Record>::TABLE,
        signal.run_id
    ));
    script.attempt("an order", &insert(&row).to_string(), &expected);
    script
}
