//! The ledger of a partition: a chain of rows, each of which holds the hash of the one before.

use uuid::Uuid;

use super::{
    Partition, Shape, Sink, UNHASHED,
    book::{Book, era_of},
    context::Hour,
    shape::{INITIAL_CAPITAL, Kind},
};
use crate::{Decimal, Hash, Text, Timestamp, table::CashLedger};

/// Where a chain has come to.
#[derive(Debug, Clone)]
pub(super) struct Chain {
    pub(super) balance: Decimal,
    seq: i64,
    last: Option<Hash>,
    /// Rows are numbered in turns, so that the number of a row depends on no other partition.
    place: i64,
    partitions: i64,
}

/// A movement of cash.
pub(super) struct Entry {
    pub(super) at: Timestamp,
    pub(super) event_type: &'static str,
    pub(super) ref_type: &'static str,
    pub(super) ref_id: Uuid,
    pub(super) delta: Decimal,
    /// The hash of the fill behind it.
    pub(super) execution: Option<Hash>,
}

impl Chain {
    pub(super) fn new(shape: &Shape, partition: Partition) -> Self {
        let partitions = shape.partitions();
        let place = partitions.iter().position(|it| *it == partition).unwrap_or_default();
        // There are as many partitions as accounts times three at most.
        let (place, partitions) = (place as i64, partitions.len() as i64);
        Self { balance: INITIAL_CAPITAL, seq: 0, last: None, place, partitions }
    }

    pub(super) fn write<S: Sink>(&mut self, hour: &mut Hour<'_, S>, entry: &Entry) {
        let balance_before = self.balance;
        self.balance += entry.delta;
        self.seq += 1;
        let mut row = CashLedger {
            ledger_id: (self.seq - 1) * self.partitions + self.place + 1,
            run_id: hour.run_id,
            run_mode: hour.partition.run_mode,
            account_id: hour.partition.account_id,
            event_ts_utc: entry.at,
            hour_ts_utc: entry.at.hour(),
            event_type: Text::fixed(entry.event_type),
            ref_type: Text::fixed(entry.ref_type),
            ref_id: entry.ref_id,
            delta_cash: entry.delta,
            balance_after: self.balance,
            origin_hour_ts_utc: hour.at,
            ledger_seq: self.seq,
            balance_before,
            prev_ledger_hash: self.last,
            economic_event_hash: UNHASHED,
            ledger_hash: UNHASHED,
            row_hash: UNHASHED,
        };
        let hash = row.seal(&hour.seed, entry.execution, hour.preimage);
        self.last = Some(row.ledger_hash);
        hour.write_hashed(&row, hash, era_of(hour, entry.at));
    }
}

impl Book {
    /// Withdraws or deposits what brings the portfolio to where the next hour should find it.
    pub(super) fn write_transfer<S: Sink>(&mut self, hour: &mut Hour<'_, S>) {
        for number in 0..hour.shape.transfers {
            let amount = Decimal::new(hour.random.between(1, 1_000_000), 2);
            // After the last order and before the transfer of the cycle.
            let at = hour.at.seconds_later(1_000 + number);
            self.write_cash(hour, at, amount);
            self.write_cash(hour, at, -amount);
        }
        let hundredths = match hour.number % 6 {
            2 => 88,
            3 => 83,
            4 => 77,
            5 => 100,
            _ => return,
        };
        let target = self.peak.times(Decimal::new(hundredths, 2)).rounded().unwrap_or_default();
        let delta = (target - self.value_at_close(hour)).truncated(2);
        if delta != Decimal::ZERO && self.chain.balance + delta >= Decimal::ZERO {
            self.write_cash(hour, hour.at.seconds_later(3_000), delta);
        }
    }

    fn write_cash<S: Sink>(&mut self, hour: &mut Hour<'_, S>, at: Timestamp, delta: Decimal) {
        self.numbers.transfer += 1;
        let ref_id = hour.shape.id(Kind::Transfer, self.partition, self.numbers.transfer);
        let event_type = if delta > Decimal::ZERO { "DEPOSIT" } else { "WITHDRAWAL" };
        self.chain.write(hour, &Entry { at, event_type, ref_type: "TRANSFER", ref_id, delta, execution: None });
    }
}
