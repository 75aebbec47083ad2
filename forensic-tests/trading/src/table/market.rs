//! Market and feature data.

use uuid::Uuid;

use crate::{Decimal, Hash, RunMode, Text, Timestamp, record::record};

record!(
    /// An hour of prices.
    MarketOhlcvHourly in "market_ohlcv_hourly" {
        asset_id: i16, hour_ts_utc: Timestamp, open_price: Decimal, high_price: Decimal, low_price: Decimal,
        close_price: Decimal, volume_base: Decimal, volume_quote: Decimal, trade_count: i64, source_venue: Text,
        ingest_run_id: Uuid;
        row_hash: Hash,
    }
);
record!(
    /// The best bid and ask at one time; the spreads are generated.
    OrderBookSnapshot in "order_book_snapshot" {
        asset_id: i16, snapshot_ts_utc: Timestamp, hour_ts_utc: Timestamp, best_bid_price: Decimal,
        best_ask_price: Decimal, best_bid_size: Decimal, best_ask_size: Decimal, source_venue: Text,
        ingest_run_id: Uuid;
        row_hash: Hash,
    }
);
record!(
    /// The value of a feature.
    FeatureSnapshot in "feature_snapshot" {
        run_id: Uuid, run_mode: RunMode, asset_id: i16, hour_ts_utc: Timestamp, feature_id: i32,
        feature_value: Decimal, source_window_start_utc: Timestamp, source_window_end_utc: Timestamp,
        input_data_hash: Hash;
        row_hash: Hash,
    }
);
