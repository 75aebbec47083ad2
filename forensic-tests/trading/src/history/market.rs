//! Prices: a walk in cents for each asset, the same for everybody.

use super::{Era, Shape, Sink, random::Random, reference};
use crate::{
    Decimal, Hash, Text,
    hash::{Hashed as _, Preimage},
    table::{MarketOhlcvHourly, OrderBookSnapshot},
};

/// The prices of an hour of one asset, in cents.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Prices {
    pub(crate) open: i64,
    pub(crate) high: i64,
    pub(crate) low: i64,
    pub(crate) close: i64,
}

#[derive(Debug, Clone)]
pub(crate) struct Market {
    seed: u64,
    /// Of each asset, from the first.
    pub(crate) prices: Vec<Prices>,
}

/// Cents as a price.
pub(crate) fn price(cents: i64) -> Decimal {
    Decimal::new(cents, 2)
}

impl Market {
    /// Before the first hour.
    pub(crate) fn new(shape: &Shape) -> Self {
        let prices = (1..=shape.assets).map(|asset| {
            let close = 5_000 * i64::from(asset) * i64::from(asset);
            Prices { open: close, high: close, low: close, close }
        });
        Self { seed: shape.seed, prices: prices.collect() }
    }

    /// Goes on to an hour, which must be the next one.
    pub(crate) fn advance(&mut self, hour: i64) {
        for (asset, prices) in (1_u64..).zip(&mut self.prices) {
            let mut random = Random::of(&[self.seed, 1, asset, hour.unsigned_abs()]);
            let open = prices.close;
            // At most 1.5 % an hour, and never so low that a cent would matter.
            let close = (open + open * random.between(-150, 150) / 10_000).clamp(1_000, 10_000_000);
            let high = open.max(close) + random.between(0, open / 200);
            let low = open.min(close) - random.between(0, open / 200);
            *prices = Prices { open, high, low, close };
        }
    }

    /// The rows of an hour, read in by the first partition's run.
    pub(crate) fn write(&self, shape: &Shape, hour: i64, seed: &Hash, sink: &mut impl Sink, preimage: &mut Preimage) {
        let Some(partition) = shape.partitions().first().copied() else { return };
        let ingest_run_id = shape.run(partition, hour);
        let at = Shape::hour(hour);
        for (asset_id, prices) in (1_i16..).zip(&self.prices) {
            let mut random = Random::of(&[self.seed, 2, asset_id.unsigned_abs().into(), hour.unsigned_abs()]);
            let source_venue = Text::fixed(reference::venue(asset_id));
            let volume_base = Decimal::new(random.between(1_000_000, 900_000_000), 4);
            let mut bar = MarketOhlcvHourly {
                asset_id,
                hour_ts_utc: at,
                open_price: price(prices.open),
                high_price: price(prices.high),
                low_price: price(prices.low),
                close_price: price(prices.close),
                volume_base,
                volume_quote: volume_base.times(price(prices.close)).exact().unwrap_or_default(),
                trade_count: random.between(0, 5_000),
                source_venue: source_venue.clone(),
                ingest_run_id,
                row_hash: super::UNHASHED,
            };
            bar.seal(seed, preimage);
            sink.row(&bar, Era::Both);
            let mut book = OrderBookSnapshot {
                asset_id,
                snapshot_ts_utc: at.seconds_later(random.between(0, 3_599)),
                hour_ts_utc: at,
                best_bid_price: price(prices.close - random.between(0, 5)),
                best_ask_price: price(prices.close + random.between(0, 5)),
                best_bid_size: Decimal::new(random.between(0, 1_000_000), 6),
                best_ask_size: Decimal::new(random.between(0, 1_000_000), 6),
                source_venue,
                ingest_run_id,
                row_hash: super::UNHASHED,
            };
            book.seal(seed, preimage);
            sink.row(&book, Era::Both);
        }
    }
}
