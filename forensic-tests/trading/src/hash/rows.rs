//! The hashes that a row carries, from its own fields and those of its parents.

use super::preimage::{Preimage, hash_of};
use crate::{
    Hash, Text,
    table::{
        AssetClusterMembership, BacktestFoldResult, BacktestRun, CashLedger, ClusterExposureHourlyState, ExecutedTrade,
        FeatureSnapshot, MarketOhlcvHourly, MetaLearnerComponent, ModelActivationGate, ModelPrediction,
        ModelTrainingWindow, OrderBookSnapshot, OrderFill, OrderRequest, PortfolioHourlyState, PositionHourlyState,
        PositionLot, RegimeOutput, RiskEvent, RiskHourlyState, RunContext, TradeSignal,
    },
};

/// A row that carries hashes of its own fields.
pub trait Hashed {
    /// Computes them and gives the row's own; those of its parents must be there. `seed` is the `run_seed_hash` of the row's
    /// run.
    fn seal(&mut self, seed: &Hash, preimage: &mut Preimage) -> Hash;
}

const fn tag(name: &'static str) -> Text {
    Text::fixed(name)
}

impl RunContext {
    /// The first token of every row of the run.
    pub fn run_seed(&self, preimage: &mut Preimage) -> Hash {
        hash_of!(
            preimage;
            &self.run_id, &self.account_id, &self.run_mode, &self.origin_hour_ts_utc, &self.random_seed,
            &self.config_hash, &self.data_snapshot_hash, &self.code_version_sha
        )
    }
}

impl Hashed for RunContext {
    fn seal(&mut self, seed: &Hash, preimage: &mut Preimage) -> Hash {
        self.run_seed_hash = self.run_seed(preimage);
        self.context_hash = hash_of!(
            preimage;
            seed, &self.run_id, &self.account_id, &self.run_mode, &self.hour_ts_utc, &self.cycle_seq,
            &self.code_version_sha, &self.config_hash, &self.data_snapshot_hash, &self.random_seed,
            &self.backtest_run_id, &self.started_at_utc, &self.origin_hour_ts_utc
        );
        self.context_hash
    }
}

impl BacktestRun {
    /// Computes its hash: it belongs to no run of an hour, so there is no seed.
    pub fn seal(&mut self, preimage: &mut Preimage) {
        self.row_hash = hash_of!(
            preimage;
            &self.backtest_run_id, &self.account_id, &self.started_at_utc, &self.completed_at_utc, &self.status,
            &self.strategy_code_sha, &self.config_hash, &self.universe_hash, &self.initial_capital,
            &self.cost_profile_id, &self.random_seed
        );
    }
}

impl BacktestFoldResult {
    /// Computes its hash, without a seed.
    pub fn seal(&mut self, preimage: &mut Preimage) {
        self.row_hash = hash_of!(
            preimage;
            &self.backtest_run_id, &self.fold_index, &self.train_start_utc, &self.train_end_utc,
            &self.valid_start_utc, &self.valid_end_utc, &self.trades_count, &self.sharpe, &self.max_drawdown_pct,
            &self.net_return_pct, &self.win_rate
        );
    }
}

impl ModelTrainingWindow {
    /// Computes its hashes, without a seed.
    pub fn seal(&mut self, preimage: &mut Preimage) {
        self.training_window_hash = hash_of!(
            preimage;
            &self.training_window_id, &self.model_version_id, &self.fold_index, &self.horizon, &self.train_start_utc,
            &self.train_end_utc, &self.valid_start_utc, &self.valid_end_utc, &self.backtest_run_id
        );
        self.row_hash = hash_of!(
            preimage;
            &self.training_window_id, &self.model_version_id, &self.fold_index, &self.horizon, &self.train_start_utc,
            &self.train_end_utc, &self.valid_start_utc, &self.valid_end_utc, &self.backtest_run_id,
            &self.training_window_hash
        );
    }
}

impl AssetClusterMembership {
    /// Computes its hash, without a seed.
    pub fn seal(&mut self, preimage: &mut Preimage) {
        self.membership_hash = hash_of!(
            preimage;
            &self.asset_id, &self.cluster_id, &self.effective_from_utc, &self.effective_to_utc
        );
    }
}

impl ModelActivationGate {
    /// Computes its hash, without a seed.
    pub fn seal(&mut self, preimage: &mut Preimage) {
        self.approval_hash = hash_of!(
            preimage;
            &self.model_version_id, &self.run_mode, &self.validation_backtest_run_id,
            &self.validation_window_end_utc, &self.approved_at_utc, &self.status
        );
    }
}

