//! The properties that the schema holds after the last phase of `trading-phase-1c`, each beside a defect that it notices.

use forensic_tests::trading::{
    Gates, LEDGER_GATES, QUANTITY_GATES, REPLAY_GATES, append_only, causality, fills, isolation, ledger_chain,
    ledger_permutations, ledger_totals, orders, portfolios, positions, quantities, replays, risks, rounding, signals,
    trades, walk_forward,
};
use libtest_mimic::Trial;
use phasegate_engine::fuzz::Stage;
use phasegate_evidence::judge::Expectation;

use crate::{properties_trial::Ground, world::World};

pub(crate) fn trials(world: &World) -> Vec<Trial> {
    let ground = Ground { world, suite: "trading-phase-1c", stage: Stage::after_all_phases };
    let mut trials = formulas(ground);
    trials.extend(states(ground));
    trials.extend(sequences(ground));
    trials.extend(validators(ground));
    trials
}

fn formulas(ground: Ground<'_>) -> Vec<Trial> {
    vec![
        ground.holds(fills()),
        ground.notices(
            "property_02_notices_a_fee_that_is_cut_off",
            fills(),
            "ALTER TABLE order_fill DROP CONSTRAINT ck_order_fill_v2_fee_formula,
                 ADD CONSTRAINT ck_order_fill_v2_fee_formula CHECK (fee_paid = trunc(fill_notional * fee_rate, 18)) NOT VALID;",
        ),
        ground.notices(
            "property_03_notices_a_slippage_that_is_rounded",
            fills(),
            "ALTER TABLE order_fill DROP CONSTRAINT ck_order_fill_v2_slippage_formula,
                 ADD CONSTRAINT ck_order_fill_v2_slippage_formula
                     CHECK (slippage_cost = round(fill_notional * realized_slippage_rate, 18)) NOT VALID;",
        ),
        ground.holds(signals()),
        ground.notices(
            "property_04_notices_an_edge_that_is_free",
            signals(),
            "ALTER TABLE trade_signal DROP CONSTRAINT ck_trade_signal_v2_net_edge_formula;",
        ),
        ground.holds(trades()),
        ground.notices(
            "property_05_notices_a_profit_that_forgets_slippage",
            trades(),
            "ALTER TABLE executed_trade DROP CONSTRAINT ck_executed_trade_net_pnl_formula,
                 DROP CONSTRAINT ck_executed_trade_v2_net_pnl_formula;
             CREATE OR REPLACE FUNCTION fn_validate_trade_fee_rollup() RETURNS trigger LANGUAGE plpgsql AS
                 $f$ BEGIN RETURN NULL; END $f$;",
        ),
        ground.holds(rounding()),
    ]
}

fn states(ground: Ground<'_>) -> Vec<Trial> {
    vec![
        ground.holds(portfolios()),
        ground.notices(
            "property_14_notices_a_portfolio_that_need_not_add_up",
            portfolios(),
            "ALTER TABLE portfolio_hourly_state DROP CONSTRAINT ck_portfolio_hourly_state_value_reconcile;",
        ),
        ground.holds(positions()),
        ground.notices(
            "property_13_notices_a_short_position",
            positions(),
            "ALTER TABLE position_hourly_state DROP CONSTRAINT ck_position_hourly_state_qty_nonneg,
                 DROP CONSTRAINT ck_position_hourly_state_market_value_nonneg;",
        ),
        ground.holds(risks()),
        ground.notices(
            "property_16_notices_a_tier_that_begins_one_unit_late",
            risks(),
            "ALTER TABLE risk_hourly_state DROP CONSTRAINT ck_risk_hourly_state_dd20_halt,
                 ADD CONSTRAINT ck_risk_hourly_state_dd20_halt CHECK (drawdown_pct <= 0.20 OR (halt_new_entries
                     AND requires_manual_review AND base_risk_fraction = 0 AND drawdown_tier = 'HALT20'));",
        ),
    ]
}

fn sequences(ground: Ground<'_>) -> Vec<Trial> {
    vec![
        ground.holds(ledger_chain()),
        ground.notices(
            "property_08_notices_a_chain_that_nobody_checks",
            ledger_chain(),
            "DROP TRIGGER ctrg_cash_ledger_chain ON cash_ledger;",
        ),
        ground.holds(ledger_permutations()),
        ground.notices(
            "property_11_notices_a_chain_that_is_checked_row_by_row",
            ledger_permutations(),
            "DROP TRIGGER ctrg_cash_ledger_chain ON cash_ledger;
             CREATE TRIGGER ctrg_cash_ledger_chain BEFORE INSERT ON cash_ledger
                 FOR EACH ROW EXECUTE FUNCTION fn_validate_cash_ledger_chain();",
        ),
        ground.holds(orders()),
        ground.notices(
            "property_17_notices_a_cap_that_is_off",
            orders(),
            "DROP TRIGGER ctrg_order_request_cluster_cap ON order_request;",
        ),
        ground.notices(
            "property_18_notices_a_gate_that_fails_open",
            orders(),
            "DROP TRIGGER ctrg_order_request_risk_gate ON order_request;",
        ),
        ground.notices(
            "property_23_notices_orders_on_credit",
            orders(),
            "ALTER TABLE order_request DROP CONSTRAINT ck_order_request_no_leverage_buy;",
        ),
        ground.holds(causality()),
        ground.notices(
            "property_19_notices_a_cutover_that_leaves_causality_to_a_vanished_name",
            causality(),
            "CREATE OR REPLACE FUNCTION fn_validate_execution_causality() RETURNS trigger LANGUAGE plpgsql AS
                 $f$ BEGIN RETURN NULL; END $f$;",
        ),
        ground.holds(walk_forward()),
        ground.notices(
            "property_22_notices_predictions_after_their_window",
            walk_forward(),
            "DROP TRIGGER ctrg_model_prediction_walk_forward ON model_prediction;",
        ),
        ground.holds(append_only()),
        ground.notices(
            "property_25_notices_a_ledger_that_can_be_changed",
            append_only(),
            "DROP TRIGGER trg_cash_ledger_append_only ON cash_ledger;",
        ),
    ]
}

