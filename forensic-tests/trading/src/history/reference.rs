//! What is there before the first hour.

use std::borrow::Cow;

use super::{Era, Shape, Sink, UNHASHED, shape::INITIAL_CAPITAL};
use crate::{
    Decimal, Hash, ModelRole, RunMode, Text, Timestamp,
    hash::{Preimage, sha256},
    table::{
        Account, Asset, AssetClusterMembership, BacktestRun, CorrelationCluster, CostProfile, FeatureDefinition,
        ModelActivationGate, ModelVersion,
    },
};

/// The versions that run, by their ids.
pub(crate) const TREE: i64 = 1;
pub(crate) const REGIME: i64 = 2;
pub(crate) const META: i64 = 3;
const OLD_TREE: i64 = 4;

/// How many versions run.
pub(crate) const RUNNING: i64 = 3;

/// How many clusters there are.
pub(crate) const CLUSTERS: i16 = 2;

pub(crate) const FEATURES: [(&str, &str, i32); 2] = [("return_24h", "price", 24), ("volume_ratio", "volume", 48)];

/// The venue of an asset.
pub(crate) fn venue(asset_id: i16) -> &'static str {
    if asset_id % 2 == 1 { "KRAKEN" } else { "BINANCE" }
}

/// The profile of an asset's venue, and what it takes.
pub(crate) fn cost(asset_id: i16) -> (i16, Decimal) {
    if asset_id % 2 == 1 { (1, Decimal::new(4, 3)) } else { (2, Decimal::new(1, 3)) }
}

/// The cluster of an asset.
pub(crate) fn cluster(asset_id: i16) -> i16 {
    (asset_id - 1) % CLUSTERS + 1
}

/// The membership that counts; the first asset had another before.
pub(crate) fn membership(asset_id: i16) -> i64 {
    i64::from(asset_id) + 1
}

/// The approval of a running version outside backtests.
pub(crate) fn activation(model: i64, mode: RunMode) -> Option<i64> {
    match mode {
        RunMode::Backtest => None,
        RunMode::Paper => Some(model),
        RunMode::Live => Some(RUNNING + model),
    }
}

/// A hash of something that no table holds.
pub(crate) fn outside(what: &str) -> Hash {
    sha256(what.as_bytes())
}

/// A commit, as CHAR(40) holds it.
pub(crate) fn commit(what: &str) -> Text {
    Text(Cow::Owned(outside(what).as_str()[..40].to_owned()))
}

/// A year before histories begin.
fn long_before() -> Timestamp {
    Timestamp::START.hours_later(-365 * 24)
}

pub(crate) fn write(shape: &Shape, sink: &mut impl Sink) {
    accounts_and_assets(shape, sink);
    costs(sink);
    models(sink);
    backtests(shape, sink);
    clusters(shape, sink);
    activations(shape, sink);
}

fn accounts_and_assets(shape: &Shape, sink: &mut impl Sink) {
    for account_id in 1..=shape.accounts {
        let account = Account {
            account_id,
            account_code: format!("ACCOUNT-{account_id}").into(),
            base_currency: Text::fixed("USD"),
            is_active: true,
            created_at_utc: long_before(),
        };
        sink.row(&account, Era::Both);
    }
    for asset_id in 1..=shape.assets {
        let base = format!("C{asset_id:02}");
        let asset = Asset {
            asset_id,
            venue: Text::fixed(venue(asset_id)),
            symbol: format!("{base}USD").into(),
            base_asset: base.into(),
            quote_asset: Text::fixed("USD"),
            tick_size: Decimal::new(1, 2),
            lot_size: Decimal::new(1, 8),
            is_active: true,
            listed_at_utc: long_before(),
            delisted_at_utc: None,
        };
        sink.row(&asset, Era::Both);
    }
    for (feature_id, (name, group, lookback_hours)) in (1..).zip(FEATURES) {
        let feature = FeatureDefinition {
            feature_id,
            feature_name: Text::fixed(name),
            feature_group: Text::fixed(group),
            lookback_hours,
            value_dtype: Text::fixed("NUMERIC"),
            feature_version: Text::fixed("v1"),
            created_at_utc: long_before(),
        };
        sink.row(&feature, Era::Both);
    }
}

