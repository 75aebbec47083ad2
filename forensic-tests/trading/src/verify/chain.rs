//! The chain of the ledger: arithmetic and hashes, row by row, with the last rows of one partition held and no more.

use super::{Break, Class};
use crate::{Decimal, Hash, Record as _, hash::Preimage, history::Partition, table::CashLedger};

/// How far a row that was moved is looked for.
const WINDOW: usize = 64;

/// What the ledger hash of a row should be, from another source than the database: a copy, or the model.
pub type Anchor<'a> = Box<dyn FnMut(Partition, i64) -> Option<Hash> + Send + 'a>;

/// Takes the rows of a ledger in the order of partition and number.
pub struct ChainVerifier<'a> {
    anchor: Option<Anchor<'a>>,
    preimage: Preimage,
    last: Option<Link>,
    suspect: Option<Suspect>,
    rows: u64,
    breaks: Vec<Break>,
}

/// The row before.
struct Link {
    partition: Partition,
    seq: i64,
    hash: Hash,
    balance: Decimal,
    event_ts: crate::Timestamp,
    is_broken: bool,
}

/// A break whose class the rows after it decide.
enum Suspect {
    /// The row agrees with itself and not with the anchor.
    Anchor(i64),
    /// A row with this hash before it is awaited: if it comes, rows were reordered.
    Awaited { seq: i64, hash: Hash, left: usize, otherwise: Class },
}

impl<'a> ChainVerifier<'a> {
    /// With or without an anchor; without one, a chain that was hashed again to its end cannot be told from a good one.
    #[must_use]
    pub fn new(anchor: Option<Anchor<'a>>) -> Self {
        Self { anchor, preimage: Preimage::default(), last: None, suspect: None, rows: 0, breaks: Vec::new() }
    }

    /// The next row, with the seed of its run and the hash of the fill behind it.
    pub fn push(&mut self, row: &mut CashLedger, seed: Option<&Hash>, execution: Option<Hash>) {
        self.rows += 1;
        let partition = Partition { account_id: row.account_id, run_mode: row.run_mode };
        if self.last.as_ref().is_none_or(|last| last.partition != partition) {
            self.settle();
            self.last = None;
        }
        let is_broken = self.last.as_ref().is_some_and(|last| last.is_broken);
        let is_sound = seed.is_some_and(|seed| self.is_sound(row, seed, execution));
        let is_late = if is_broken {
            self.await_hash(row);
            true
        } else {
            self.judge(row, partition, is_sound, seed, execution)
        };
        self.last = Some(Link {
            partition,
            seq: row.ledger_seq,
            hash: row.ledger_hash,
            balance: row.balance_after,
            event_ts: row.event_ts_utc,
            is_broken: is_late,
        });
    }

    /// What was found.
    #[must_use]
    pub fn finish(mut self) -> super::Verified {
        self.settle();
        super::Verified { rows: self.rows, breaks: self.breaks }
    }

    /// Whether the row's hashes are of its own content, and its sum is right.
    fn is_sound(&mut self, row: &mut CashLedger, seed: &Hash, execution: Option<Hash>) -> bool {
        let stored = (row.economic_event_hash, row.ledger_hash, row.row_hash);
        row.seal(seed, execution, &mut self.preimage);
        let computed = (row.economic_event_hash, row.ledger_hash, row.row_hash);
        (row.economic_event_hash, row.ledger_hash, row.row_hash) = stored;
        stored == computed
            && row.balance_before.checked_add(row.delta_cash) == Some(row.balance_after)
            && row.balance_after >= Decimal::ZERO
            && row.event_ts_utc.hour() == row.hour_ts_utc
            && row.event_ts_utc >= row.origin_hour_ts_utc
    }

