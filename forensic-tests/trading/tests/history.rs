//! What holds of every history, whatever its seed: properties 6, 9, 10, 12, 13, 15 and 26 to 28, and that every case that
//! the suite needs is there.

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;
use trading_model::{
    Decimal, DrawdownTier, OrderSide, OrderStatus, RunMode, SignalAction,
    hash::{Hashed as _, Preimage},
    history::{History, Partition, Shape, drawdown},
    table::{
        CashLedger, ClusterExposureHourlyState, ExecutedTrade, OrderFill, OrderRequest, PortfolioHourlyState,
        PositionLot, ReplayManifest, RiskHourlyState, RunContext, TradeSignal,
    },
};

const HOURS: u32 = 14;

fn initial() -> Decimal {
    Decimal::new(1_000_000, 0)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 12, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn cash_is_the_initial_capital_and_what_the_fills_and_transfers_moved(seed in any::<u64>()) {
        let shape = Shape::small(seed);
        let fills: BTreeMap<_, _> =
            History::rows::<OrderFill>(shape.clone(), HOURS).into_iter().map(|fill| (fill.fill_id, fill)).collect();
        let orders: BTreeMap<_, _> = History::rows::<OrderRequest>(shape.clone(), HOURS)
            .into_iter().map(|order| (order.order_id, order.side)).collect();
        let mut balances: BTreeMap<_, (i64, Decimal)> = BTreeMap::new();
        let mut moved = BTreeSet::new();
        for row in History::rows::<CashLedger>(shape, HOURS) {
            let (seq, balance) = balances.entry((row.account_id, row.run_mode)).or_insert((0, initial()));
            prop_assert_eq!((row.ledger_seq, row.balance_before), (*seq + 1, *balance));
            (*seq, *balance) = (row.ledger_seq, row.balance_after);
            if let Some(fill) = fills.get(&row.ref_id) {
                prop_assert!(moved.insert(row.ref_id), "a fill moves cash once");
                let costs = fill.fee_paid + fill.slippage_cost;
                let delta = match orders[&fill.order_id] {
                    OrderSide::Buy => -(fill.fill_notional + costs),
                    OrderSide::Sell => fill.fill_notional - costs,
                };
                prop_assert_eq!(row.delta_cash, delta);
            }
        }
        prop_assert_eq!(moved.len(), fills.len());
    }

    #[test]
    fn no_lot_is_closed_beyond_what_it_opened_and_costs_are_shared_out(seed in any::<u64>()) {
        let shape = Shape::small(seed);
        let mut open: BTreeMap<_, _> = History::rows::<PositionLot>(shape.clone(), HOURS)
            .into_iter().map(|lot| (lot.lot_id, lot.open_qty)).collect();
        let lots: BTreeMap<_, _> =
            History::rows::<PositionLot>(shape.clone(), HOURS).into_iter().map(|lot| (lot.lot_id, lot)).collect();
        for trade in History::rows::<ExecutedTrade>(shape.clone(), HOURS) {
            let left = open.get_mut(&trade.lot_id).unwrap();
            *left = *left - trade.quantity;
            prop_assert!(*left >= Decimal::ZERO);
            let lot = &lots[&trade.lot_id];
            prop_assert!(trade.total_fee >= lot.open_fee.share(trade.quantity, lot.open_qty, 18).unwrap());
            prop_assert!(trade.entry_ts_utc == lot.open_ts_utc && trade.exit_ts_utc >= trade.entry_ts_utc);
        }
        let mut held: BTreeMap<_, Decimal> = BTreeMap::new();
        let orders: BTreeMap<_, _> = History::rows::<OrderRequest>(shape.clone(), HOURS)
            .into_iter().map(|order| (order.order_id, order)).collect();
        let mut fills = History::rows::<OrderFill>(shape, HOURS);
        fills.sort_by_key(|fill| fill.fill_ts_utc);
        for fill in fills {
            let order = &orders[&fill.order_id];
            let quantity = held.entry((fill.account_id, fill.run_mode, fill.asset_id)).or_default();
            let signed = if order.side == OrderSide::Buy { fill.fill_qty } else { -fill.fill_qty };
            *quantity += signed;
            prop_assert!(*quantity >= Decimal::ZERO, "long only");
            prop_assert!(fill.fill_ts_utc >= order.request_ts_utc);
        }
    }

    #[test]
    fn drawdowns_are_those_of_values_and_peaks_never_fall(seed in any::<u64>()) {
        let mut peaks: BTreeMap<_, Decimal> = BTreeMap::new();
        for state in History::rows::<PortfolioHourlyState>(Shape::small(seed), HOURS) {
            let peak = peaks.entry((state.account_id, state.run_mode)).or_default();
            prop_assert!(state.peak_portfolio_value >= *peak);
            *peak = state.peak_portfolio_value;
            prop_assert_eq!(state.drawdown_pct, drawdown(state.peak_portfolio_value, state.portfolio_value));
        }
        for state in History::rows::<ClusterExposureHourlyState>(Shape::large(seed), 8) {
            prop_assert!(state.exposure_pct <= state.max_cluster_exposure_pct);
        }
    }

    #[test]
    fn a_history_is_the_same_again_and_another_seed_gives_other_roots(seed in any::<u64>()) {
        let roots = |seed| {
            let manifests = History::rows::<ReplayManifest>(Shape::small(seed), 3);
            manifests.into_iter().map(|manifest| manifest.replay_root_hash).collect::<BTreeSet<_>>()
        };
        prop_assert_eq!(roots(seed), roots(seed));
        prop_assert!(roots(seed).is_disjoint(&roots(seed.wrapping_add(1))));
    }

    #[test]
    fn the_ledger_of_a_partition_does_not_depend_on_the_others(seed in any::<u64>()) {
        let shape = Shape::small(seed);
        let partition = Partition { account_id: 2, run_mode: RunMode::Live };
        let mut together = History::rows::<CashLedger>(shape.clone(), HOURS);
        together.retain(|row| (row.account_id, row.run_mode) == (partition.account_id, partition.run_mode));
        let alone: Vec<_> = History::ledger(shape, partition).take(together.len()).collect();
        prop_assert_eq!(alone, together);
    }
}

