//! What models say.

use uuid::Uuid;

use crate::{Decimal, Hash, Horizon, ModelRole, RunMode, Text, Timestamp, record::record};

record!(
    /// The regime that a market is in.
    RegimeOutput in "regime_output" [shadow] {
        run_id: Uuid, run_mode: RunMode, asset_id: i16, hour_ts_utc: Timestamp, model_version_id: i64,
        regime_label: Text, regime_probability: Decimal, input_feature_hash: Hash;
        training_window_id: Option<i64>, lineage_backtest_run_id: Option<Uuid>, lineage_fold_index: Option<i32>,
        activation_id: Option<i64>, upstream_hash: Hash, row_hash: Hash,
    }
);
record!(
    /// A forecast.
    ModelPrediction in "model_prediction" [shadow] {
        run_id: Uuid, run_mode: RunMode, asset_id: i16, hour_ts_utc: Timestamp, horizon: Horizon,
        model_version_id: i64, model_role: ModelRole, prob_up: Decimal, expected_return: Decimal,
        input_feature_hash: Hash;
        training_window_id: Option<i64>, lineage_backtest_run_id: Option<Uuid>, lineage_fold_index: Option<i32>,
        activation_id: Option<i64>, upstream_hash: Hash, row_hash: Hash,
    }
);
record!(
    /// The share of a model in a forecast made of several.
    MetaLearnerComponent in "meta_learner_component" [shadow] {
        run_id: Uuid, run_mode: RunMode, asset_id: i16, hour_ts_utc: Timestamp, horizon: Horizon,
        meta_model_version_id: i64, base_model_version_id: i64, base_prob_up: Decimal,
        base_expected_return: Decimal, component_weight: Decimal;
        row_hash: Hash,
    }
);
