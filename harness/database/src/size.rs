//! How large things may be on this side of the evidence, so that neither memory nor stack grows with whatever a suite holds
//! or a database gives.

use phasegate_evidence::{Cell, Size, Table};

use crate::Error;

/// How deep brackets may lie within each other in a statement. PostgreSQL's own grammar gives up at some thousands.
pub const NESTING_MAX: usize = 1_000;

/// How many bytes of a file of SQL are held against the grammar when a suite is read. What follows is only split into
/// statements, and the database says what is wrong with it when it is applied.
pub(crate) const PARSED_BYTES_MAX: usize = 1 << 20;

/// How many tokens a statement may have to be held against the grammar, since a parser takes stack for each.
pub(crate) const PARSED_TOKENS_MAX: usize = 5_000;

/// How much is kept of the rows that statements give.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Keep {
    /// All of them, as queries of our own need them.
    All,
    /// None: nobody looks at them.
    Nothing,
    /// So much; more is [`Error::TooLarge`].
    AtMost(Size),
}

/// The rows of a statement as they come in.
#[derive(Debug)]
pub(crate) struct Rows {
    keep: Keep,
    table: Table,
    bytes: usize,
    too_large: Option<String>,
}

impl Rows {
    pub(crate) fn new(keep: Keep) -> Self {
        Self { keep, table: Table::default(), bytes: 0, too_large: None }
    }

    /// The rows of another statement begin: those before are nobody's any more.
    pub(crate) fn begin(&mut self) {
        self.table = Table::default();
        self.bytes = 0;
    }

    /// Whether a row of so many bytes is to be kept. Where it is one too many, none is.
    pub(crate) fn takes(&mut self, bytes: usize) -> bool {
        match self.keep {
            Keep::All => true,
            Keep::Nothing => false,
            Keep::AtMost(_) if self.too_large.is_some() => false,
            Keep::AtMost(size) => {
                self.bytes = self.bytes.saturating_add(bytes);
                self.too_large = size.exceeded_by(self.table.rows.len() + 1, self.bytes);
                if self.too_large.is_some() {
                    self.table = Table::default();
                }
                self.too_large.is_none()
            }
        }
    }

    /// Keeps a row, with the names of its columns where it is the first.
    pub(crate) fn push(&mut self, columns: impl FnOnce() -> Vec<String>, row: Vec<Cell>) {
        if self.table.rows.is_empty() {
            self.table.columns = columns();
        }
        self.table.rows.push(row);
    }

    /// Whether one row was too many.
    pub(crate) fn are_too_large(&self) -> bool {
        self.too_large.is_some()
    }

    /// The rows.
    ///
    /// # Errors
    /// When they were too many.
    pub(crate) fn end(self) -> Result<Table, Error> {
        match self.too_large {
            None => Ok(self.table),
            Some(what) => Err(Error::TooLarge(what)),
        }
    }
}
