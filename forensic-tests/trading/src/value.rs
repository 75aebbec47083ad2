//! What a column holds, in three forms: a token of a preimage, an SQL literal, a field of a binary COPY.

use std::{borrow::Cow, fmt};

use uuid::Uuid;

use crate::{Decimal, DecodeError, Timestamp, copy};

/// A value of a column.
pub trait Field: Sized {
    /// Appends the token of a preimage (section 11.3 of the specification).
    fn token(&self, out: &mut Vec<u8>);

    /// The text that the server reads as the column's type; `None` is NULL.
    fn text(&self) -> Option<String>;

    /// Appends the value as PostgreSQL receives it, without its length; `false` is NULL.
    fn binary(&self, out: &mut Vec<u8>) -> bool;

    /// Reads what PostgreSQL sends; `None` is NULL.
    ///
    /// # Errors
    /// When it is no value of this type.
    fn read(bytes: Option<&[u8]>) -> Result<Self, DecodeError>;
}

/// A CHAR(64) with a SHA-256 in lower-case hexadecimal digits.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Hash(pub [u8; 64]);

/// The text of a TEXT or CHAR column.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Text(pub Cow<'static, str>);

/// A JSON document in canonical form: keys sorted, no white space.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Json(pub Cow<'static, str>);

impl Hash {
    /// The digits as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        std::str::from_utf8(&self.0).unwrap_or_default()
    }
}

impl fmt::Debug for Hash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl fmt::Display for Hash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl Text {
    /// Text that is known beforehand.
    #[must_use]
    pub const fn fixed(text: &'static str) -> Self {
        Self(Cow::Borrowed(text))
    }
}

impl From<String> for Text {
    fn from(text: String) -> Self {
        Self(Cow::Owned(text))
    }
}

macro_rules! integer {
    ($type:ty) => {
        impl Field for $type {
            fn token(&self, out: &mut Vec<u8>) {
                // An integer's digits are the same in any locale.
                out.extend_from_slice(self.to_string().as_bytes());
            }

            fn text(&self) -> Option<String> {
                Some(self.to_string())
            }

            fn binary(&self, out: &mut Vec<u8>) -> bool {
                out.extend_from_slice(&self.to_be_bytes());
                true
            }

            fn read(bytes: Option<&[u8]>) -> Result<Self, DecodeError> {
                Ok(Self::from_be_bytes(copy::exactly(bytes, "an integer")?))
            }
        }
    };
}

integer!(i16);
integer!(i32);
integer!(i64);

impl Field for bool {
    fn token(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(if *self { b"true" } else { b"false" });
    }

    fn text(&self) -> Option<String> {
        Some(self.to_string())
    }

    fn binary(&self, out: &mut Vec<u8>) -> bool {
        out.push(u8::from(*self));
        true
    }

    fn read(bytes: Option<&[u8]>) -> Result<Self, DecodeError> {
        copy::exactly(bytes, "a boolean").map(|[byte]| byte != 0)
    }
}

impl Field for Decimal {
    fn token(&self, out: &mut Vec<u8>) {
        copy::decimal_token(*self, out);
    }

    fn text(&self) -> Option<String> {
        Some(self.to_string())
    }

    fn binary(&self, out: &mut Vec<u8>) -> bool {
        copy::decimal_binary(*self, out);
        true
    }

    fn read(bytes: Option<&[u8]>) -> Result<Self, DecodeError> {
        copy::decimal_read(copy::present(bytes)?)
    }
}

impl Field for Timestamp {
    fn token(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(&self.iso());
    }

    fn text(&self) -> Option<String> {
        Some(self.to_string())
    }

    fn binary(&self, out: &mut Vec<u8>) -> bool {
        out.extend_from_slice(&(self.0 - copy::POSTGRES_EPOCH_US).to_be_bytes());
        true
    }

    fn read(bytes: Option<&[u8]>) -> Result<Self, DecodeError> {
        let us = i64::from_be_bytes(copy::exactly(bytes, "a time")?);
        // The infinities and what lies beyond the year 9999 are no hours of a history.
        us.checked_add(copy::POSTGRES_EPOCH_US)
            .filter(|us| (0..253_402_300_800_000_000).contains(us))
            .map(Self)
            .ok_or_else(|| DecodeError::new("a time outside the years 1970 to 9999"))
    }
}

impl Field for Uuid {
    fn token(&self, out: &mut Vec<u8>) {
        let mut text = [0; 36];
        self.hyphenated().encode_lower(&mut text);
        out.extend_from_slice(&text);
    }

    fn text(&self) -> Option<String> {
        Some(self.to_string())
    }

    fn binary(&self, out: &mut Vec<u8>) -> bool {
        out.extend_from_slice(self.as_bytes());
        true
    }

    fn read(bytes: Option<&[u8]>) -> Result<Self, DecodeError> {
        copy::exactly(bytes, "a UUID").map(Self::from_bytes)
    }
}

impl Field for Hash {
    fn token(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(&self.0);
    }

    fn text(&self) -> Option<String> {
        Some(self.to_string())
    }

    fn binary(&self, out: &mut Vec<u8>) -> bool {
        out.extend_from_slice(&self.0);
        true
    }

    fn read(bytes: Option<&[u8]>) -> Result<Self, DecodeError> {
        // Other characters than digits are equal to no hash, which is what finds them.
        copy::exactly(bytes, "a hash").map(Self)
    }
}

impl Field for Text {
    /// `\` and `|` are escaped by a `\`, so that no two rows share a preimage; no source defines this.
    fn token(&self, out: &mut Vec<u8>) {
        for byte in self.0.trim().bytes() {
            if matches!(byte, b'|' | b'\\') {
                out.push(b'\\');
            }
            out.push(byte);
        }
    }

