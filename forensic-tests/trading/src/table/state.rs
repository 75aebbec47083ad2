//! The state of an account at the beginning of an hour.

use uuid::Uuid;

use crate::{Decimal, DrawdownTier, Hash, RunMode, Text, Timestamp, record::record};

record!(
    /// What it is worth.
    PortfolioHourlyState in "portfolio_hourly_state" {
        run_mode: RunMode, account_id: i16, hour_ts_utc: Timestamp, cash_balance: Decimal, market_value: Decimal,
        portfolio_value: Decimal, peak_portfolio_value: Decimal, drawdown_pct: Decimal, total_exposure_pct: Decimal,
        open_position_count: i32, halted: bool, source_run_id: Uuid, reconciliation_hash: Hash;
        row_hash: Hash,
    }
);
record!(
    /// What it may do.
    RiskHourlyState in "risk_hourly_state" {
        run_mode: RunMode, account_id: i16, hour_ts_utc: Timestamp, portfolio_value: Decimal,
        peak_portfolio_value: Decimal, drawdown_pct: Decimal, drawdown_tier: DrawdownTier,
        base_risk_fraction: Decimal, max_concurrent_positions: i32, max_total_exposure_pct: Decimal,
        max_cluster_exposure_pct: Decimal, halt_new_entries: bool, kill_switch_active: bool,
        kill_switch_reason: Option<Text>, requires_manual_review: bool, evaluated_at_utc: Timestamp,
        source_run_id: Uuid, state_hash: Hash;
        row_hash: Hash,
    }
);
record!(
    /// What it holds of one asset.
    PositionHourlyState in "position_hourly_state" {
        run_mode: RunMode, account_id: i16, asset_id: i16, hour_ts_utc: Timestamp, quantity: Decimal,
        avg_cost: Decimal, mark_price: Decimal, market_value: Decimal, unrealized_pnl: Decimal,
        realized_pnl_cum: Decimal, exposure_pct: Decimal, source_run_id: Uuid;
        row_hash: Hash,
    }
);
record!(
    /// What it holds of the assets of one cluster.
    ClusterExposureHourlyState in "cluster_exposure_hourly_state" {
        run_mode: RunMode, account_id: i16, cluster_id: i16, hour_ts_utc: Timestamp, source_run_id: Uuid,
        gross_exposure_notional: Decimal, exposure_pct: Decimal, max_cluster_exposure_pct: Decimal, state_hash: Hash;
        parent_risk_hash: Hash, row_hash: Hash,
    }
);
