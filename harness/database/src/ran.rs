//! What one or more statements did.

use phasegate_evidence::Table;

/// What one or more statements did.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Ran {
    /// Rows written, over all statements.
    pub affected: u64,
    /// The rows of the last statement.
    pub table: Table,
}