impl Hashed for MarketOhlcvHourly {
    fn seal(&mut self, seed: &Hash, preimage: &mut Preimage) -> Hash {
        self.row_hash = hash_of!(
            preimage;
            seed, &self.asset_id, &self.hour_ts_utc, &self.open_price, &self.high_price, &self.low_price,
            &self.close_price, &self.volume_base, &self.volume_quote, &self.trade_count, &self.source_venue,
            &self.ingest_run_id
        );
        self.row_hash
    }
}

impl Hashed for OrderBookSnapshot {
    fn seal(&mut self, seed: &Hash, preimage: &mut Preimage) -> Hash {
        self.row_hash = hash_of!(
            preimage;
            seed, &self.asset_id, &self.snapshot_ts_utc, &self.hour_ts_utc, &self.best_bid_price,
            &self.best_ask_price, &self.best_bid_size, &self.best_ask_size, &self.source_venue, &self.ingest_run_id
        );
        self.row_hash
    }
}

impl Hashed for FeatureSnapshot {
    fn seal(&mut self, seed: &Hash, preimage: &mut Preimage) -> Hash {
        self.row_hash = hash_of!(
            preimage;
            seed, &self.run_id, &self.run_mode, &self.asset_id, &self.hour_ts_utc, &self.feature_id,
            &self.feature_value, &self.source_window_start_utc, &self.source_window_end_utc, &self.input_data_hash
        );
        self.row_hash
    }
}

impl Hashed for RegimeOutput {
    fn seal(&mut self, seed: &Hash, preimage: &mut Preimage) -> Hash {
        self.upstream_hash = hash_of!(
            preimage;
            seed, &self.model_version_id, &self.input_feature_hash, &self.training_window_id,
            &self.lineage_backtest_run_id, &self.lineage_fold_index, &self.activation_id
        );
        self.row_hash = hash_of!(
            preimage;
            seed, &self.run_id, &self.run_mode, &self.asset_id, &self.hour_ts_utc, &self.model_version_id,
            &self.regime_label, &self.regime_probability, &self.input_feature_hash, &self.training_window_id,
            &self.lineage_backtest_run_id, &self.lineage_fold_index, &self.activation_id, &self.upstream_hash
        );
        self.row_hash
    }
}

impl Hashed for ModelPrediction {
    fn seal(&mut self, seed: &Hash, preimage: &mut Preimage) -> Hash {
        self.upstream_hash = hash_of!(
            preimage;
            seed, &self.model_version_id, &self.input_feature_hash, &self.training_window_id,
            &self.lineage_backtest_run_id, &self.lineage_fold_index, &self.activation_id
        );
        self.row_hash = hash_of!(
            preimage;
            seed, &self.run_id, &self.run_mode, &self.asset_id, &self.hour_ts_utc, &self.horizon,
            &self.model_version_id, &self.model_role, &self.prob_up, &self.expected_return, &self.input_feature_hash,
            &self.training_window_id, &self.lineage_backtest_run_id, &self.lineage_fold_index, &self.activation_id,
            &self.upstream_hash
        );
        self.row_hash
    }
}

impl Hashed for MetaLearnerComponent {
    fn seal(&mut self, seed: &Hash, preimage: &mut Preimage) -> Hash {
        self.row_hash = hash_of!(
            preimage;
            seed, &self.run_id, &self.run_mode, &self.asset_id, &self.hour_ts_utc, &self.horizon,
            &self.meta_model_version_id, &self.base_model_version_id, &self.base_prob_up,
            &self.base_expected_return, &self.component_weight
        );
        self.row_hash
    }
}

impl Hashed for PortfolioHourlyState {
    fn seal(&mut self, seed: &Hash, preimage: &mut Preimage) -> Hash {
        self.reconciliation_hash = hash_of!(
            preimage;
            &tag("phase_5_portfolio_reconciliation_v1"), seed, &self.run_mode, &self.account_id, &self.hour_ts_utc,
            &self.cash_balance, &self.market_value, &self.portfolio_value, &self.peak_portfolio_value,
            &self.drawdown_pct, &self.total_exposure_pct, &self.open_position_count, &self.halted
        );
        self.row_hash = hash_of!(
            preimage;
            &tag("phase_5_portfolio_row_hash_v1"), seed, &self.run_mode, &self.account_id, &self.hour_ts_utc,
            &self.cash_balance, &self.market_value, &self.portfolio_value, &self.peak_portfolio_value,
            &self.drawdown_pct, &self.total_exposure_pct, &self.open_position_count, &self.halted,
            &self.source_run_id, &self.reconciliation_hash
        );
        self.row_hash
    }
}

