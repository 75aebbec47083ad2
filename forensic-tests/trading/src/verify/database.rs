//! The verification of a whole database, in one snapshot of it.

use sqlx::{Connection as _, PgConnection};
use uuid::Uuid;

use super::{
    Anchor, ChainVerifier, Class, Verified, VerifyError,
    parity::roots,
    rows::{Rule, Seeds, report, seed_of, table},
    stream::tuples,
};
use crate::{
    Hash, Record,
    hash::{Hashed, Preimage},
    table::{
        AssetClusterMembership, BacktestFoldResult, BacktestRun, CashLedger, ClusterExposureHourlyState, ExecutedTrade,
        FeatureSnapshot, MarketOhlcvHourly, MetaLearnerComponent, ModelActivationGate, ModelPrediction,
        ModelTrainingWindow, OrderBookSnapshot, OrderFill, OrderRequest, PortfolioHourlyState, PositionHourlyState,
        PositionLot, RegimeOutput, RiskEvent, RiskHourlyState, RunContext, TradeSignal,
    },
};

/// The ledger in the order of its chain, each row with the hash of the fill behind it.
const LEDGER: &str = "LEFT JOIN order_fill f ON t.ref_type = 'ORDER_FILL' AND f.fill_id = t.ref_id \
     ORDER BY t.account_id, t.run_mode, t.ledger_seq";

/// Verifies every hash of rows, every parent, the chain of the ledger and the replay root of every run.
///
/// # Errors
/// When the database cannot be read, or holds a value that is none of its column's type.
pub async fn verify(url: &str, anchor: Option<Anchor<'_>>) -> Result<Verified, VerifyError> {
    let mut database = snapshot(url).await?;
    let mut verified = Verified::default();
    let seeds = contexts(&mut database, &mut verified).await?;
    let mut pass = Pass { database, seeds, verified };
    pass.reference().await?;
    pass.market_and_models().await?;
    pass.states().await?;
    pass.decisions().await?;
    let found = ledger(&mut pass.database, &pass.seeds, anchor).await?;
    pass.add(found);
    let found = roots(&mut pass.database, &pass.seeds).await?;
    pass.add(found);
    pass.database.close().await?;
    Ok(pass.verified)
}

/// A verification under way.
struct Pass {
    database: PgConnection,
    seeds: Seeds,
    verified: Verified,
}

impl Pass {
    fn add(&mut self, found: Verified) {
        self.verified.rows += found.rows;
        self.verified.breaks.extend(found.breaks);
    }

    async fn table<R: Record + Hashed + Clone + PartialEq>(&mut self, rule: Rule<R>) -> Result<(), VerifyError> {
        let found = table(&mut self.database, &self.seeds, &rule).await?;
        self.add(found);
        Ok(())
    }

    async fn reference(&mut self) -> Result<(), VerifyError> {
        self.table::<BacktestRun>(unseeded(|r| r.backtest_run_id.to_string())).await?;
        self.table::<BacktestFoldResult>(unseeded(|r| format!("{} {}", r.backtest_run_id, r.fold_index))).await?;
        self.table::<ModelTrainingWindow>(unseeded(|r| r.training_window_id.to_string())).await?;
        self.table::<AssetClusterMembership>(unseeded(|r| r.membership_id.to_string())).await?;
        self.table::<ModelActivationGate>(unseeded(|r| r.activation_id.to_string())).await
    }

    async fn market_and_models(&mut self) -> Result<(), VerifyError> {
        let key = |r: &MarketOhlcvHourly| format!("{} {}", r.asset_id, r.hour_ts_utc);
        self.table(rule(|r| r.ingest_run_id, key)).await?;
        let key = |r: &OrderBookSnapshot| format!("{} {}", r.asset_id, r.snapshot_ts_utc);
        self.table(rule(|r| r.ingest_run_id, key)).await?;
        let key = |r: &FeatureSnapshot| format!("{} {} {}", r.run_id, r.asset_id, r.feature_id);
        self.table(rule(|r| r.run_id, key)).await?;
        self.table::<RegimeOutput>(rule(|r| r.run_id, |r| format!("{} {}", r.run_id, r.asset_id))).await?;
        let key = |r: &ModelPrediction| format!("{} {} {}", r.run_id, r.asset_id, r.model_version_id);
        self.table(rule(|r| r.run_id, key)).await?;
        self.table::<MetaLearnerComponent>(rule(|r| r.run_id, |r| format!("{} {}", r.run_id, r.asset_id))).await
    }

