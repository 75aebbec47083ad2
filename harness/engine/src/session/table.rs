//! What statements give back, as text, since that is what a check compares.

use serde::{Deserialize, Serialize};

/// One value in the database's own text form; `None` is NULL.
pub type Cell = Option<String>;

/// The rows of a query.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Table {
    /// The names of the columns; empty when there is no row.
    pub columns: Vec<String>,
    /// The rows.
    pub rows: Vec<Vec<Cell>>,
}

impl Table {
    /// The single value of a query that gives one row with one column.
    #[must_use]
    pub fn single(&self) -> Option<&str> {
        match self.rows.as_slice() {
            [row] if row.len() == 1 => row[0].as_deref(),
            _ => None,
        }
    }
}

/// What one or more statements did.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Ran {
    /// Rows written, over all statements.
    pub affected: u64,
    /// The rows of the last statement.
    pub table: Table,
}

/// One row as people read it: values between bars, NULL as `\N`.
pub(crate) fn row_text(row: &[Cell]) -> String {
    let cells: Vec<&str> = row.iter().map(|cell| cell.as_deref().unwrap_or("\\N")).collect();
    cells.join(" | ")
}
