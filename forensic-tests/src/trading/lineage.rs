//! 22: a backtest predicts inside the window that its model was validated on.

use phasegate_engine::fuzz::{Property, Script};
use proptest::prelude::*;
use trading_model::{
    HOUR_US, RunMode,
    table::{ModelPrediction, ModelTrainingWindow},
};

use super::{
    AFTER_ALL_PHASES,
    rows::{CHECK, RAISED, insert, known, outcome, script},
};

/// A prediction at some time beside its window.
#[derive(Debug, Clone)]
pub struct WindowCase {
    /// Hours after the beginning of validation.
    pub hours: i64,
    /// Microseconds beside them.
    pub us: i64,
    /// Whether it names another fold than its window's.
    pub is_of_another_fold: bool,
    /// Whether it names no window.
    pub is_without_window: bool,
}

/// Property 22.
#[must_use]
pub fn walk_forward() -> Property<WindowCase> {
    let us = prop_oneof![8 => Just(0_i64), 1 => Just(1_i64), 1 => Just(HOUR_US - 1)];
    Property {
        name: "trading::property_22_a_backtest_predicts_exactly_inside_its_window",
        state: AFTER_ALL_PHASES,
        strategy: (-4..8_i64, us, prop::bool::weighted(0.15), prop::bool::weighted(0.1))
            .prop_map(|(hours, us, is_of_another_fold, is_without_window)| WindowCase {
                hours,
                us,
                is_of_another_fold,
                is_without_window,
            })
            .sboxed(),
        script: Box::new(window_script),
        cases: 100,
    }
}

fn window_script(case: &WindowCase) -> Script {
    let is_ours = |row: &ModelPrediction| row.run_mode == RunMode::Backtest;
    let mut row = known::<ModelPrediction>(is_ours).swap_remove(0);
    let window =
        known::<ModelTrainingWindow>(|window| Some(window.training_window_id) == row.training_window_id).swap_remove(0);
    row.horizon = trading_model::Horizon::H24;
    row.hour_ts_utc.0 = window.valid_start_utc.0 + case.hours * HOUR_US + case.us;
    if case.is_of_another_fold {
        // The folds of all accounts are numbered together, and the next of the same account is two further.
        row.lineage_fold_index = Some(window.fold_index + 2);
    }
    if case.is_without_window {
        row.training_window_id = None;
    }
    let is_inside = row.hour_ts_utc >= window.valid_start_utc && row.hour_ts_utc < window.valid_end_utc;
    let expected = outcome([
        (case.us == 0, CHECK, "ck_model_prediction_hour_aligned"),
        (!case.is_without_window, CHECK, "ck_model_prediction_v2_mode_lineage"),
        (is_inside && !case.is_of_another_fold, RAISED, "fn_enforce_walk_forward_window"),
    ]);
    let mut script = script();
    script.attempt("a prediction beside its window", &insert(&row).to_string(), &expected);
    script
}
