//! Hashes, chains and replay roots computed again from rows that the database streams: nothing is taken from its word but
//! the rows themselves.

mod chain;
mod database;
mod parity;
mod rows;
mod stream;

pub use chain::{Anchor, ChainVerifier};
pub use database::{read_ledger, verify, verify_ledger};
pub use stream::VerifyError;

use std::fmt;

/// What was done to the first bad row.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Class {
    /// Its content is not what its hashes are of, or what the row after it was chained to.
    Edited,
    /// A row that must come before it is not there.
    Missing,
    /// It stands where another row belongs, which comes later.
    Reordered,
    /// From it on every row agrees with the one before, and none with the history that it should be.
    Rehashed,
    /// The hash of its parent is not the one that it carries.
    Parent,
    /// What the rows of a run come to is not what was recorded of it.
    Root,
}

impl fmt::Display for Class {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Edited => "edited",
            Self::Missing => "missing",
            Self::Reordered => "reordered",
            Self::Rehashed => "re-hashed from there on",
            Self::Parent => "another parent",
            Self::Root => "another replay root",
        })
    }
}

/// The first bad row of a table, or of a partition of the ledger.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Break {
    /// The table.
    pub table: &'static str,
    /// Which row: its key.
    pub row: String,
    /// What was done to it.
    pub class: Class,
}

impl fmt::Display for Break {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}: {}", self.table, self.row, self.class)
    }
}

/// What a verification has come to.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Verified {
    /// How many rows were looked at.
    pub rows: u64,
    /// What is wrong, in the order in which it was met.
    pub breaks: Vec<Break>,
}
