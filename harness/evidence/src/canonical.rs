//! Canonical JSON (RFC 8785), the byte form under which evidence is digested.

use serde::{Serialize, de::DeserializeOwned};

/// A value that has no canonical form.
#[derive(Debug, thiserror::Error)]
#[error("no canonical JSON form: {0}")]
pub struct CanonicalError(#[from] serde_json::Error);

/// The canonical JSON bytes of a value: keys sorted, no white space, one form for each number and string.
///
/// # Errors
/// When the value cannot be written as JSON at all (a map with keys that are no strings, a number that is not finite).
pub fn canonical_bytes<T: Serialize>(value: &T) -> Result<Vec<u8>, CanonicalError> {
    Ok(serde_json_canonicalizer::to_vec(value)?)
}

/// Reads a value from its canonical JSON bytes, and from no others: what a reader could pass over, such as a key that stands
/// there twice, has no second reading.
pub(crate) fn read_canonical<T: Serialize + DeserializeOwned>(bytes: &[u8]) -> Result<T, String> {
    let value = serde_json::from_slice(bytes).map_err(|error| error.to_string())?;
    match canonical_bytes(&value) {
        Ok(written) if written == bytes => Ok(value),
        _ => Err("it is not in canonical form".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use serde_json::json;

    #[test]
    fn a_value_is_read_from_its_canonical_bytes_and_from_no_others() {
        let read = |text: &str| read_canonical::<BTreeMap<String, String>>(text.as_bytes());
        assert!(read(r#"{"a":"1","b":"2"}"#).is_ok());
        for other in [r#"{"b":"2","a":"1"}"#, r#"{"a":"0","a":"1"}"#, r#"{"a": "1"}"#, "{\"a\":\"\\u0031\"}", "{}\n"] {
            assert_eq!(read(other).expect_err("another form"), "it is not in canonical form", "{other}");
        }
    }

    #[test]
    fn the_order_in_which_keys_were_written_does_not_matter() {
        let one = json!({"b": 1, "a": {"d": [true, null], "c": "é"}});
        let other = json!({"a": {"c": "é", "d": [true, null]}, "b": 1});
        let bytes = canonical_bytes(&one).expect("plain JSON");
        assert_eq!(bytes, canonical_bytes(&other).expect("plain JSON"));
        assert_eq!(String::from_utf8(bytes).expect("utf-8"), r#"{"a":{"c":"é","d":[true,null]},"b":1}"#);
    }

    #[test]
    fn another_value_has_another_form() {
        let one = canonical_bytes(&json!({"a": 1})).expect("plain JSON");
        let other = canonical_bytes(&json!({"a": 2})).expect("plain JSON");
        assert_ne!(one, other);
    }
}
