//! One hour of one partition: the run, and where its rows go.

use uuid::Uuid;

use super::{Era, Partition, Shape, Sink, UNHASHED, market::Prices, random::Random, reference};
use crate::{
    Hash, Record, RunMode, Text, Timestamp,
    hash::{AUTHORITATIVE_TABLES, Hashed, Preimage, ReplayRoot},
    table::{ReplayManifest, RunContext},
};

/// What everything that is written in an hour needs.
pub(super) struct Hour<'a, S> {
    pub(super) shape: &'a Shape,
    pub(super) prices: &'a [Prices],
    pub(super) number: i64,
    pub(super) at: Timestamp,
    pub(super) partition: Partition,
    pub(super) run_id: Uuid,
    pub(super) seed: Hash,
    pub(super) random: Random,
    pub(super) preimage: &'a mut Preimage,
    context: RunContext,
    root: ReplayRoot,
    sink: &'a mut S,
}

impl<'a, S: Sink> Hour<'a, S> {
    pub(super) fn begin(
        shape: &'a Shape,
        prices: &'a [Prices],
        number: i64,
        partition: Partition,
        sink: &'a mut S,
        preimage: &'a mut Preimage,
    ) -> Self {
        let mut context = context(shape, number, partition);
        let seed = context.run_seed(preimage);
        let mut root = ReplayRoot::default();
        root.row(0, context.seal(&seed, preimage));
        let of = [shape.seed, 3, partition.account_id.unsigned_abs().into(), partition.run_mode as u64];
        Self {
            at: Shape::hour(number),
            run_id: context.run_id,
            random: Random::of(&[of[0], of[1], of[2], of[3], number.unsigned_abs()]),
            shape,
            prices,
            number,
            partition,
            seed,
            preimage,
            context,
            root,
            sink,
        }
    }

    /// Hashes a row and writes it; gives its hash.
    pub(super) fn write<R: Record + Hashed>(&mut self, mut row: R, era: Era) -> Hash {
        let hash = row.seal(&self.seed, self.preimage);
        self.write_hashed(&row, hash, era);
        hash
    }

    /// Writes a row that carries its hash; rows of one table come in the order of their keys.
    pub(super) fn write_hashed<R: Record>(&mut self, row: &R, hash: Hash, era: Era) {
        if let Some(table) = AUTHORITATIVE_TABLES.iter().position(|(table, ..)| *table == R::TABLE) {
            self.root.row(table, hash);
        }
        self.sink.row(row, era);
    }

    /// Writes the run, now that all that it did is known.
    pub(super) fn end(mut self) -> Hash {
        let (root, rows) = self.root.finish(&self.seed);
        self.context.replay_root_hash = root;
        self.sink.row(&self.context, Era::Both);
        let manifest = ReplayManifest {
            run_id: self.run_id,
            account_id: self.partition.account_id,
            run_mode: self.partition.run_mode,
            origin_hour_ts_utc: self.at,
            run_seed_hash: self.seed,
            replay_root_hash: root,
            authoritative_row_count: rows,
            generated_at_utc: self.at.hours_later(2),
        };
        self.sink.row(&manifest, Era::After);
        self.seed
    }
}

fn context(shape: &Shape, number: i64, partition: Partition) -> RunContext {
    let at = Shape::hour(number);
    RunContext {
        run_id: shape.run(partition, number),
        account_id: partition.account_id,
        run_mode: partition.run_mode,
        hour_ts_utc: at,
        cycle_seq: number,
        code_version_sha: reference::commit("code"),
        config_hash: reference::outside("configuration"),
        data_snapshot_hash: reference::outside("data snapshot"),
        random_seed: i32::try_from(shape.seed & 0x7fff_ffff).unwrap_or_default(),
        backtest_run_id: (partition.run_mode == RunMode::Backtest).then(|| shape.backtest(partition.account_id)),
        started_at_utc: at,
        completed_at_utc: Some(at.hours_later(1).seconds_later(600)),
        status: Text::fixed("COMPLETED"),
        origin_hour_ts_utc: at,
        run_seed_hash: UNHASHED,
        context_hash: UNHASHED,
        replay_root_hash: UNHASHED,
    }
}