    /// Judges a row after a good one; says whether the chain is broken now.
    fn judge(
        &mut self,
        row: &mut CashLedger,
        partition: Partition,
        is_sound: bool,
        seed: Option<&Hash>,
        execution: Option<Hash>,
    ) -> bool {
        let (seq, before) = match &self.last {
            Some(last) => (last.seq + 1, Some((last.hash, last.balance, last.event_ts))),
            None => (1, None),
        };
        let follows = match before {
            Some((hash, balance, event_ts)) => {
                row.prev_ledger_hash == Some(hash) && row.balance_before == balance && row.event_ts_utc >= event_ts
            }
            None => row.prev_ledger_hash.is_none(),
        };
        let class = match (row.ledger_seq == seq, follows, is_sound) {
            (true, true, true) => None,
            (false, ..) => Some(Class::Missing),
            (true, true, false) => Some(Class::Edited),
            // The row vouches for what it was chained to: the one before it is another now, with hashes of its own.
            (true, false, true) => return self.rehashed_alone(row, seq - 1),
            (true, false, false) => {
                let is_renumbered = self.was_renumbered(row, seed, execution);
                let otherwise = if is_renumbered { Class::Missing } else { Class::Edited };
                match before {
                    Some((hash, ..)) => self.suspect = Some(Suspect::Awaited { seq, hash, left: WINDOW, otherwise }),
                    None => self.report(partition, seq, otherwise),
                }
                return true;
            }
        };
        if let Some(Suspect::Anchor(suspect)) = self.suspect.take() {
            // The row before differs from the anchor, and this one goes on from it.
            self.report(partition, suspect, Class::Rehashed);
            return true;
        }
        if let Some(class) = class {
            self.report(partition, row.ledger_seq, class);
            return true;
        }
        let expected = self.anchor.as_mut().and_then(|anchor| anchor(partition, row.ledger_seq));
        if expected.is_some_and(|expected| expected != row.ledger_hash) {
            self.suspect = Some(Suspect::Anchor(row.ledger_seq));
        }
        false
    }

    fn rehashed_alone(&mut self, row: &CashLedger, seq: i64) -> bool {
        self.suspect = None;
        let partition = Partition { account_id: row.account_id, run_mode: row.run_mode };
        // A first row that is chained to another was not the first.
        let (seq, class) = if seq == 0 { (row.ledger_seq, Class::Missing) } else { (seq, Class::Edited) };
        self.report(partition, seq, class);
        true
    }

    /// Whether the row is as it was but for its number, which is one less: a row is gone, and the gap was closed.
    fn was_renumbered(&mut self, row: &mut CashLedger, seed: Option<&Hash>, execution: Option<Hash>) -> bool {
        row.ledger_seq += 1;
        let is_sound = seed.is_some_and(|seed| self.is_sound(row, seed, execution));
        row.ledger_seq -= 1;
        is_sound
    }

    fn await_hash(&mut self, row: &CashLedger) {
        let Some(Suspect::Awaited { seq, hash, left, .. }) = &mut self.suspect else { return };
        let seq = *seq;
        *left -= 1;
        if row.prev_ledger_hash == Some(*hash) {
            self.suspect = None;
            let partition = Partition { account_id: row.account_id, run_mode: row.run_mode };
            self.report(partition, seq, Class::Reordered);
        } else if *left == 0 {
            self.settle();
        }
    }

    /// Decides what no further row can.
    fn settle(&mut self) {
        let Some(partition) = self.last.as_ref().map(|last| last.partition) else { return };
        match self.suspect.take() {
            Some(Suspect::Anchor(seq)) => self.report(partition, seq, Class::Rehashed),
            Some(Suspect::Awaited { seq, otherwise, .. }) => self.report(partition, seq, otherwise),
            None => {}
        }
    }

    fn report(&mut self, partition: Partition, seq: i64, class: Class) {
        let row = format!("account {} {} seq {seq}", partition.account_id, partition.run_mode.label());
        self.breaks.push(Break { table: CashLedger::TABLE, row, class });
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        RunMode, Text,
        history::{History, Shape},
    };

    const PARTITION: Partition = Partition { account_id: 2, run_mode: RunMode::Live };

    /// A ledger without fills behind it, so that it can be hashed again row by row.
    fn ledger() -> Vec<CashLedger> {
        let mut rows: Vec<CashLedger> = History::ledger(Shape::small(3), PARTITION).take(40).collect();
        rehash(&mut rows, 0);
        rows
    }

    fn seed() -> Hash {
        Hash([b'a'; 64])
    }

