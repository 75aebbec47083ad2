//! Reference data and the context of runs.

use uuid::Uuid;

use crate::{Decimal, Hash, ModelRole, RunMode, Text, Timestamp, record::record};

record!(
    /// What is traded.
    Asset in "asset" [identity] {
        asset_id: i16, venue: Text, symbol: Text, base_asset: Text, quote_asset: Text, tick_size: Decimal,
        lot_size: Decimal, is_active: bool, listed_at_utc: Timestamp, delisted_at_utc: Option<Timestamp>;
    }
);
record!(
    /// Whose money it is.
    Account in "account" [identity] {
        account_id: i16, account_code: Text, base_currency: Text, is_active: bool, created_at_utc: Timestamp;
    }
);
record!(
    /// What a venue takes.
    CostProfile in "cost_profile" [identity] {
        cost_profile_id: i16, venue: Text, fee_rate: Decimal, slippage_model_name: Text, slippage_param_hash: Hash,
        effective_from_utc: Timestamp, effective_to_utc: Option<Timestamp>, is_active: bool;
    }
);
record!(
    /// A version of a model.
    ModelVersion in "model_version" [identity] {
        model_version_id: i64, model_name: Text, model_role: ModelRole, version_label: Text, mlflow_model_uri: Text,
        mlflow_run_id: Text, feature_set_version: Text, hyperparams_hash: Hash, training_data_hash: Hash,
        created_at_utc: Timestamp, is_active: bool;
    }
);
record!(
    /// What a feature is.
    FeatureDefinition in "feature_definition" [identity] {
        feature_id: i32, feature_name: Text, feature_group: Text, lookback_hours: i32, value_dtype: Text,
        feature_version: Text, created_at_utc: Timestamp;
    }
);
record!(
    /// A backtest.
    BacktestRun in "backtest_run" {
        backtest_run_id: Uuid, account_id: i16, started_at_utc: Timestamp, completed_at_utc: Option<Timestamp>,
        status: Text, strategy_code_sha: Text, config_hash: Hash, universe_hash: Hash, initial_capital: Decimal,
        cost_profile_id: i16, random_seed: i32;
        row_hash: Hash,
    }
);
record!(
    /// One hour of one account in one mode.
    RunContext in "run_context" {
        run_id: Uuid, account_id: i16, run_mode: RunMode, hour_ts_utc: Timestamp, cycle_seq: i64,
        code_version_sha: Text, config_hash: Hash, data_snapshot_hash: Hash, random_seed: i32,
        backtest_run_id: Option<Uuid>, started_at_utc: Timestamp, completed_at_utc: Option<Timestamp>, status: Text;
        origin_hour_ts_utc: Timestamp, run_seed_hash: Hash, context_hash: Hash, replay_root_hash: Hash,
    }
);
record!(
    /// Assets that move together.
    CorrelationCluster in "correlation_cluster" [identity] {
        cluster_id: i16, cluster_code: Text, description: Option<Text>, is_active: bool, created_at_utc: Timestamp;
    }
);
record!(
    /// The time for which an asset belongs to a cluster.
    AssetClusterMembership in "asset_cluster_membership" [identity] {
        membership_id: i64, asset_id: i16, cluster_id: i16, effective_from_utc: Timestamp,
        effective_to_utc: Option<Timestamp>, membership_hash: Hash;
    }
);