#[test]
fn each_field_of_a_fill_is_in_its_hash() {
    let shape = Shape::small(1);
    let seed = History::rows::<RunContext>(shape.clone(), 1)[0].run_seed_hash;
    let fill = History::rows::<OrderFill>(shape, 2).swap_remove(0);
    let hash = |mut fill: OrderFill| fill.seal(&seed, &mut Preimage::default());
    let good = hash(fill.clone());
    let other = |change: fn(&mut OrderFill)| {
        let mut changed = fill.clone();
        change(&mut changed);
        hash(changed)
    };
    let changes: [fn(&mut OrderFill); 10] = [
        |fill| fill.fill_id = fill.order_id,
        |fill| fill.account_id += 1,
        |fill| fill.run_mode = RunMode::Paper,
        |fill| fill.fill_ts_utc.0 += 1,
        |fill| fill.fill_price += Decimal::from_units(1).unwrap(),
        |fill| fill.fill_qty = -fill.fill_qty,
        |fill| fill.fee_paid += Decimal::from_units(1).unwrap(),
        |fill| fill.slippage_cost += Decimal::from_units(1).unwrap(),
        |fill| fill.liquidity_flag = "MAKER ".to_owned().into(),
        |fill| fill.parent_order_hash.0[63] ^= 1,
    ];
    let hashes: Vec<_> = changes.into_iter().map(other).collect();
    let same = hashes.iter().filter(|hash| **hash == good).count();
    // A space at the end is no other content; the flag itself is TAKER in the first fill.
    assert_eq!(same, usize::from(fill.liquidity_flag.0 == "MAKER"));
}

#[test]
fn six_hours_hold_every_case() {
    let shape = || Shape::small(1);
    let statuses: BTreeSet<_> =
        History::rows::<OrderRequest>(shape(), 6).into_iter().map(|order| order.status).collect();
    let all = [
        OrderStatus::New,
        OrderStatus::Ack,
        OrderStatus::Partial,
        OrderStatus::Filled,
        OrderStatus::Cancelled,
        OrderStatus::Rejected,
    ];
    assert_eq!(statuses, BTreeSet::from(all));
    let tiers: BTreeSet<_> =
        History::rows::<RiskHourlyState>(shape(), 6).into_iter().map(|risk| risk.drawdown_tier).collect();
    assert_eq!(
        tiers,
        BTreeSet::from([DrawdownTier::Normal, DrawdownTier::Dd10, DrawdownTier::Dd15, DrawdownTier::Halt20])
    );
    let risks = History::rows::<RiskHourlyState>(shape(), 6);
    assert!(risks.iter().any(|risk| risk.kill_switch_active) && risks.iter().any(|risk| risk.halt_new_entries));
    let actions: BTreeSet<_> =
        History::rows::<TradeSignal>(shape(), 6).into_iter().map(|signal| signal.action).collect();
    assert_eq!(actions, BTreeSet::from([SignalAction::Enter, SignalAction::Exit, SignalAction::Hold]));
    let fills = History::rows::<OrderFill>(shape(), 6);
    assert!(fills.iter().any(|fill| fill.hour_ts_utc != fill.origin_hour_ts_utc), "a fill in the next hour");
    let lots: BTreeMap<_, _> =
        History::rows::<PositionLot>(shape(), 6).into_iter().map(|lot| (lot.lot_id, lot)).collect();
    let trades = History::rows::<ExecutedTrade>(shape(), 6);
    assert!(trades.iter().any(|trade| lots[&trade.lot_id].run_id == trade.run_id), "closed within its run");
    assert!(trades.iter().any(|trade| lots[&trade.lot_id].run_id != trade.run_id), "closed by another run");
    assert!(trades.iter().any(|trade| trade.quantity < lots[&trade.lot_id].open_qty), "closed in part");
}
