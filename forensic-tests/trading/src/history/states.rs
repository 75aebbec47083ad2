//! The state of an account at the beginning of an hour, and the limits that follow from it.

use super::{
    Era, Sink, UNHASHED,
    book::Book,
    context::Hour,
    market::price,
    reference::{self, CLUSTERS},
};
use crate::{
    Decimal, DrawdownTier, Hash, Text,
    table::{ClusterExposureHourlyState, PortfolioHourlyState, PositionHourlyState, RiskHourlyState},
};

/// What decisions of an hour depend on.
#[derive(Debug)]
pub(super) struct State {
    pub(super) value: Decimal,
    pub(super) tier: DrawdownTier,
    pub(super) base_risk_fraction: Decimal,
    pub(super) kill_switch: bool,
    pub(super) portfolio_hash: Hash,
    pub(super) risk_hash: Hash,
    pub(super) cluster_hashes: Vec<Hash>,
}

/// The share of a cluster that no account may exceed.
const CLUSTER_CAP: Decimal = Decimal::new(8, 2);

/// The drawdown: how far below its peak a value is, as a fraction of ten places.
#[must_use]
pub fn drawdown(peak: Decimal, value: Decimal) -> Decimal {
    Decimal::ONE.share(peak - value, peak, 10).unwrap_or_default()
}

/// The tier of a drawdown, with the risk fraction and the number of positions that it leaves.
#[must_use]
pub fn tier(drawdown: Decimal) -> (DrawdownTier, Decimal, i32) {
    match drawdown {
        it if it < Decimal::new(10, 2) => (DrawdownTier::Normal, Decimal::new(20, 3), 10),
        it if it < Decimal::new(15, 2) => (DrawdownTier::Dd10, Decimal::new(15, 3), 10),
        it if it < Decimal::new(20, 2) => (DrawdownTier::Dd15, Decimal::new(10, 3), 5),
        _ => (DrawdownTier::Halt20, Decimal::ZERO, 5),
    }
}

impl State {
    /// Whether orders of this hour must be rejected.
    pub(super) fn is_blocked(&self) -> bool {
        self.kill_switch || self.tier == DrawdownTier::Halt20
    }
}

impl Book {
    pub(super) fn write_states<S: Sink>(&mut self, hour: &mut Hour<'_, S>) -> State {
        let marks = hour.prices.iter().map(|prices| price(prices.open));
        let values: Vec<Decimal> =
            self.opening.iter().zip(marks).map(|(held, mark)| product(held.quantity, mark)).collect();
        let market_value = values.iter().fold(Decimal::ZERO, |sum, value| sum + *value);
        let value = self.opening_cash + market_value;
        self.peak = self.peak.max(value);
        let (tier, base_risk_fraction, max_concurrent_positions) = tier(drawdown(self.peak, value));
        let portfolio = self.portfolio(hour, market_value, tier);
        let portfolio_hash = hour.write(portfolio.clone(), Era::Both);
        let kill_switch = hour.number % 6 == 0;
        let risk = RiskHourlyState {
            run_mode: portfolio.run_mode,
            account_id: portfolio.account_id,
            hour_ts_utc: hour.at,
            portfolio_value: value,
            peak_portfolio_value: self.peak,
            drawdown_pct: portfolio.drawdown_pct,
            drawdown_tier: tier,
            base_risk_fraction,
            max_concurrent_positions,
            max_total_exposure_pct: Decimal::new(20, 2),
            max_cluster_exposure_pct: CLUSTER_CAP,
            halt_new_entries: tier == DrawdownTier::Halt20,
            kill_switch_active: kill_switch,
            kill_switch_reason: kill_switch.then(|| Text::fixed("daily review")),
            requires_manual_review: tier == DrawdownTier::Halt20,
            evaluated_at_utc: hour.at,
            source_run_id: hour.run_id,
            state_hash: UNHASHED,
            row_hash: UNHASHED,
        };
        let risk_hash = hour.write(risk, Era::Both);
        let cluster_hashes = write_clusters(hour, &values, value, risk_hash);
        self.write_positions(hour, &values, value);
        State { value, tier, base_risk_fraction, kill_switch, portfolio_hash, risk_hash, cluster_hashes }
    }