    async fn states(&mut self) -> Result<(), VerifyError> {
        self.table::<PortfolioHourlyState>(rule(|r| r.source_run_id, |r| r.source_run_id.to_string())).await?;
        self.table::<RiskHourlyState>(rule(|r| r.source_run_id, |r| r.source_run_id.to_string())).await?;
        let key = |r: &PositionHourlyState| format!("{} {}", r.source_run_id, r.asset_id);
        self.table(rule(|r| r.source_run_id, key)).await?;
        let key = |r: &ClusterExposureHourlyState| format!("{} {}", r.source_run_id, r.cluster_id);
        let risk = "LEFT JOIN risk_hourly_state p USING (run_mode, account_id, hour_ts_utc, source_run_id)";
        self.table(of_parent(|r| r.source_run_id, key, risk, |r| r.parent_risk_hash)).await
    }

    async fn decisions(&mut self) -> Result<(), VerifyError> {
        self.table::<TradeSignal>(rule(|r| r.run_id, |r| r.signal_id.to_string())).await?;
        let found = upstream(&mut self.database, &self.seeds).await?;
        self.add(found);
        let signal = "LEFT JOIN trade_signal p USING (signal_id)";
        let key = |r: &OrderRequest| r.order_id.to_string();
        self.table(of_parent(|r| r.run_id, key, signal, |r| r.parent_signal_hash)).await?;
        let order = "LEFT JOIN order_request p USING (order_id)";
        let key = |r: &OrderFill| r.fill_id.to_string();
        self.table(of_parent(|r| r.run_id, key, order, |r| r.parent_order_hash)).await?;
        let fill = "LEFT JOIN order_fill p ON p.fill_id = t.open_fill_id";
        let key = |r: &PositionLot| r.lot_id.to_string();
        self.table(of_parent(|r| r.run_id, key, fill, |r| r.parent_fill_hash)).await?;
        let lot = "LEFT JOIN position_lot p USING (lot_id)";
        let key = |r: &ExecutedTrade| r.trade_id.to_string();
        self.table(of_parent(|r| r.run_id, key, lot, |r| r.parent_lot_hash)).await?;
        let risk = "LEFT JOIN risk_hourly_state p ON p.run_mode = t.run_mode AND p.account_id = t.account_id \
             AND p.hour_ts_utc = t.related_state_hour_ts_utc";
        let key = |r: &RiskEvent| r.risk_event_id.to_string();
        self.table(of_parent(|r| r.run_id, key, risk, |r| r.parent_state_hash)).await
    }
}

/// Verifies the ledger alone: its chain, its three hashes and its sums.
///
/// # Errors
/// As for [`verify`].
pub async fn verify_ledger(url: &str, anchor: Option<Anchor<'_>>) -> Result<Verified, VerifyError> {
    let mut database = snapshot(url).await?;
    let mut verified = Verified::default();
    let seeds = contexts(&mut database, &mut verified).await?;
    let found = ledger(&mut database, &seeds, anchor).await?;
    verified.rows += found.rows;
    verified.breaks.extend(found.breaks);
    database.close().await?;
    Ok(verified)
}

/// Reads what [`verify_ledger`] reads, and lets it go; gives the bytes. What verification costs is measured against it.
///
/// # Errors
/// When the database cannot be read.
pub async fn read_ledger(url: &str) -> Result<u64, VerifyError> {
    use futures_util::TryStreamExt as _;
    let mut database = snapshot(url).await?;
    let mut bytes = 0;
    for query in [context_query(), ledger_query()] {
        let mut messages = database.copy_out_raw(&format!("COPY ({query}) TO STDOUT (FORMAT binary)")).await?;
        while let Some(message) = messages.try_next().await? {
            bytes += message.len() as u64;
        }
    }
    database.close().await?;
    Ok(bytes)
}

async fn snapshot(url: &str) -> Result<PgConnection, VerifyError> {
    let mut database = PgConnection::connect(url).await?;
    // A ledger that comes in the order of an index needs no room for sorting on the server, and comes sooner. While the
    // server reads with one process, the next core is ours.
    let settings = "SET LOCAL enable_sort = off; SET LOCAL max_parallel_workers_per_gather = 0";
    let begin = format!("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY; {settings}");
    sqlx::raw_sql(sqlx::AssertSqlSafe(begin)).execute(&mut database).await?;
    Ok(database)
}

fn context_query() -> String {
    format!("SELECT {} FROM run_context", RunContext::COLUMNS.join(", "))
}

fn ledger_query() -> String {
    let columns: Vec<String> = CashLedger::COLUMNS.iter().map(|column| format!("t.{column}")).collect();
    format!("SELECT {}, f.row_hash FROM cash_ledger t {LEDGER}", columns.join(", "))
}

