//! Features, and what the models make of them.

use super::{Era, Sink, UNHASHED, context::Hour, lineage::lineage, reference};
use crate::{
    Decimal, Hash, Horizon, ModelRole, Text,
    hash::{Hashed as _, hash_of},
    table::{FeatureSnapshot, MetaLearnerComponent, ModelPrediction, RegimeOutput},
};

/// What a signal stands on.
#[derive(Debug, Clone, Copy)]
pub(super) struct Forecast {
    pub(super) expected_return: Decimal,
    pub(super) confidence: Decimal,
    /// Hash of the prediction's origin.
    pub(super) prediction: Hash,
    /// Hash of the regime's origin.
    pub(super) regime: Hash,
}

impl<S: Sink> Hour<'_, S> {
    /// Writes features and forecasts of each asset; gives the forecasts.
    pub(super) fn write_models(&mut self) -> Vec<Forecast> {
        (1..=self.shape.assets).map(|asset_id| self.write_asset(asset_id)).collect()
    }

    fn write_asset(&mut self, asset_id: i16) -> Forecast {
        let features = self.write_features(asset_id);
        // Above what any venue takes, so that it is worth entering.
        let expected_return = Decimal::new(self.random.between(80_000, 400_000), 7);
        let confidence = Decimal::new(self.random.between(5_000_000_000, 9_999_999_999), 10);
        self.write_prediction(asset_id, reference::TREE, ModelRole::BaseTree, confidence, expected_return, features);
        let prediction =
            self.write_prediction(asset_id, reference::META, ModelRole::Meta, confidence, expected_return, features);
        self.write(
            MetaLearnerComponent {
                run_id: self.run_id,
                run_mode: self.partition.run_mode,
                asset_id,
                hour_ts_utc: self.at,
                horizon: Horizon::H1,
                meta_model_version_id: reference::META,
                base_model_version_id: reference::TREE,
                base_prob_up: confidence,
                base_expected_return: expected_return,
                component_weight: Decimal::ONE,
                row_hash: UNHASHED,
            },
            Era::Both,
        );
        let regime = self.write_regime(asset_id, features);
        Forecast { expected_return, confidence, prediction, regime }
    }

    fn write_features(&mut self, asset_id: i16) -> Hash {
        let mut inputs = UNHASHED;
        for (feature_id, (_, _, lookback_hours)) in (1..).zip(reference::FEATURES) {
            let input_data_hash = hash_of!(self.preimage; &self.seed, &asset_id, &feature_id);
            let row = FeatureSnapshot {
                run_id: self.run_id,
                run_mode: self.partition.run_mode,
                asset_id,
                hour_ts_utc: self.at,
                feature_id,
                feature_value: Decimal::new(self.random.between(-1_000_000_000, 1_000_000_000), 9),
                source_window_start_utc: self.at.hours_later(-i64::from(lookback_hours)),
                // The hour itself is the last that may be looked at.
                source_window_end_utc: self.at.seconds_later(i64::from(feature_id) - 2),
                input_data_hash,
                row_hash: UNHASHED,
            };
            let hash = self.write(row, Era::Both);
            inputs = hash_of!(self.preimage; &inputs, &hash);
        }
        inputs
    }

    fn write_prediction(
        &mut self,
        asset_id: i16,
        model_version_id: i64,
        model_role: ModelRole,
        prob_up: Decimal,
        expected_return: Decimal,
        input_feature_hash: Hash,
    ) -> Hash {
        let (training_window_id, lineage_backtest_run_id, lineage_fold_index, activation_id) =
            lineage(self, model_version_id);
        let mut row = ModelPrediction {
            run_id: self.run_id,
            run_mode: self.partition.run_mode,
            asset_id,
            hour_ts_utc: self.at,
            horizon: Horizon::H1,
            model_version_id,
            model_role,
            prob_up,
            expected_return,
            input_feature_hash,
            training_window_id,
            lineage_backtest_run_id,
            lineage_fold_index,
            activation_id,
            upstream_hash: UNHASHED,
            row_hash: UNHASHED,
        };
        let hash = row.seal(&self.seed, self.preimage);
        self.write_hashed(&row, hash, Era::Both);
        row.upstream_hash
    }

    fn write_regime(&mut self, asset_id: i16, input_feature_hash: Hash) -> Hash {
        let (training_window_id, lineage_backtest_run_id, lineage_fold_index, activation_id) =
            lineage(self, reference::REGIME);
        let labels = ["TRENDING", "RANGING", "VOLATILE"];
        let label = labels[self.random.between(0, 2).unsigned_abs() as usize];
        let mut row = RegimeOutput {
            run_id: self.run_id,
            run_mode: self.partition.run_mode,
            asset_id,
            hour_ts_utc: self.at,
            model_version_id: reference::REGIME,
            regime_label: Text::fixed(label),
            regime_probability: Decimal::new(self.random.between(3_333_333_334, 10_000_000_000), 10),
            input_feature_hash,
            training_window_id,
            lineage_backtest_run_id,
            lineage_fold_index,
            activation_id,
            upstream_hash: UNHASHED,
            row_hash: UNHASHED,
        };
        let hash = row.seal(&self.seed, self.preimage);
        self.write_hashed(&row, hash, Era::Both);
        row.upstream_hash
    }
}