    /// Hashes all rows from one on again, each chained to the one before.
    fn rehash(rows: &mut [CashLedger], from: usize) {
        for index in from..rows.len() {
            if let Some(before) = index.checked_sub(1).map(|before| rows[before].clone()) {
                rows[index].prev_ledger_hash = Some(before.ledger_hash);
                rows[index].balance_before = before.balance_after;
                rows[index].balance_after = before.balance_after + rows[index].delta_cash;
            }
            rows[index].seal(&seed(), None, &mut Preimage::default());
        }
    }

    fn found(rows: &[CashLedger], anchored: bool) -> Vec<(String, Class)> {
        let good = ledger();
        let anchor: Option<Anchor<'_>> = anchored.then(|| {
            Box::new(move |_, seq: i64| good.get(usize::try_from(seq - 1).unwrap()).map(|row| row.ledger_hash))
                as Anchor<'_>
        });
        let mut verifier = ChainVerifier::new(anchor);
        for row in rows {
            verifier.push(&mut row.clone(), Some(&seed()), None);
        }
        let verified = verifier.finish();
        assert_eq!(verified.rows, rows.len() as u64);
        verified.breaks.into_iter().map(|it| (it.row, it.class)).collect()
    }

    fn at(seq: i64, class: Class) -> Vec<(String, Class)> {
        vec![(format!("account 2 LIVE seq {seq}"), class)]
    }

    #[test]
    fn a_whole_ledger_verifies() {
        assert_eq!(found(&ledger(), true), []);
        assert_eq!(found(&ledger(), false), []);
    }

    #[test]
    fn an_edited_row_is_found_by_its_own_hash() {
        let mut rows = ledger();
        rows[6].event_type = Text::fixed("GIFT");
        assert_eq!(found(&rows, false), at(7, Class::Edited));
        let mut rows = ledger();
        rows[6].delta_cash += Decimal::ONE;
        assert_eq!(found(&rows, false), at(7, Class::Edited));
    }

    #[test]
    fn a_row_that_was_edited_and_hashed_again_is_found_by_the_row_after_it() {
        for anchored in [false, true] {
            let mut rows = ledger();
            rows[6].event_type = Text::fixed("GIFT");
            rehash(&mut rows[..7], 6);
            assert_eq!(found(&rows, anchored), at(7, Class::Edited), "{anchored}");
        }
    }

    #[test]
    fn a_missing_row_is_found_also_where_the_gap_was_closed() {
        let mut rows = ledger();
        rows.remove(6);
        assert_eq!(found(&rows, false), at(8, Class::Missing));
        for row in &mut rows[6..] {
            row.ledger_seq -= 1;
        }
        assert_eq!(found(&rows, false), at(7, Class::Missing));
        let mut rows = ledger();
        rows.remove(0);
        assert_eq!(found(&rows, false), at(2, Class::Missing));
    }

    #[test]
    fn rows_that_changed_places_are_found_at_the_first_of_them() {
        for (one, other) in [(6, 7), (6, 20)] {
            let mut rows = ledger();
            rows.swap(one, other);
            let (first, second) = (rows[one].ledger_seq, rows[other].ledger_seq);
            rows[one].ledger_seq = second;
            rows[other].ledger_seq = first;
            assert_eq!(found(&rows, false), at(7, Class::Reordered), "{one} {other}");
        }
    }

    #[test]
    fn a_chain_that_was_hashed_again_to_its_end_is_found_by_an_anchor_alone() {
        for changed in [6, 39] {
            let mut rows = ledger();
            rows[changed].delta_cash += Decimal::ONE;
            rehash(&mut rows, changed);
            assert_eq!(found(&rows, true), at(changed as i64 + 1, Class::Rehashed), "{changed}");
            assert_eq!(found(&rows, false), [], "{changed}");
        }
    }

    #[test]
    fn a_break_of_one_partition_leaves_the_next_alone() {
        let mut rows = ledger();
        rows.remove(6);
        let mut all = rows.clone();
        all.extend(ledger().into_iter().map(|mut row| {
            row.account_id = 3;
            row
        }));
        let start = all.len() - 40;
        rehash(&mut all[start..], 0);
        assert_eq!(found(&all, false), at(8, Class::Missing));
    }
}
