//! Values that a user may write in more than one form.

use serde::{Deserialize, Deserializer, de::Error as _};
use toml::Value;

use crate::session::Cell;

/// One string or a list of them.
pub(super) fn one_or_more<'de, D: Deserializer<'de>>(from: D) -> Result<Vec<String>, D::Error> {
    match Value::deserialize(from)? {
        Value::String(one) => Ok(vec![one]),
        Value::Array(many) => many
            .into_iter()
            .map(|value| match value {
                Value::String(one) => Ok(one),
                other => Err(D::Error::custom(format!("expected a string, found {other}"))),
            })
            .collect(),
        other => Err(D::Error::custom(format!("expected a string or a list of strings, found {other}"))),
    }
}

/// Rows of plain values: `\N` is NULL, as in COPY; true and false are `t` and `f`, as PostgreSQL prints them.
pub(crate) fn step_rows<'de, D: Deserializer<'de>>(from: D) -> Result<Option<Vec<Vec<Cell>>>, D::Error> {
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