fn costs(sink: &mut impl Sink) {
    let current = long_before().hours_later(24);
    let profiles = [
        (1, "KRAKEN", Decimal::new(4, 3), current, None),
        (2, "BINANCE", Decimal::new(1, 3), current, None),
        (3, "BINANCE", Decimal::new(15, 4), long_before(), Some(current)),
    ];
    for (cost_profile_id, venue, fee_rate, effective_from_utc, effective_to_utc) in profiles {
        let profile = CostProfile {
            cost_profile_id,
            venue: Text::fixed(venue),
            fee_rate,
            slippage_model_name: Text::fixed("square_root"),
            slippage_param_hash: outside("slippage parameters"),
            effective_from_utc,
            effective_to_utc,
            is_active: effective_to_utc.is_none(),
        };
        sink.row(&profile, Era::Both);
    }
}

fn models(sink: &mut impl Sink) {
    let versions = [
        (TREE, "tree", ModelRole::BaseTree, "v2", true),
        (REGIME, "regime", ModelRole::Regime, "v1", true),
        (META, "meta", ModelRole::Meta, "v1", true),
        (OLD_TREE, "tree", ModelRole::BaseTree, "v1", false),
        (5, "deep", ModelRole::BaseDeep, "v1", true),
    ];
    for (model_version_id, name, model_role, label, is_active) in versions {
        let version = ModelVersion {
            model_version_id,
            model_name: Text::fixed(name),
            model_role,
            version_label: Text::fixed(label),
            mlflow_model_uri: format!("models:/{name}/{label}").into(),
            mlflow_run_id: format!("{name}-{label}").into(),
            feature_set_version: Text::fixed("v1"),
            hyperparams_hash: outside(name),
            training_data_hash: outside(label),
            created_at_utc: long_before(),
            is_active,
        };
        sink.row(&version, Era::Both);
    }
}

fn backtests(shape: &Shape, sink: &mut impl Sink) {
    for account_id in 1..=shape.accounts {
        let mut backtest = BacktestRun {
            backtest_run_id: shape.backtest(account_id),
            account_id,
            started_at_utc: Timestamp::START,
            completed_at_utc: None,
            status: Text::fixed("RUNNING"),
            strategy_code_sha: commit("strategy"),
            config_hash: outside("configuration"),
            universe_hash: outside("universe"),
            initial_capital: INITIAL_CAPITAL,
            cost_profile_id: 1,
            random_seed: account_id.into(),
            row_hash: UNHASHED,
        };
        backtest.seal(&mut Preimage::default());
        sink.row(&backtest, Era::Both);
    }
}

fn clusters(shape: &Shape, sink: &mut impl Sink) {
    for cluster_id in 1..=CLUSTERS {
        let cluster = CorrelationCluster {
            cluster_id,
            cluster_code: format!("CLUSTER-{cluster_id}").into(),
            description: (cluster_id == 1).then(|| Text::fixed("moves with the market")),
            is_active: true,
            created_at_utc: long_before(),
        };
        sink.row(&cluster, Era::After);
    }
    let current = long_before().hours_later(24);
    let first = (1, 1, CLUSTERS, long_before(), Some(current));
    let current = (1..=shape.assets).map(|asset_id| (membership(asset_id), asset_id, cluster(asset_id), current, None));
    for (membership_id, asset_id, cluster_id, effective_from_utc, effective_to_utc) in
        std::iter::once(first).chain(current)
    {
        let mut member = AssetClusterMembership {
            membership_id,
            asset_id,
            cluster_id,
            effective_from_utc,
            effective_to_utc,
            membership_hash: UNHASHED,
        };
        member.seal(&mut Preimage::default());
        sink.row(&member, Era::After);
    }
}

fn activations(shape: &Shape, sink: &mut impl Sink) {
    let approved = [RunMode::Paper, RunMode::Live]
        .into_iter()
        .flat_map(|mode| [TREE, REGIME, META].map(|model| (activation(model, mode), model, mode, "APPROVED")));
    let revoked = (Some(2 * RUNNING + 1), OLD_TREE, RunMode::Live, "REVOKED");
    for (activation_id, model_version_id, run_mode, status) in approved.chain(std::iter::once(revoked)) {
        let mut gate = ModelActivationGate {
            activation_id: activation_id.unwrap_or_default(),
            model_version_id,
            run_mode,
            validation_backtest_run_id: shape.backtest(1),
            validation_window_end_utc: long_before(),
            approved_at_utc: long_before().hours_later(24),
            status: Text::fixed(status),
            approval_hash: UNHASHED,
        };
        gate.seal(&mut Preimage::default());
        sink.row(&gate, Era::After);
    }
}