impl RiskHourlyState {
    fn push(&self, tag: &Text, seed: &Hash, preimage: &mut Preimage) {
        preimage.push(tag).push(seed).push(&self.run_mode).push(&self.account_id).push(&self.hour_ts_utc);
        preimage.push(&self.portfolio_value).push(&self.peak_portfolio_value).push(&self.drawdown_pct);
        preimage.push(&self.drawdown_tier).push(&self.base_risk_fraction).push(&self.max_concurrent_positions);
        preimage.push(&self.max_total_exposure_pct).push(&self.max_cluster_exposure_pct).push(&self.halt_new_entries);
        preimage.push(&self.kill_switch_active).push(&self.kill_switch_reason).push(&self.requires_manual_review);
        preimage.push(&self.evaluated_at_utc).push(&self.source_run_id);
    }
}

impl Hashed for RiskHourlyState {
    fn seal(&mut self, seed: &Hash, preimage: &mut Preimage) -> Hash {
        self.push(&tag("phase_5_risk_state_hash_v1"), seed, preimage);
        self.state_hash = preimage.hash();
        self.push(&tag("phase_5_risk_row_hash_v1"), seed, preimage);
        self.row_hash = preimage.push(&self.state_hash).hash();
        self.row_hash
    }
}

impl Hashed for ClusterExposureHourlyState {
    fn seal(&mut self, seed: &Hash, preimage: &mut Preimage) -> Hash {
        self.state_hash = hash_of!(
            preimage;
            &tag("phase_5_cluster_state_hash_v1"), seed, &self.run_mode, &self.account_id, &self.cluster_id,
            &self.hour_ts_utc, &self.source_run_id, &self.gross_exposure_notional, &self.exposure_pct,
            &self.max_cluster_exposure_pct, &self.parent_risk_hash
        );
        self.row_hash = hash_of!(
            preimage;
            &tag("phase_5_cluster_row_hash_v1"), seed, &self.run_mode, &self.account_id, &self.cluster_id,
            &self.hour_ts_utc, &self.source_run_id, &self.gross_exposure_notional, &self.exposure_pct,
            &self.max_cluster_exposure_pct, &self.state_hash, &self.parent_risk_hash
        );
        self.row_hash
    }
}

impl Hashed for PositionHourlyState {
    fn seal(&mut self, seed: &Hash, preimage: &mut Preimage) -> Hash {
        self.row_hash = hash_of!(
            preimage;
            seed, &self.run_mode, &self.account_id, &self.asset_id, &self.hour_ts_utc, &self.quantity,
            &self.avg_cost, &self.mark_price, &self.market_value, &self.unrealized_pnl, &self.realized_pnl_cum,
            &self.exposure_pct, &self.source_run_id
        );
        self.row_hash
    }
}

impl Hashed for TradeSignal {
    /// `upstream_hash` is that of its parents.
    fn seal(&mut self, seed: &Hash, preimage: &mut Preimage) -> Hash {
        self.row_hash = hash_of!(
            preimage;
            seed, &self.signal_id, &self.run_id, &self.run_mode, &self.account_id, &self.asset_id, &self.hour_ts_utc,
            &self.horizon, &self.action, &self.direction, &self.confidence, &self.expected_return,
            &self.assumed_fee_rate, &self.assumed_slippage_rate, &self.net_edge, &self.target_position_notional,
            &self.position_size_fraction, &self.risk_state_hour_ts_utc, &self.decision_hash, &self.risk_state_run_id,
            &self.cluster_membership_id, &self.upstream_hash
        );
        self.row_hash
    }
}

impl Hashed for OrderRequest {
    /// Without the limit price, as the specification has it.
    fn seal(&mut self, seed: &Hash, preimage: &mut Preimage) -> Hash {
        self.row_hash = hash_of!(
            preimage;
            seed, &self.order_id, &self.signal_id, &self.run_id, &self.run_mode, &self.account_id, &self.asset_id,
            &self.client_order_id, &self.request_ts_utc, &self.hour_ts_utc, &self.side, &self.order_type, &self.tif,
            &self.requested_qty, &self.requested_notional, &self.pre_order_cash_available, &self.risk_check_passed,
            &self.status, &self.cost_profile_id, &self.origin_hour_ts_utc, &self.risk_state_run_id,
            &self.cluster_membership_id, &self.parent_signal_hash
        );
        self.row_hash
    }
}

