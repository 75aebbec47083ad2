//! A coherent trading history, hour by hour, from a seed number. No more of it is held than the open lots and the last
//! ledger row of each partition, so a history of any length takes the same memory.
//!
//! Hours come in cycles of six, in which every kind of case appears:
//!
//! | hour | state | what happens |
//! |---|---|---|
//! | 0 | kill switch | an entry is rejected |
//! | 1 | normal | an entry in three fills, of which the last comes in the next hour; an order that is not acknowledged |
//! | 2 | normal | half a position is sold, oldest lots first; another is opened and closed within the hour; cash is withdrawn |
//! | 3 | DD10 | an entry is filled in part; another is cancelled; cash is withdrawn |
//! | 4 | DD15 | the position is closed in two fills; an order is acknowledged; cash is withdrawn |
//! | 5 | HALT20 | an entry is rejected; cash is deposited up to the peak |

mod book;
mod context;
mod fills;
mod ledger;
mod lineage;
mod market;
mod models;
mod orders;
mod random;
mod reference;
mod shape;
mod signals;
mod states;

pub use shape::{Partition, Shape};
pub use states::{drawdown, tier};

use std::any::Any;

use self::{book::Book, market::Market};
use crate::{Hash, Record, hash::Preimage, table::CashLedger};

/// What stands where a hash will be computed.
pub(crate) const UNHASHED: Hash = Hash([b'0'; 64]);

/// Which schema can hold a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Era {
    /// The baseline too.
    Both,
    /// Only the one after the migration: its table is new, or the row lies in another hour than the run it is of, or closes
    /// a lot that another run opened.
    After,
}

/// Where rows go.
pub trait Sink {
    /// Takes a row.
    fn row<R: Record>(&mut self, row: &R, era: Era);
}

/// A history under way.
#[derive(Debug, Clone)]
pub struct History {
    shape: Shape,
    market: Market,
    books: Vec<Book>,
    hour: i64,
    preimage: Preimage,
}

impl History {
    /// Before the first hour.
    #[must_use]
    pub fn new(shape: Shape) -> Self {
        let partitions = shape.partitions();
        Self::of(shape, &partitions)
    }

    /// The same history as far as these partitions are concerned.
    #[must_use]
    pub fn of(shape: Shape, partitions: &[Partition]) -> Self {
        let books = partitions.iter().map(|partition| Book::new(&shape, *partition)).collect();
        Self { market: Market::new(&shape), books, hour: 0, preimage: Preimage::default(), shape }
    }

    /// Writes what is there before the first hour.
    pub fn write_reference(&self, sink: &mut impl Sink) {
        reference::write(&self.shape, sink);
    }

    /// Writes the next hour of every partition.
    pub fn write_hour(&mut self, sink: &mut impl Sink) {
        self.market.advance(self.hour);
        for book in &mut self.books {
            let seed = book.write_hour(&self.shape, &self.market, self.hour, sink, &mut self.preimage);
            if self.shape.partitions().first() == Some(&book.partition) {
                self.market.write(&self.shape, self.hour, &seed, sink, &mut self.preimage);
            }
        }
        self.hour += 1;
    }

    /// The ledger of one partition without end, hour by hour: what an independent copy of the history says.
    pub fn ledger(shape: Shape, partition: Partition) -> impl Iterator<Item = CashLedger> {
        let mut history = Self::of(shape, &[partition]);
        std::iter::repeat_with(move || {
            let mut kept = Kept(Vec::new());
            history.write_hour(&mut kept);
            kept.0
        })
        .flatten()
    }

    /// The rows of one table in the first hours of a history.
    #[must_use]
    pub fn rows<R: Record + Clone>(shape: Shape, hours: u32) -> Vec<R> {
        let mut kept = Kept(Vec::new());
        let mut history = Self::new(shape);
        history.write_reference(&mut kept);
        for _ in 0..hours {
            history.write_hour(&mut kept);
        }
        kept.0
    }
}

/// Keeps the rows of one table and lets everything else go.
struct Kept<R>(Vec<R>);

impl<R: Record + Clone> Sink for Kept<R> {
    fn row<Q: Record>(&mut self, row: &Q, _era: Era) {
        self.0.extend((row as &dyn Any).downcast_ref::<R>().cloned());
    }
}