/// What no constraint holds: the queries of the suite's own gates against the model, and each query weakened in one place.
fn validators(ground: Ground<'_>) -> Vec<Trial> {
    let gates = gates(ground.world);
    let weak = |gate: &'static str, part: &str, other: &str| {
        let mut weak = gates.clone();
        let query = weak.get_mut(gate).filter(|query| query.contains(part));
        assert!(query.is_some(), "{gate} holds no {part}");
        if let Some(query) = query {
            *query = query.replace(part, other);
        }
        weak
    };
    let [balance, gap, total, counted, delta] = LEDGER_GATES;
    let [lot, order, prefix] = QUANTITY_GATES;
    let [root, seed] = REPLAY_GATES;
    let ledger = |claim, weak| ground.notices(claim, ledger_totals(weak), "");
    let quantity = |claim, weak| ground.notices(claim, quantities(weak), "");
    vec![
        ground.holds(ledger_totals(gates.clone())),
        ledger("property_09_notices_a_total_of_what_is_left_of_cents", weak(total, "sum(delta_cash)", "sum(trunc(delta_cash, 2))")),
        ledger("property_09_notices_a_chain_whose_balances_nobody_compares", weak(balance, "ledger_seq > 1 AND", "false AND")),
        ledger("property_09_notices_a_gap_that_is_stepped_over", weak(gap, "coalesce(seq_before, 0) + 1", "greatest(ledger_seq, coalesce(seq_before, 0) + 1)")),
        ledger("property_10_notices_a_fill_without_an_entry", weak(counted, "count(l.ref_id) <> 1", "count(l.ref_id) > 1")),
        ledger("property_10_notices_a_sale_that_forgets_slippage", weak(delta, "f.fill_notional - f.fee_paid - f.slippage_cost", "l.delta_cash")),
        ground.holds(quantities(gates.clone())),
        quantity("property_12_notices_a_lot_that_may_be_oversold", weak(lot, "> l.open_qty", "> l.open_qty * 2")),
        quantity("property_12_notices_an_order_that_may_be_overfilled", weak(order, "> o.requested_qty", "> o.requested_qty * 2")),
        quantity("property_13_notices_shorts_that_are_bought_back_later", weak(prefix, " ORDER BY f.fill_ts_utc", "")),
        ground.holds(replays(gates.clone())),
        ground.notices(
            "property_26_notices_a_seed_that_depends_on_the_time_zone",
            replays(weak(seed, " AT TIME ZONE 'UTC'", "")),
            "",
        ),
        ground.notices(
            "property_26_notices_a_root_that_depends_on_the_order_of_rows",
            replays(weak(root, "ORDER BY fill_id", "ORDER BY xmin::text::bigint, ctid")),
            "",
        ),
        ground.holds(isolation()),
        ground.notices(
            "property_28_notices_a_trigger_that_reaches_over_to_another_account",
            isolation(),
            "CREATE FUNCTION reach_over() RETURNS trigger LANGUAGE plpgsql AS
                 $f$ BEGIN UPDATE order_request SET tif = 'IOC' WHERE account_id <> NEW.account_id; RETURN NULL; END $f$;
             CREATE TRIGGER reach_over AFTER INSERT ON run_context FOR EACH ROW EXECUTE FUNCTION reach_over();",
        ),
        ground.notices(
            "property_28_notices_a_run_that_two_accounts_share",
            isolation(),
            "ALTER TABLE order_fill DROP CONSTRAINT fk_order_fill_v2_run_context_origin;",
        ),
    ]
}

/// The queries of the suite's checks that look for violations, by their ids.
fn gates(world: &World) -> Gates {
    let of_suite = world.suites().iter().filter(|suite| suite.name == "trading-phase-1c");
    let checks: Vec<_> = of_suite.flat_map(|suite| suite.checks().map(|(_, _, check)| check)).collect();
    let query = |id: &'static str| {
        let check = checks.iter().find(|check| check.id == id)?;
        match &check.expectation {
            Expectation::Violations(violations) => Some((id, violations.query.clone())),
            _ => None,
        }
    };
    LEDGER_GATES.into_iter().chain(QUANTITY_GATES).chain(REPLAY_GATES).filter_map(query).collect()
}
