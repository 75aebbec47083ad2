//! 14 to 16, and 20 and 21 for hours: the states of an account add up, and its limits follow from its drawdown.

use phasegate_engine::fuzz::{Property, Script};
use proptest::prelude::*;
use trading_model::{
    Decimal, DrawdownTier, Text, history,
    table::{PortfolioHourlyState, PositionHourlyState, RiskHourlyState},
};

use super::{
    AFTER_ALL_PHASES,
    rows::{CHECK, insert, other, outcome, portfolio, script_with_runs},
};

fn unit(units: i64) -> Decimal {
    Decimal::from_units(units.into()).unwrap_or_default()
}

/// A portfolio: units of the eighteenth place.
#[derive(Debug, Clone)]
pub struct PortfolioCase {
    /// Cash.
    pub cash: i64,
    /// What is held is worth.
    pub market: i64,
    /// How far the stored sum is off.
    pub off: i64,
    /// How far the peak is above the sum.
    pub above: i64,
    /// Positions.
    pub positions: i32,
}

/// Property 14, for portfolios.
#[must_use]
pub fn portfolios() -> Property<PortfolioCase> {
    let money = || prop_oneof![6 => 0..i64::MAX / 4, 1 => -2..=2_i64];
    let off = prop_oneof![4 => Just(0_i64), 1 => -1..=1_i64];
    let above = prop_oneof![2 => Just(0_i64), 2 => 0..1_000_i64, 1 => -1..=0_i64];
    Property {
        name: "trading::property_14_a_portfolio_is_taken_exactly_when_it_adds_up",
        state: AFTER_ALL_PHASES,
        strategy: (money(), money(), off, above, -1..=11)
            .prop_map(|(cash, market, off, above, positions)| PortfolioCase { cash, market, off, above, positions })
            .sboxed(),
        script: Box::new(portfolio_script),
        cases: 100,
    }
}

fn portfolio_script(case: &PortfolioCase) -> Script {
    let sum = unit(case.cash) + unit(case.market);
    let row = PortfolioHourlyState {
        cash_balance: unit(case.cash),
        market_value: unit(case.market),
        portfolio_value: sum + unit(case.off),
        peak_portfolio_value: sum + unit(case.above),
        open_position_count: case.positions,
        ..portfolio()
    };
    let value = row.portfolio_value;
    let expected = outcome([
        (row.cash_balance >= Decimal::ZERO, CHECK, "ck_portfolio_hourly_state_cash_nonneg"),
        (row.market_value >= Decimal::ZERO, CHECK, "ck_portfolio_hourly_state_market_nonneg"),
        (row.peak_portfolio_value >= value, CHECK, "ck_portfolio_hourly_state_peak_ge_value"),
        (row.peak_portfolio_value >= Decimal::ZERO, CHECK, "ck_portfolio_hourly_state_peak_nonneg"),
        ((0..=10).contains(&case.positions), CHECK, "ck_portfolio_hourly_state_pos_count_range"),
        (value >= Decimal::ZERO, CHECK, "ck_portfolio_hourly_state_value_nonneg"),
        (value == sum, CHECK, "ck_portfolio_hourly_state_value_reconcile"),
    ]);
    let mut script = script_with_runs();
    script.attempt("a portfolio", &insert(&row).to_string(), &expected);
    script
}

/// A position.
#[derive(Debug, Clone)]
pub struct PositionCase {
    /// Digits and places.
    pub quantity: (i64, u32),
    /// Digits and places.
    pub mark: (i64, u32),
    /// How far its value is off.
    pub off: i64,
}

/// Property 14, for positions, with 13 as far as a state shows it.
#[must_use]
pub fn positions() -> Property<PositionCase> {
    let quantity = prop_oneof![6 => (0..900_000_000_i64, 0..=12_u32), 1 => (-2..=0_i64, 0..=8_u32)];
    let mark = (0..900_000_i64, 0..=8_u32);
    let off = prop_oneof![4 => Just(0_i64), 1 => -1..=1_i64];
    Property {
        name: "trading::property_13_and_14_a_position_is_taken_exactly_when_it_is_long_and_worth_what_it_says",
        state: AFTER_ALL_PHASES,
        strategy: (quantity, mark, off).prop_map(|(quantity, mark, off)| PositionCase { quantity, mark, off }).sboxed(),
        script: Box::new(position_script),
        cases: 100,
    }
}

fn position_script(case: &PositionCase) -> Script {
    let quantity = Decimal::new(case.quantity.0, case.quantity.1);
    let mark = Decimal::new(case.mark.0, case.mark.1);
    let value = quantity.times(mark);
    let row = PositionHourlyState {
        quantity,
        mark_price: mark,
        market_value: value.rounded().unwrap_or_default() + unit(case.off),
        ..other::<PositionHourlyState>().swap_remove(0)
    };
    let is_exact = value.exact() == Some(row.market_value);
    let expected = outcome([
        (mark > Decimal::ZERO, CHECK, "ck_position_hourly_state_mark_price_pos"),
        (is_exact, CHECK, "ck_position_hourly_state_market_value_formula"),
        (row.market_value >= Decimal::ZERO, CHECK, "ck_position_hourly_state_market_value_nonneg"),
        (quantity >= Decimal::ZERO, CHECK, "ck_position_hourly_state_qty_nonneg"),
    ]);
    let mut script = script_with_runs();
    script.attempt("a position", &insert(&row).to_string(), &expected);
    script
}

