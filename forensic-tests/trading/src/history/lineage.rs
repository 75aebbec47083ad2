//! Folds of backtests, and the windows that the running versions were trained on for each.

use super::{Era, Sink, UNHASHED, context::Hour, reference};
use crate::{
    Decimal, Horizon, RunMode,
    table::{BacktestFoldResult, ModelTrainingWindow},
};

/// The window of a running version for a fold.
pub(super) fn window(fold_index: i32, model: i64) -> i64 {
    i64::from(fold_index) * reference::RUNNING + model
}

impl<S: Sink> Hour<'_, S> {
    /// Writes the fold that begins with this hour of a backtest, if one does.
    pub(super) fn write_fold(&mut self) {
        let is_backtest = self.partition.run_mode == RunMode::Backtest;
        if !is_backtest || self.number % self.shape.fold_hours != 0 {
            return;
        }
        let fold_index = self.shape.fold(self.partition.account_id, self.number);
        let backtest_run_id = self.shape.backtest(self.partition.account_id);
        let valid_start_utc = self.at;
        let valid_end_utc = self.at.hours_later(self.shape.fold_hours);
        let train_end_utc = self.at.hours_later(-2);
        let train_start_utc = self.at.hours_later(-1_000);
        let mut fold = BacktestFoldResult {
            backtest_run_id,
            fold_index,
            train_start_utc,
            train_end_utc,
            valid_start_utc,
            valid_end_utc,
            trades_count: 2 * i32::from(self.shape.assets),
            sharpe: Decimal::new(self.random.between(-30_000, 30_000), 4),
            max_drawdown_pct: Decimal::new(self.random.between(0, 3_000), 4),
            net_return_pct: Decimal::new(self.random.between(-5_000, 5_000), 6),
            win_rate: Decimal::new(self.random.between(3_000, 7_000), 4),
            row_hash: UNHASHED,
        };
        fold.seal(self.preimage);
        self.write_hashed(&fold, fold.row_hash, Era::Both);
        for model_version_id in [reference::TREE, reference::REGIME, reference::META] {
            let mut window = ModelTrainingWindow {
                training_window_id: window(fold_index, model_version_id),
                model_version_id,
                fold_index,
                horizon: Horizon::H1,
                train_start_utc,
                train_end_utc,
                valid_start_utc,
                valid_end_utc,
                backtest_run_id,
                training_window_hash: UNHASHED,
                row_hash: UNHASHED,
            };
            window.seal(self.preimage);
            self.write_hashed(&window, window.row_hash, Era::Both);
        }
    }
}

/// The window, backtest and fold of a prediction in a backtest, and its approval elsewhere.
pub(super) type Lineage = (Option<i64>, Option<uuid::Uuid>, Option<i32>, Option<i64>);

pub(super) fn lineage<S: Sink>(hour: &Hour<'_, S>, model: i64) -> Lineage {
    let account_id = hour.partition.account_id;
    match reference::activation(model, hour.partition.run_mode) {
        None => {
            let fold = hour.shape.fold(account_id, hour.number);
            (Some(window(fold, model)), Some(hour.shape.backtest(account_id)), Some(fold), None)
        }
        activation => (None, None, None, activation),
    }
}