    fn portfolio<S: Sink>(
        &self,
        hour: &Hour<'_, S>,
        market_value: Decimal,
        tier: DrawdownTier,
    ) -> PortfolioHourlyState {
        let value = self.opening_cash + market_value;
        let open = self.opening.iter().filter(|held| held.quantity > Decimal::ZERO).count();
        PortfolioHourlyState {
            run_mode: self.partition.run_mode,
            account_id: self.partition.account_id,
            hour_ts_utc: hour.at,
            cash_balance: self.opening_cash,
            market_value,
            portfolio_value: value,
            peak_portfolio_value: self.peak,
            drawdown_pct: drawdown(self.peak, value),
            total_exposure_pct: Decimal::ONE.share(market_value, value, 10).unwrap_or_default(),
            open_position_count: i32::try_from(open).unwrap_or(i32::MAX),
            halted: tier == DrawdownTier::Halt20,
            source_run_id: hour.run_id,
            reconciliation_hash: UNHASHED,
            row_hash: UNHASHED,
        }
    }

    /// Writes what is held, and the first asset always.
    fn write_positions<S: Sink>(&self, hour: &mut Hour<'_, S>, values: &[Decimal], portfolio: Decimal) {
        for (asset_id, (asset, value)) in (1_i16..).zip(values.iter().enumerate()) {
            let held = self.opening[asset];
            if held.quantity == Decimal::ZERO && asset_id > 1 {
                continue;
            }
            let row = PositionHourlyState {
                run_mode: self.partition.run_mode,
                account_id: self.partition.account_id,
                asset_id,
                hour_ts_utc: hour.at,
                quantity: held.quantity,
                avg_cost: held.cost.share(Decimal::ONE, held.quantity, 18).unwrap_or_default(),
                mark_price: price(hour.prices[asset].open),
                market_value: *value,
                unrealized_pnl: *value - held.cost,
                realized_pnl_cum: self.realized[asset],
                exposure_pct: Decimal::ONE.share(*value, portfolio, 10).unwrap_or_default(),
                source_run_id: hour.run_id,
                row_hash: UNHASHED,
            };
            hour.write(row, Era::Both);
        }
    }
}

/// Writes the exposure of every cluster; gives their hashes.
fn write_clusters<S: Sink>(
    hour: &mut Hour<'_, S>,
    values: &[Decimal],
    portfolio: Decimal,
    parent_risk_hash: Hash,
) -> Vec<Hash> {
    let of = |cluster_id| {
        let members = (1_i16..).zip(values).filter(|(asset_id, _)| reference::cluster(*asset_id) == cluster_id);
        members.fold(Decimal::ZERO, |sum, (_, value)| sum + *value)
    };
    let rows: Vec<_> = (1..=CLUSTERS)
        .map(|cluster_id| ClusterExposureHourlyState {
            run_mode: hour.partition.run_mode,
            account_id: hour.partition.account_id,
            cluster_id,
            hour_ts_utc: hour.at,
            source_run_id: hour.run_id,
            gross_exposure_notional: of(cluster_id),
            // Cut off, so that the clusters together never come to more than the whole.
            exposure_pct: of(cluster_id).share(Decimal::ONE, portfolio, 18).unwrap_or_default().truncated(10),
            max_cluster_exposure_pct: CLUSTER_CAP,
            state_hash: UNHASHED,
            parent_risk_hash,
            row_hash: UNHASHED,
        })
        .collect();
    rows.into_iter().map(|row| hour.write(row, Era::After)).collect()
}

/// A product that 18 places hold, as prices of two places and quantities of eight have.
pub(super) fn product(one: Decimal, other: Decimal) -> Decimal {
    one.times(other).exact().expect("a product of at most 18 places")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tier_begins_exactly_at_its_limit() {
        for (tenths_of_ppb, expected) in [
            (0, DrawdownTier::Normal),
            (999_999_999, DrawdownTier::Normal),
            (1_000_000_000, DrawdownTier::Dd10),
            (1_499_999_999, DrawdownTier::Dd10),
            (1_500_000_000, DrawdownTier::Dd15),
            (1_999_999_999, DrawdownTier::Dd15),
            (2_000_000_000, DrawdownTier::Halt20),
            (10_000_000_000, DrawdownTier::Halt20),
        ] {
            assert_eq!(tier(Decimal::new(tenths_of_ppb, 10)).0, expected, "{tenths_of_ppb}");
        }
    }

    #[test]
    fn a_drawdown_is_rounded_to_ten_places() {
        assert_eq!(drawdown(Decimal::new(3, 0), Decimal::new(2, 0)), Decimal::new(3_333_333_333, 10));
        assert_eq!(drawdown(Decimal::ZERO, Decimal::ZERO), Decimal::ZERO);
    }
}
