//! Values that a user may write in more than one form.

use serde::{Deserialize, Deserializer, de::Error as _};
use toml::Value;

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
