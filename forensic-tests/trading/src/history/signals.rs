//! Decisions: what is done with each asset in an hour.

use super::{
    Era, Sink, UNHASHED,
    book::{Book, Late},
    context::Hour,
    models::Forecast,
    reference,
    shape::Kind,
    states::State,
};
use crate::{Decimal, Hash, Horizon, OrderStatus, SignalAction, Text, hash::hash_of, table::TradeSignal};

/// What is planned for an asset.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Plan {
    Hold,
    Enter(OrderStatus),
    /// So many halves of what is held.
    Sell(i64),
    /// Buy and sell within the hour.
    Scalp,
}

/// A signal that an order may follow.
#[derive(Debug)]
pub(super) struct Decided {
    pub(super) row: TradeSignal,
    pub(super) hash: Hash,
}

/// The plan of the table at the head of `history`; every second asset plays the other part, and they change with each cycle.
fn plan(hour: i64, asset_id: i16) -> Plan {
    let is_first = (hour / 6 + i64::from(asset_id)) % 2 == 1;
    match (hour % 6, is_first) {
        (0 | 5, true) => Plan::Enter(OrderStatus::Rejected),
        (1, true) => Plan::Enter(OrderStatus::Filled),
        (1, false) => Plan::Enter(OrderStatus::New),
        (2, true) => Plan::Sell(1),
        (2, false) => Plan::Scalp,
        (3, true) => Plan::Enter(OrderStatus::Partial),
        (3, false) => Plan::Enter(OrderStatus::Cancelled),
        (4, true) => Plan::Sell(2),
        (4, false) => Plan::Enter(OrderStatus::Ack),
        _ => Plan::Hold,
    }
}

impl Book {
    /// Writes signals and what follows from them within the hour; gives the fills that come later.
    pub(super) fn write_decisions<S: Sink>(
        &mut self,
        hour: &mut Hour<'_, S>,
        state: &State,
        forecasts: &[Forecast],
    ) -> Vec<Late> {
        let mut late = Vec::new();
        for (asset_id, forecast) in (1_i16..).zip(forecasts) {
            let is_held = self.opening[usize::from(asset_id.unsigned_abs()) - 1].quantity > Decimal::ZERO;
            let plan = match plan(hour.number, asset_id) {
                Plan::Enter(_) if state.is_blocked() => Plan::Enter(OrderStatus::Rejected),
                Plan::Sell(_) if !is_held || state.is_blocked() => Plan::Hold,
                Plan::Scalp if state.is_blocked() => Plan::Hold,
                plan => plan,
            };
            let mut decide = |action, horizon| self.write_signal(hour, state, forecast, asset_id, action, horizon);
            match plan {
                Plan::Hold => {
                    decide(SignalAction::Hold, Horizon::H1);
                }
                Plan::Enter(status) => {
                    let decided = decide(SignalAction::Enter, Horizon::H1);
                    late.extend(self.write_entry(hour, state, &decided, status));
                }
                Plan::Sell(halves) => {
                    let decided = decide(SignalAction::Exit, Horizon::H1);
                    self.write_exit(hour, &decided, halves);
                }
                Plan::Scalp => {
                    let entry = decide(SignalAction::Enter, Horizon::H1);
                    let exit = decide(SignalAction::Exit, Horizon::H4);
                    late.extend(self.write_entry(hour, state, &entry, OrderStatus::Filled));
                    self.write_exit(hour, &exit, 2);
                }
            }
        }
        late
    }

    fn write_signal<S: Sink>(
        &mut self,
        hour: &mut Hour<'_, S>,
        state: &State,
        forecast: &Forecast,
        asset_id: i16,
        action: SignalAction,
        horizon: Horizon,
    ) -> Decided {
        self.numbers.signal += 1;
        let (_, assumed_fee_rate) = reference::cost(asset_id);
        let assumed_slippage_rate = Decimal::new(hour.random.between(0, 1_000), 6);
        let net_edge = forecast.expected_return - (assumed_fee_rate + assumed_slippage_rate);
        let is_entry = action == SignalAction::Enter;
        let fraction = if is_entry { self.entry_fraction(hour, state) } else { Decimal::ZERO };
        let is_long = is_entry || (action == SignalAction::Hold && self.is_held(asset_id));
        let cluster_hash = state.cluster_hashes[usize::from(reference::cluster(asset_id).unsigned_abs()) - 1];
        let decision_hash = hash_of!(
            hour.preimage;
            &hour.seed, &asset_id, &horizon, &action, &forecast.expected_return, &forecast.confidence
        );
        let upstream_hash = hash_of!(
            hour.preimage;
            &hour.seed, &forecast.prediction, &forecast.regime, &state.portfolio_hash, &state.risk_hash, &cluster_hash
        );
        let row = TradeSignal {
            signal_id: hour.shape.id(Kind::Signal, self.partition, self.numbers.signal),
            run_id: hour.run_id,
            run_mode: self.partition.run_mode,
            account_id: self.partition.account_id,
            asset_id,
            hour_ts_utc: hour.at,
            horizon,
            action,
            direction: Text::fixed(if is_long { "LONG" } else { "FLAT" }),
            confidence: forecast.confidence,
            expected_return: forecast.expected_return,
            assumed_fee_rate,
            assumed_slippage_rate,
            net_edge,
            target_position_notional: state.value.times(fraction).rounded().unwrap_or_default().truncated(2),
            position_size_fraction: fraction,
            risk_state_hour_ts_utc: hour.at,
            decision_hash,
            risk_state_run_id: hour.run_id,
            cluster_membership_id: reference::membership(asset_id),
            upstream_hash,
            row_hash: UNHASHED,
        };
        let hash = hour.write(row.clone(), Era::Both);
        Decided { row, hash }
    }

    fn is_held(&self, asset_id: i16) -> bool {
        !self.lots[usize::from(asset_id.unsigned_abs()) - 1].is_empty()
    }

    /// The share of the portfolio that an entry takes: of an asset two may be open at once, and no cluster may come near
    /// its limit.
    fn entry_fraction<S>(&self, hour: &mut Hour<'_, S>, state: &State) -> Decimal {
        let within_limits =
            Decimal::new(7, 2).share(Decimal::ONE, Decimal::new(2 * i64::from(hour.shape.assets), 0), 4);
        // Rejected entries are planned as well: for them the least that is asked for.
        let most = state.base_risk_fraction.min(within_limits.unwrap_or_default()).max(Decimal::new(1, 3));
        most.share(Decimal::new(hour.random.between(50, 100), 2), Decimal::ONE, 10).unwrap_or_default()
    }
}
