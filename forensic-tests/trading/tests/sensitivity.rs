//! Property 27: whatever of a row is changed, by as little as one bit of one column, its hash is another.

use std::collections::BTreeSet;

use proptest::prelude::*;
use trading_model::{
    Hash, Record, TupleReader,
    hash::{Hashed, Preimage},
    history::{History, Shape},
    table::{
        AssetClusterMembership, BacktestFoldResult, BacktestRun, ClusterExposureHourlyState, ExecutedTrade,
        FeatureSnapshot, MarketOhlcvHourly, MetaLearnerComponent, ModelActivationGate, ModelPrediction,
        ModelTrainingWindow, OrderBookSnapshot, OrderFill, OrderRequest, PortfolioHourlyState, PositionHourlyState,
        PositionLot, RegimeOutput, RiskEvent, RiskHourlyState, RunContext, TradeSignal,
    },
};

/// What a binary COPY begins with.
const HEADER: &[u8] = b"PGCOPY\n\xff\r\n\0\0\0\0\0\0\0\0\0";

/// Every hash of a row that is not its own: of its content, that of the other hashes.
const SEED: Hash = Hash([b'5'; 64]);

/// What was changed of the rows of a table, and what of that their hashes did not show.
#[derive(Default)]
struct Tried {
    changed: BTreeSet<&'static str>,
    unseen: BTreeSet<&'static str>,
}

impl Tried {
    /// Changes each column of a row in turn: the last byte (of numbers the last digit, of times the microsecond, of texts a
    /// letter), or all of it to what another row holds. What is then no value of its type is left alone.
    fn row<R: Record + Hashed + Clone + PartialEq>(&mut self, row: &R, other: &R) {
        let (fields, others) = (fields(row), fields(other));
        let good = sealed(row.clone());
        for (place, column) in R::COLUMNS.iter().enumerate() {
            for bit in 0..3 {
                let mut changed = fields.clone();
                match (bit, changed[place].len()) {
                    (0, _) => changed[place].clone_from(&others[place]),
                    // NULL has no byte to change.
                    (_, ..=4) => continue,
                    (bit, length) => changed[place][length - 1] ^= 1 << (bit - 1),
                }
                let Some(changed) = decoded::<R>(&changed).filter(|changed| changed != row) else { continue };
                self.changed.insert(column);
                if sealed(changed) == good {
                    self.unseen.insert(column);
                }
            }
        }
    }
}

/// The fields of a row as a binary COPY has them, each with its length.
fn fields<R: Record>(row: &R) -> Vec<Vec<u8>> {
    let mut tuple = Vec::new();
    row.encode(R::COLUMNS.len(), &mut tuple);
    let mut rest = &tuple[2..];
    let mut fields = Vec::new();
    while let Some(length) = rest.first_chunk() {
        let (field, after) = rest.split_at(4 + usize::try_from(i32::from_be_bytes(*length)).unwrap_or(0));
        fields.push(field.to_vec());
        rest = after;
    }
    assert_eq!(fields.len(), R::COLUMNS.len(), "{} has other columns than it says", R::TABLE);
    fields
}

fn sealed<R: Hashed>(mut row: R) -> Hash {
    row.seal(&SEED, &mut Preimage::default())
}

fn decoded<R: Record>(fields: &[Vec<u8>]) -> Option<R> {
    let count = i16::try_from(fields.len()).ok()?.to_be_bytes();
    let message = [HEADER, &count, &fields.concat()].concat();
    let mut read = TupleReader::default().tuple(&message).ok()??;
    R::decode(&mut read).ok()
}

/// Every change of a table's rows is seen in their hashes but that of the columns in `unseen`, and every column was changed but
/// those in `never`; says what is otherwise.
fn otherwise<R: Record + Hashed + Clone + PartialEq>(seed: u64, unseen: &[&str], never: &[&str]) -> Option<String> {
    let mut tried = Tried::default();
    let rows = History::rows::<R>(Shape::small(seed), 6);
    for (row, other) in rows.iter().zip(rows.iter().cycle().skip(rows.len() / 3 + 1)) {
        tried.row(row, other);
    }
    let left: BTreeSet<_> = R::COLUMNS.iter().copied().filter(|column| !tried.changed.contains(column)).collect();
    let is_as_told = tried.unseen == unseen.iter().copied().collect() && left == never.iter().copied().collect();
    (!is_as_told).then(|| format!("{}: unseen {:?}, never changed {left:?}", R::TABLE, tried.unseen))
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn whatever_of_a_row_is_changed_its_hash_is_another(seed in any::<u64>()) {
        let otherwise = [
        otherwise::<RunContext>(seed, &["run_seed_hash", "context_hash", "replay_root_hash", "completed_at_utc", "status"], &[]),
        otherwise::<BacktestRun>(seed, &["row_hash"], &["completed_at_utc"]),
        otherwise::<BacktestFoldResult>(seed, &["row_hash"], &[]),
        otherwise::<ModelTrainingWindow>(seed, &["training_window_hash", "row_hash"], &["horizon"]),
        otherwise::<AssetClusterMembership>(seed, &["membership_id", "membership_hash"], &[]),
        otherwise::<ModelActivationGate>(seed, &["activation_id", "approval_hash"], &[]),
        otherwise::<MarketOhlcvHourly>(seed, &["row_hash"], &[]),
        otherwise::<OrderBookSnapshot>(seed, &["row_hash"], &[]),
        otherwise::<FeatureSnapshot>(seed, &["row_hash"], &[]),
        otherwise::<RegimeOutput>(seed, &["upstream_hash", "row_hash"], &[]),
        otherwise::<ModelPrediction>(seed, &["upstream_hash", "row_hash"], &["horizon"]),
        otherwise::<MetaLearnerComponent>(seed, &["row_hash"], &["horizon"]),
        otherwise::<PortfolioHourlyState>(seed, &["reconciliation_hash", "row_hash"], &[]),
        otherwise::<RiskHourlyState>(seed, &["state_hash", "row_hash"], &[]),
        otherwise::<ClusterExposureHourlyState>(seed, &["state_hash", "row_hash"], &[]),
        otherwise::<PositionHourlyState>(seed, &["row_hash"], &[]),
        otherwise::<TradeSignal>(seed, &["row_hash"], &[]),
        otherwise::<OrderRequest>(seed, &["row_hash", "limit_price"], &[]),
        otherwise::<OrderFill>(seed, &["row_hash"], &[]),
        otherwise::<PositionLot>(seed, &["row_hash"], &[]),
        otherwise::<ExecutedTrade>(seed, &["row_hash"], &[]),
        otherwise::<RiskEvent>(seed, &["row_hash"], &[]),
        ];
        let otherwise: Vec<String> = otherwise.into_iter().flatten().collect();
        prop_assert!(otherwise.is_empty(), "{}", otherwise.join("\n"));
    }
}
