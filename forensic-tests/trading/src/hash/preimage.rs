//! The bytes that are hashed (section 11.3): tokens joined by `|`.

use sha2::{Digest, Sha256};

use crate::{Field, Hash};

/// A preimage under way; the memory is used again for the next one.
#[derive(Debug, Clone, Default)]
pub struct Preimage {
    bytes: Vec<u8>,
}

impl Preimage {
    /// Appends a token.
    pub fn push(&mut self, value: &impl Field) -> &mut Self {
        if !self.bytes.is_empty() {
            self.bytes.push(b'|');
        }
        value.token(&mut self.bytes);
        self
    }

    /// The hash; the preimage is empty again.
    pub fn hash(&mut self) -> Hash {
        let hash = sha256(&self.bytes);
        self.bytes.clear();
        hash
    }
}

/// SHA-256 in lower-case digits.
#[must_use]
pub fn sha256(bytes: &[u8]) -> Hash {
    digits(Sha256::digest(bytes).as_slice())
}

pub(crate) fn digits(digest: &[u8]) -> Hash {
    let mut text = [0; 64];
    // A SHA-256 has 32 bytes, which are 64 digits.
    let _ = hex::encode_to_slice(digest, &mut text);
    Hash(text)
}

/// Hashes tokens in this order.
macro_rules! hash_of {
    ($preimage:expr; $($value:expr),+ $(,)?) => {{
        let preimage: &mut $crate::hash::Preimage = $preimage;
        $(preimage.push($value);)+
        preimage.hash()
    }};
}

pub(crate) use hash_of;