/// Verifies the runs themselves; gives the seeds of all others' preimages.
async fn contexts(database: &mut PgConnection, verified: &mut Verified) -> Result<Seeds, VerifyError> {
    let mut seeds = Seeds::new();
    let mut preimage = Preimage::default();
    tuples(database, RunContext::TABLE, &context_query(), |fields| {
        let mut row = RunContext::decode(fields)?;
        verified.rows += 1;
        let stored = (row.run_seed_hash, row.context_hash);
        let seed = row.run_seed(&mut preimage);
        row.seal(&seed, &mut preimage);
        if stored != (row.run_seed_hash, row.context_hash) {
            report(&mut verified.breaks, RunContext::TABLE, row.run_id.to_string(), Class::Edited);
        }
        let mut digest = [0; 32];
        // The seed was computed here, so its digits are digits.
        let _ = hex::decode_to_slice(seed.0, &mut digest);
        seeds.insert(row.run_id, digest);
        Ok(())
    })
    .await?;
    Ok(seeds)
}

async fn ledger(
    database: &mut PgConnection,
    seeds: &Seeds,
    anchor: Option<Anchor<'_>>,
) -> Result<Verified, VerifyError> {
    let mut chain = ChainVerifier::new(anchor);
    // Rows of a run stand together.
    let mut known = None;
    tuples(database, CashLedger::TABLE, &ledger_query(), |fields| {
        let mut row = CashLedger::decode(fields)?;
        let execution: Option<Hash> = fields.read()?;
        if known.is_none_or(|(run, _)| run != row.run_id) {
            known = Some((row.run_id, seed_of(seeds, row.run_id)));
        }
        let seed = known.and_then(|(_, seed)| seed);
        chain.push(&mut row, seed.as_ref(), execution);
        Ok(())
    })
    .await?;
    Ok(chain.finish())
}

/// Verifies that every signal stands on the forecast, regime, portfolio, risk and cluster state that it names.
async fn upstream(database: &mut PgConnection, seeds: &Seeds) -> Result<Verified, VerifyError> {
    let mut verified = Verified::default();
    let mut preimage = Preimage::default();
    tuples(database, TradeSignal::TABLE, UPSTREAM, |fields| {
        let (signal, run, carried): (Uuid, Uuid, Hash) = (fields.read()?, fields.read()?, fields.read()?);
        preimage.push(&seed_of(seeds, run));
        for _ in 0..5 {
            let parent: Option<Hash> = fields.read()?;
            preimage.push(&parent);
        }
        if preimage.hash() != carried {
            report(&mut verified.breaks, TradeSignal::TABLE, signal.to_string(), Class::Parent);
        }
        Ok(())
    })
    .await?;
    Ok(verified)
}

/// What a signal stands on; the forecast is the META model's for the next hour, whatever the horizon of the signal.
const UPSTREAM: &str = "SELECT t.signal_id, t.run_id, t.upstream_hash, p.upstream_hash, r.upstream_hash, f.row_hash, \
     k.row_hash, c.row_hash FROM trade_signal t \
     LEFT JOIN model_prediction p ON p.run_id = t.run_id AND p.asset_id = t.asset_id AND p.hour_ts_utc = t.hour_ts_utc \
         AND p.model_role = 'META' AND p.horizon = 'H1' \
     LEFT JOIN regime_output r ON r.run_id = t.run_id AND r.asset_id = t.asset_id AND r.hour_ts_utc = t.hour_ts_utc \
     LEFT JOIN portfolio_hourly_state f ON f.run_mode = t.run_mode AND f.account_id = t.account_id \
         AND f.hour_ts_utc = t.hour_ts_utc \
     LEFT JOIN risk_hourly_state k ON k.run_mode = t.run_mode AND k.account_id = t.account_id \
         AND k.hour_ts_utc = t.risk_state_hour_ts_utc AND k.source_run_id = t.risk_state_run_id \
     LEFT JOIN asset_cluster_membership m ON m.membership_id = t.cluster_membership_id \
     LEFT JOIN cluster_exposure_hourly_state c ON c.run_mode = t.run_mode AND c.account_id = t.account_id \
         AND c.hour_ts_utc = t.hour_ts_utc AND c.cluster_id = m.cluster_id";

fn rule<R>(run: fn(&R) -> Uuid, key: fn(&R) -> String) -> Rule<R> {
    Rule { run: Some(run), key, parent: None }
}

fn unseeded<R>(key: fn(&R) -> String) -> Rule<R> {
    Rule { run: None, key, parent: None }
}

fn of_parent<R>(run: fn(&R) -> Uuid, key: fn(&R) -> String, join: &'static str, carried: fn(&R) -> Hash) -> Rule<R> {
    Rule { run: Some(run), key, parent: Some((join, carried)) }
}
