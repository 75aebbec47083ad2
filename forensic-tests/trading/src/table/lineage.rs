//! What a model was trained and validated on, and what a run's replay must come to.

use uuid::Uuid;

use crate::{Decimal, Hash, Horizon, RunMode, Text, Timestamp, record::record};

record!(
    /// The window that a version was trained and validated on.
    ModelTrainingWindow in "model_training_window" [identity] {
        training_window_id: i64, model_version_id: i64, fold_index: i32, horizon: Horizon,
        train_start_utc: Timestamp, train_end_utc: Timestamp, valid_start_utc: Timestamp, valid_end_utc: Timestamp;
        backtest_run_id: Uuid, training_window_hash: Hash, row_hash: Hash,
    }
);
record!(
    /// What a fold of a backtest came to.
    BacktestFoldResult in "backtest_fold_result" {
        backtest_run_id: Uuid, fold_index: i32, train_start_utc: Timestamp, train_end_utc: Timestamp,
        valid_start_utc: Timestamp, valid_end_utc: Timestamp, trades_count: i32, sharpe: Decimal,
        max_drawdown_pct: Decimal, net_return_pct: Decimal, win_rate: Decimal;
        row_hash: Hash,
    }
);
record!(
    /// That a version may run outside backtests.
    ModelActivationGate in "model_activation_gate" [identity] {
        activation_id: i64, model_version_id: i64, run_mode: RunMode, validation_backtest_run_id: Uuid,
        validation_window_end_utc: Timestamp, approved_at_utc: Timestamp, status: Text, approval_hash: Hash;
    }
);
record!(
    /// What the replay of a run must come to.
    ReplayManifest in "replay_manifest" {
        run_id: Uuid, account_id: i16, run_mode: RunMode, origin_hour_ts_utc: Timestamp, run_seed_hash: Hash,
        replay_root_hash: Hash, authoritative_row_count: i64, generated_at_utc: Timestamp;
    }
);
