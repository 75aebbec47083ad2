//! Rows as INSERT statements.

use std::fmt;

use phasegate_database::{Identifier, Literal};

/// One INSERT. Values are quoted literals, which the server reads as the column's type.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Insert {
    table: &'static str,
    columns: Vec<&'static str>,
    rows: Vec<Vec<Option<String>>>,
    tail: &'static str,
}

impl Insert {
    /// One row without columns.
    #[must_use]
    pub fn into(table: &'static str) -> Self {
        Self { table, columns: Vec::new(), rows: vec![Vec::new()], tail: "" }
    }

    /// Sets a column in the last row, instead of what it held.
    #[must_use]
    pub fn set(self, column: &'static str, value: impl ToString) -> Self {
        self.set_or_null(column, Some(value))
    }

    /// Sets a column in the last row, or makes it NULL.
    #[must_use]
    pub fn set_or_null(mut self, column: &'static str, value: Option<impl ToString>) -> Self {
        let value = value.map(|value| value.to_string());
        if let Some(row) = self.rows.last_mut() {
            match self.columns.iter().position(|known| *known == column) {
                Some(place) => row[place] = value,
                None => {
                    self.columns.push(column);
                    row.push(value);
                }
            }
        }
        self
    }

    /// Passes over a row that a unique index already knows.
    #[must_use]
    pub fn unless_known(mut self) -> Self {
        self.tail = "ON CONFLICT DO NOTHING";
        self
    }

    /// Several rows with the same columns in one statement; `None` where there is no row.
    #[must_use]
    pub fn together(inserts: impl IntoIterator<Item = Self>) -> Option<Self> {
        inserts.into_iter().reduce(|mut all, more| {
            all.rows.extend(more.rows);
            all
        })
    }
}

impl fmt::Display for Insert {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let columns: Vec<String> = self.columns.iter().map(|c| Identifier(c).to_string()).collect();
        write!(f, "INSERT INTO {} ({}) VALUES", Identifier(self.table), columns.join(", "))?;
        for (index, row) in self.rows.iter().enumerate() {
            let values: Vec<String> = row
                .iter()
                .map(|value| match value {
                    Some(value) => Literal(value).to_string(),
                    None => "NULL".to_owned(),
                })
                .collect();
            let comma = if index == 0 { "" } else { "," };
            write!(f, "{comma}\n    ({})", values.join(", "))?;
        }
        if !self.tail.is_empty() {
            write!(f, "\n{}", self.tail)?;
        }
        Ok(())
    }
}