/// A risk state.
#[derive(Debug, Clone)]
pub struct RiskCase {
    /// Units of the tenth place.
    pub drawdown: i64,
    /// The tier it says; none means the one that the drawdown is in.
    pub tier: Option<DrawdownTier>,
    /// Thousandths of risk.
    pub risk: i64,
    /// Positions.
    pub positions: i32,
    /// Whether entries are halted and must be reviewed.
    pub halted: (bool, bool),
    /// Whether the kill switch is on, and the reason.
    pub kill_switch: (bool, Option<&'static str>),
    /// Microseconds after the hour.
    pub after_hour_us: i64,
}

/// Properties 16 and 21.
#[must_use]
pub fn risks() -> Property<RiskCase> {
    let limit = prop::sample::select(vec![0_i64, 1_000_000_000, 1_500_000_000, 2_000_000_000, 10_000_000_000]);
    let drawdown =
        prop_oneof![3 => (limit, -1..=1_i64).prop_map(|(limit, off)| limit + off), 1 => 0..10_000_000_000_i64];
    let tier =
        prop::sample::select(vec![DrawdownTier::Normal, DrawdownTier::Dd10, DrawdownTier::Dd15, DrawdownTier::Halt20]);
    let tier = prop::option::weighted(0.15, tier);
    let risk = prop::sample::select(vec![-1_i64, 0, 0, 0, 10, 11, 15, 16, 20, 21]);
    let positions = prop::sample::select(vec![0, 5, 5, 6, 10, 11]);
    let kill = (any::<bool>(), prop::sample::select(vec![None, Some(" "), Some("reason"), Some("reason")]));
    let halted = prop_oneof![2 => Just((true, true)), 1 => (any::<bool>(), any::<bool>())];
    let after = prop_oneof![8 => Just(0_i64), 1 => Just(1_i64), 1 => Just(1_800_000_000_i64)];
    Property {
        name: "trading::property_16_and_21_a_risk_state_is_taken_exactly_when_its_limits_are_those_of_its_tier",
        state: AFTER_ALL_PHASES,
        strategy: (drawdown, tier, risk, positions, halted, kill, after)
            .prop_map(|(drawdown, tier, risk, positions, halted, kill_switch, after_hour_us)| RiskCase {
                drawdown,
                tier,
                risk,
                positions,
                halted,
                kill_switch,
                after_hour_us,
            })
            .sboxed(),
        script: Box::new(risk_script),
        cases: 250,
    }
}

fn risk_script(case: &RiskCase) -> Script {
    let drawdown = Decimal::new(case.drawdown, 10);
    let (tier, most_risk, most_positions) = history::tier(drawdown);
    let risk = Decimal::new(case.risk, 3);
    let mut row = RiskHourlyState {
        drawdown_pct: drawdown,
        drawdown_tier: case.tier.unwrap_or(tier),
        base_risk_fraction: risk,
        max_concurrent_positions: case.positions,
        halt_new_entries: case.halted.0,
        requires_manual_review: case.halted.1,
        kill_switch_active: case.kill_switch.0,
        kill_switch_reason: case.kill_switch.1.map(Text::fixed),
        ..other::<RiskHourlyState>().swap_remove(0)
    };
    row.hour_ts_utc.0 += case.after_hour_us;
    let is_from = |limit| drawdown >= Decimal::new(limit, 2);
    let is_halted = case.halted == (true, true) && risk == Decimal::ZERO && row.drawdown_tier == DrawdownTier::Halt20;
    let has_reason = !case.kill_switch.0 || case.kill_switch.1.is_some_and(|reason| !reason.trim().is_empty());
    let expected = outcome([
        (risk >= Decimal::ZERO && risk <= Decimal::new(2, 2), CHECK, "ck_risk_hourly_state_base_risk_range"),
        (!is_from(10) || risk <= Decimal::new(15, 3), CHECK, "ck_risk_hourly_state_dd10_controls"),
        // Beyond a fifth another rule says more.
        (
            !is_from(15) || (risk <= Decimal::new(1, 2) && case.positions <= most_positions),
            CHECK,
            "ck_risk_hourly_state_dd15_controls",
        ),
        (!is_from(20) || (is_halted && risk <= most_risk), CHECK, "ck_risk_hourly_state_dd20_halt"),
        (drawdown >= Decimal::ZERO && drawdown <= Decimal::ONE, CHECK, "ck_risk_hourly_state_drawdown_range"),
        (case.after_hour_us == 0, CHECK, "ck_risk_hourly_state_hour_aligned"),
        (has_reason, CHECK, "ck_risk_hourly_state_kill_switch_reason"),
        ((0..=10).contains(&case.positions), CHECK, "ck_risk_hourly_state_max_pos_range"),
        (row.drawdown_tier == tier, CHECK, "ck_risk_hourly_state_tier_mapping"),
    ]);
    let mut script = script_with_runs();
    script.given(insert(&portfolio()).to_string());
    script.attempt("a risk state", &insert(&row).to_string(), &expected);
    script
}
