//! The columns of a table.

/// The columns of a table, and those of its primary key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TableColumns {
    /// The table.
    pub table: String,
    /// Its columns in order.
    pub columns: Vec<String>,
    /// The columns of its primary key in order; empty where it has none.
    pub key: Vec<String>,
}
