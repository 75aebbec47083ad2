//! What statements give back, as text, since that is what a check compares.

use serde::{Deserialize, Deserializer, Serialize, de::Error as _};

/// One value in the database's own text form; `None` is NULL.
pub type Cell = Option<String>;

/// The rows of a query.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
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

/// One row as people read it: values between bars, NULL as `\N`.
#[must_use]
pub fn row_text(row: &[Cell]) -> String {
    let cells: Vec<&str> = row.iter().map(|cell| cell.as_deref().unwrap_or("\\N")).collect();
    cells.join(" | ")
}

/// Reads rows as suites and plans write them, in plain values: `\N` is NULL, as in COPY; true and false are `t` and `f`,
/// as PostgreSQL prints them.
///
/// # Errors
/// When a value is neither text, number, truth value nor NULL.
pub fn step_rows<'de, D: Deserializer<'de>>(from: D) -> Result<Option<Vec<Vec<Cell>>>, D::Error> {
    let cell = |value: serde_json::Value| match value {
        serde_json::Value::Null => Ok(None),
        serde_json::Value::String(text) if text == "\\N" => Ok(None),
        serde_json::Value::String(text) => Ok(Some(text)),
        serde_json::Value::Bool(true) => Ok(Some("t".to_owned())),
        serde_json::Value::Bool(false) => Ok(Some("f".to_owned())),
        serde_json::Value::Number(number) => Ok(Some(number.to_string())),
        other => Err(D::Error::custom(format!("a value of a row may not be {other}"))),
    };
    let rows: Option<Vec<Vec<serde_json::Value>>> = Option::deserialize(from)?;
    rows.map(|rows| rows.into_iter().map(|row| row.into_iter().map(cell).collect()).collect()).transpose()
}