impl Hashed for OrderFill {
    fn seal(&mut self, seed: &Hash, preimage: &mut Preimage) -> Hash {
        self.row_hash = hash_of!(
            preimage;
            seed, &self.fill_id, &self.order_id, &self.run_id, &self.run_mode, &self.account_id, &self.asset_id,
            &self.exchange_trade_id, &self.fill_ts_utc, &self.hour_ts_utc, &self.fill_price, &self.fill_qty,
            &self.fill_notional, &self.fee_paid, &self.fee_rate, &self.realized_slippage_rate, &self.liquidity_flag,
            &self.origin_hour_ts_utc, &self.slippage_cost, &self.parent_order_hash
        );
        self.row_hash
    }
}

impl Hashed for PositionLot {
    fn seal(&mut self, seed: &Hash, preimage: &mut Preimage) -> Hash {
        self.row_hash = hash_of!(
            preimage;
            seed, &self.lot_id, &self.open_fill_id, &self.run_id, &self.run_mode, &self.account_id, &self.asset_id,
            &self.hour_ts_utc, &self.open_ts_utc, &self.open_price, &self.open_qty, &self.open_notional,
            &self.open_fee, &self.remaining_qty, &self.origin_hour_ts_utc, &self.parent_fill_hash
        );
        self.row_hash
    }
}

impl Hashed for ExecutedTrade {
    fn seal(&mut self, seed: &Hash, preimage: &mut Preimage) -> Hash {
        self.row_hash = hash_of!(
            preimage;
            seed, &self.trade_id, &self.lot_id, &self.run_id, &self.run_mode, &self.account_id, &self.asset_id,
            &self.hour_ts_utc, &self.entry_ts_utc, &self.exit_ts_utc, &self.entry_price, &self.exit_price,
            &self.quantity, &self.gross_pnl, &self.net_pnl, &self.total_fee, &self.total_slippage_cost,
            &self.holding_hours, &self.origin_hour_ts_utc, &self.parent_lot_hash
        );
        self.row_hash
    }
}

impl Hashed for RiskEvent {
    fn seal(&mut self, seed: &Hash, preimage: &mut Preimage) -> Hash {
        self.row_hash = hash_of!(
            preimage;
            seed, &self.risk_event_id, &self.run_id, &self.run_mode, &self.account_id, &self.event_ts_utc,
            &self.hour_ts_utc, &self.event_type, &self.severity, &self.reason_code, &self.details,
            &self.related_state_hour_ts_utc, &self.origin_hour_ts_utc, &self.parent_state_hash
        );
        self.row_hash
    }
}

impl CashLedger {
    /// Computes its three hashes; `execution` is the hash of the fill that moved the cash, where one did. `ledger_id` is in
    /// none of them: it restarts with the table.
    pub fn seal(&mut self, seed: &Hash, execution: Option<Hash>, preimage: &mut Preimage) -> Hash {
        self.economic_event_hash = hash_of!(
            preimage;
            &tag("phase_5_cash_economic_event_v1"), seed, &self.run_id, &self.account_id, &self.run_mode,
            &self.origin_hour_ts_utc, &self.event_ts_utc, &self.event_type, &self.ref_type, &self.ref_id,
            &self.delta_cash, &self.balance_before, &self.balance_after, &execution
        );
        self.ledger_hash = hash_of!(
            preimage;
            &tag("phase_5_cash_ledger_hash_v1"), seed, &self.ledger_seq, &self.prev_ledger_hash,
            &self.economic_event_hash, &self.delta_cash, &self.balance_before, &self.balance_after
        );
        self.row_hash = hash_of!(
            preimage;
            &tag("phase_5_cash_row_hash_v1"), seed, &self.run_id, &self.run_mode, &self.account_id,
            &self.event_ts_utc, &self.hour_ts_utc, &self.event_type, &self.ref_type, &self.ref_id, &self.delta_cash,
            &self.balance_after, &self.origin_hour_ts_utc, &self.ledger_seq, &self.balance_before,
            &self.prev_ledger_hash, &self.economic_event_hash, &self.ledger_hash
        );
        self.row_hash
    }
}

/// Rows that belong to no run of an hour, so no seed begins their preimages.
macro_rules! unseeded {
    ($($row:ident.$hash:ident),+) => {
        $(impl Hashed for $row {
            fn seal(&mut self, _: &Hash, preimage: &mut Preimage) -> Hash {
                Self::seal(self, preimage);
                self.$hash
            }
        })+
    };
}

unseeded!(
    BacktestRun.row_hash,
    BacktestFoldResult.row_hash,
    ModelTrainingWindow.row_hash,
    AssetClusterMembership.membership_hash,
    ModelActivationGate.approval_hash
);