    fn text(&self) -> Option<String> {
        Some(self.0.to_string())
    }

    fn binary(&self, out: &mut Vec<u8>) -> bool {
        out.extend_from_slice(self.0.as_bytes());
        true
    }

    fn read(bytes: Option<&[u8]>) -> Result<Self, DecodeError> {
        copy::utf8(copy::present(bytes)?).map(|text| Self(Cow::Owned(text.to_owned())))
    }
}

impl Field for Json {
    fn token(&self, out: &mut Vec<u8>) {
        Text(self.0.clone()).token(out);
    }

    fn text(&self) -> Option<String> {
        Some(self.0.to_string())
    }

    /// As `jsonb` is received: its version, then text.
    fn binary(&self, out: &mut Vec<u8>) -> bool {
        out.push(1);
        out.extend_from_slice(self.0.as_bytes());
        true
    }

    fn read(bytes: Option<&[u8]>) -> Result<Self, DecodeError> {
        let not_json = || DecodeError::new("no JSON of version 1");
        let text = copy::present(bytes)?.strip_prefix(&[1]).ok_or_else(not_json)?;
        let value: serde_json::Value = serde_json::from_slice(text).map_err(|_| not_json())?;
        let canonical = serde_json_canonicalizer::to_string(&value).map_err(|_| not_json())?;
        Ok(Self(Cow::Owned(canonical)))
    }
}

impl<T: Field> Field for Option<T> {
    /// NULL is `\N`.
    fn token(&self, out: &mut Vec<u8>) {
        match self {
            Some(value) => value.token(out),
            None => out.extend_from_slice(b"\\N"),
        }
    }

    fn text(&self) -> Option<String> {
        self.as_ref().and_then(Field::text)
    }

    fn binary(&self, out: &mut Vec<u8>) -> bool {
        self.as_ref().is_some_and(|value| value.binary(out))
    }

    fn read(bytes: Option<&[u8]>) -> Result<Self, DecodeError> {
        bytes.map(|bytes| T::read(Some(bytes))).transpose()
    }
}

macro_rules! enumeration {
    ($(#[$doc:meta])* $name:ident { $($variant:ident = $label:literal),+ }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum $name {
            $(#[doc = concat!("`", $label, "`")] $variant),+
        }

        impl $name {
            /// Its label.
            #[must_use]
            pub const fn label(self) -> &'static str {
                match self { $(Self::$variant => $label),+ }
            }
        }

        impl Field for $name {
            fn token(&self, out: &mut Vec<u8>) {
                out.extend_from_slice(self.label().as_bytes());
            }

            fn text(&self) -> Option<String> {
                Some(self.label().to_owned())
            }

            fn binary(&self, out: &mut Vec<u8>) -> bool {
                out.extend_from_slice(self.label().as_bytes());
                true
            }

            fn read(bytes: Option<&[u8]>) -> Result<Self, DecodeError> {
                let label = copy::present(bytes)?;
                $(if label == $label.as_bytes() { return Ok(Self::$variant); })+
                Err(DecodeError::new(concat!("no label of ", stringify!($name))))
            }
        }
    };
}

enumeration!(
    /// `run_mode_enum`
    RunMode { Backtest = "BACKTEST", Paper = "PAPER", Live = "LIVE" }
);
enumeration!(
    /// `horizon_enum`
    Horizon { H1 = "H1", H4 = "H4", H24 = "H24" }
);
enumeration!(
    /// `model_role_enum`
    ModelRole { BaseTree = "BASE_TREE", BaseDeep = "BASE_DEEP", Regime = "REGIME", Meta = "META" }
);
enumeration!(
    /// `signal_action_enum`
    SignalAction { Enter = "ENTER", Exit = "EXIT", Hold = "HOLD" }
);
enumeration!(
    /// `order_side_enum`
    OrderSide { Buy = "BUY", Sell = "SELL" }
);
enumeration!(
    /// `order_type_enum`
    OrderType { Limit = "LIMIT", Market = "MARKET" }
);
enumeration!(
    /// `order_status_enum`
    OrderStatus {
        New = "NEW", Ack = "ACK", Partial = "PARTIAL", Filled = "FILLED", Cancelled = "CANCELLED", Rejected = "REJECTED"
    }
);
enumeration!(
    /// `drawdown_tier_enum`
    DrawdownTier { Normal = "NORMAL", Dd10 = "DD10", Dd15 = "DD15", Halt20 = "HALT20" }
);

#[cfg(test)]
mod tests {
    use super::*;

    fn token(value: &impl Field) -> String {
        let mut out = Vec::new();
        value.token(&mut out);
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn a_text_cannot_be_taken_for_two_fields_or_for_null() {
        assert_eq!(token(&Text::fixed(" a|b ")), "a\\|b");
        assert_eq!(token(&None::<Text>), "\\N");
        assert_eq!(token(&Some(Text::fixed("\\N"))), "\\\\N");
    }

    #[test]
    fn json_is_read_in_canonical_form() {
        let read = Json::read(Some(b"\x01{\"b\": [true, null], \"a\": 1}")).unwrap();
        assert_eq!(read.0, r#"{"a":1,"b":[true,null]}"#);
        assert!(Json::read(Some(b"{}")).is_err());
    }

    #[test]
    fn a_hash_has_sixty_four_characters() {
        assert!(Hash::read(Some(&[b'a'; 64])).is_ok());
        assert!(Hash::read(Some(&[b'a'; 63])).is_err());
        assert!(Hash::read(None).is_err());
    }
}
