//! The envelope of a statement: DSSE 1.0 (Dead Simple Signing Envelope), as the in-toto attestation framework asks for.

use base64ct::{Base64, Encoding as _};
use serde::{Deserialize, Serialize};

use super::{KeyError, KeyId, PrivateKey, PublicKey, Statement};
use crate::{
    CanonicalError,
    canonical::{canonical_bytes, read_canonical},
};

/// The type of the payload of an in-toto statement.
const PAYLOAD_TYPE: &str = "application/vnd.in-toto+json";

/// A signed statement.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct Envelope {
    /// The statement in canonical JSON, as Base64.
    payload: String,
    /// What the payload is: `application/vnd.in-toto+json`.
    #[cfg_attr(feature = "schema", schemars(extend("const" = PAYLOAD_TYPE)))]
    payload_type: String,
    /// The signature of the payload and its type (`DSSEv1`, pre-authentication encoding); exactly one.
    #[cfg_attr(feature = "schema", schemars(extend("minItems" = 1, "maxItems" = 1)))]
    signatures: Vec<EnvelopeSignature>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
struct EnvelopeSignature {
    /// The SHA-256 of the public key in DER.
    keyid: KeyId,
    /// The Ed25519 signature, as Base64.
    sig: String,
}

/// An envelope that holds no statement, or whose signature does not.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum EnvelopeError {
    /// It is none.
    #[error("is no envelope of a statement: {0}")]
    Malformed(String),
    /// The signature is not that of the statement by the key that the statement names.
    #[error("holds a signature that is not that of its statement by its key")]
    Invalid,
}

impl Envelope {
    /// Signs a statement.
    ///
    /// # Errors
    /// When it cannot be written as JSON.
    pub fn seal(statement: &Statement, key: &PrivateKey) -> Result<Self, SealError> {
        let payload = canonical_bytes(statement)?;
        let sig = Base64::encode_string(&key.sign(&pre_authentication_encoding(PAYLOAD_TYPE, &payload)));
        Ok(Self {
            payload: Base64::encode_string(&payload),
            payload_type: PAYLOAD_TYPE.to_owned(),
            signatures: vec![EnvelopeSignature { keyid: key.public()?.id(), sig }],
        })
    }

    /// The envelope in canonical JSON.
    ///
    /// # Errors
    /// When it cannot be written as JSON.
    pub fn to_bytes(&self) -> Result<Vec<u8>, CanonicalError> {
        canonical_bytes(self)
    }

    /// Opens an envelope: the statement, signed by the key that it names. Whether that key is anybody's to trust is another
    /// question.
    ///
    /// # Errors
    /// When it is none, or its signature does not hold.
    pub fn open(bytes: &[u8]) -> Result<Statement, EnvelopeError> {
        let malformed = EnvelopeError::Malformed;
        let envelope: Self = read_canonical(bytes).map_err(malformed)?;
        if envelope.payload_type != PAYLOAD_TYPE {
            return Err(malformed(format!("its payload is no {PAYLOAD_TYPE}")));
        }
        let [signature] = envelope.signatures.as_slice() else {
            return Err(malformed("it has not exactly one signature".to_owned()));
        };
        let decoded = |what: &str, text: &str| {
            Base64::decode_vec(text).map_err(|_| malformed(format!("its {what} is no Base64")))
        };
        let payload = decoded("payload", &envelope.payload)?;
        let signed = decoded("signature", &signature.sig)?;
        let statement: Statement = read_canonical(&payload).map_err(malformed)?;
        let key: &PublicKey = &statement.predicate.key;
        if signature.keyid != key.id() || !key.verifies(&pre_authentication_encoding(PAYLOAD_TYPE, &payload), &signed) {
            return Err(EnvelopeError::Invalid);
        }
        statement.is_of_its_types().map_err(malformed)?;
        Ok(statement)
    }
}

/// A statement that cannot be signed.
#[derive(Debug, thiserror::Error)]
pub enum SealError {
    /// It has no JSON form.
    #[error(transparent)]
    Canonical(#[from] CanonicalError),
    /// The key cannot be written down.
    #[error("the key {0}")]
    Key(#[from] KeyError),
}

/// What is signed: type and payload, each after its length, so that no two pairs of them have the same bytes.
fn pre_authentication_encoding(payload_type: &str, payload: &[u8]) -> Vec<u8> {
    let head = format!("DSSEv1 {} {payload_type} {} ", payload_type.len(), payload.len());
    [head.as_bytes(), payload].concat()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_encoding_is_that_of_the_protocol_s_own_example() {
        let encoded = pre_authentication_encoding("http://example.com/HelloWorld", b"hello world");
        assert_eq!(encoded, b"DSSEv1 29 http://example.com/HelloWorld 11 hello world");
    }
}
