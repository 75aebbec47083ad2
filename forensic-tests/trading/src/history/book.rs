//! What a partition has in hand from one hour to the next.

use std::collections::VecDeque;

use uuid::Uuid;

use super::{
    Era, Partition, Shape, Sink,
    context::Hour,
    ledger::Chain,
    market::{Market, price},
    shape::INITIAL_CAPITAL,
};
use crate::{Decimal, Hash, Timestamp, hash::Preimage, table::OrderRequest};

/// What is left of a lot, and what it cost.
#[derive(Debug, Clone)]
pub(super) struct Lot {
    pub(super) id: Uuid,
    pub(super) run_id: Uuid,
    pub(super) hash: Hash,
    pub(super) opened: Timestamp,
    pub(super) price: Decimal,
    pub(super) quantity: Decimal,
    pub(super) remaining: Decimal,
    pub(super) fee: Decimal,
    pub(super) slippage: Decimal,
}

/// What is held of an asset.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Holding {
    pub(super) quantity: Decimal,
    pub(super) cost: Decimal,
}

/// A fill that comes in the hour after its order.
#[derive(Debug)]
pub(super) struct Late {
    pub(super) order: OrderRequest,
    pub(super) order_hash: Hash,
    pub(super) number: u64,
    pub(super) quantity: Decimal,
}

/// How many of each kind there have been.
#[derive(Debug, Clone, Default)]
pub(super) struct Numbers {
    pub(super) signal: u64,
    pub(super) order: u64,
    pub(super) fill: u64,
    pub(super) lot: u64,
    pub(super) trade: u64,
    pub(super) transfer: u64,
    pub(super) event: u64,
}

#[derive(Debug, Clone)]
pub(super) struct Book {
    pub(super) partition: Partition,
    pub(super) peak: Decimal,
    pub(super) chain: Chain,
    pub(super) numbers: Numbers,
    /// Of each asset, from the first, oldest first.
    pub(super) lots: Vec<VecDeque<Lot>>,
    /// Of each asset, what its trades have brought.
    pub(super) realized: Vec<Decimal>,
    /// Cash and holdings at the beginning of the hour: without fills that come late.
    pub(super) opening_cash: Decimal,
    pub(super) opening: Vec<Holding>,
}

impl Book {
    pub(super) fn new(shape: &Shape, partition: Partition) -> Self {
        let assets = usize::from(shape.assets.unsigned_abs());
        Self {
            partition,
            peak: INITIAL_CAPITAL,
            chain: Chain::new(shape, partition),
            numbers: Numbers::default(),
            lots: vec![VecDeque::new(); assets],
            realized: vec![Decimal::ZERO; assets],
            opening_cash: INITIAL_CAPITAL,
            opening: vec![Holding::default(); assets],
        }
    }

    /// Writes an hour; gives the seed of its run.
    pub(super) fn write_hour<S: Sink>(
        &mut self,
        shape: &Shape,
        market: &Market,
        number: i64,
        sink: &mut S,
        preimage: &mut Preimage,
    ) -> Hash {
        let mut hour = Hour::begin(shape, &market.prices, number, self.partition, sink, preimage);
        hour.write_fold();
        let state = self.write_states(&mut hour);
        let upstream = hour.write_models();
        let late = self.write_decisions(&mut hour, &state, &upstream);
        self.write_transfer(&mut hour);
        self.opening_cash = self.chain.balance;
        self.opening = (0..self.lots.len()).map(|asset| self.holding(asset)).collect();
        for late in late {
            let seconds = 3_600 + 3 * i64::from(late.order.asset_id);
            let at = hour.at.seconds_later(seconds);
            self.write_fill(&mut hour, &late.order, late.order_hash, late.number, late.quantity, at);
        }
        hour.end()
    }

    /// What is held of an asset now.
    pub(super) fn holding(&self, asset: usize) -> Holding {
        let mut holding = Holding::default();
        for lot in &self.lots[asset] {
            holding.quantity += lot.remaining;
            holding.cost += lot.remaining.times(lot.price).exact().unwrap_or_default();
        }
        holding
    }

    /// What everything is worth at the close of the hour.
    pub(super) fn value_at_close<S>(&self, hour: &Hour<'_, S>) -> Decimal {
        let holdings = (0..self.lots.len()).zip(hour.prices);
        holdings.fold(self.chain.balance, |value, (asset, prices)| {
            value + self.holding(asset).quantity.times(price(prices.close)).exact().unwrap_or_default()
        })
    }
}

/// The era of a row of an hour's run that happens at a time.
pub(super) fn era_of<S>(hour: &Hour<'_, S>, at: Timestamp) -> Era {
    if at.hour() == hour.at { Era::Both } else { Era::After }
}
