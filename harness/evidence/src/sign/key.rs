//! Ed25519 keys (RFC 8032) in the forms that other tools read: PKCS#8 (RFC 5208, RFC 8410) for private keys, with a
//! passphrase PBES2 (RFC 8018), and SubjectPublicKeyInfo for public ones, both in PEM.

use std::fmt;

use ed25519_dalek::{
    Signature, Signer as _, SigningKey, VerifyingKey,
    pkcs8::{DecodePrivateKey as _, DecodePublicKey as _, EncodePrivateKey as _, EncodePublicKey as _, KeypairBytes},
};
use pkcs8::{LineEnding, der::zeroize::Zeroizing};
use serde::{Deserialize, Serialize};

use crate::Digest;

/// The first line of a private key that a passphrase protects.
const ENCRYPTED: &str = "-----BEGIN ENCRYPTED PRIVATE KEY-----";
const PLAIN: &str = "-----BEGIN PRIVATE KEY-----";
const PUBLIC: &str = "-----BEGIN PUBLIC KEY-----";

/// A key that signs. It is wiped from memory when it is dropped.
pub struct PrivateKey(SigningKey);

/// A key that signatures are verified by, written as PEM.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(try_from = "String", into = "String")]
pub struct PublicKey {
    #[cfg_attr(feature = "schema", schemars(skip))]
    key: VerifyingKey,
    pem: String,
}

/// The SHA-256 of a public key in DER, by which people and files name it.
pub type KeyId = Digest;

/// A key that cannot be read or made.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum KeyError {
    /// The text is no private key.
    #[error("is no private key: expected an Ed25519 key as PKCS#8 in PEM, as `phasegate keygen` writes it")]
    NotPrivate,
    /// The text is a public key where a private one is needed.
    #[error("is a public key; a signature takes the private one, which lies beside it without `.pub`")]
    IsPublic,
    /// The text is no public key.
    #[error("is no public key: expected an Ed25519 key as SubjectPublicKeyInfo in PEM, as in FILE.pub of `keygen`")]
    NotPublic,
    /// The text is a private key where a public one is needed.
    #[error("is a private key; to be trusted it takes the public one, FILE.pub")]
    IsPrivate,
    /// A passphrase protects the key, and none was given.
    #[error("is protected by a passphrase, and none was given")]
    PassphraseNeeded,
    /// The passphrase does not open the key.
    #[error("is not opened by this passphrase")]
    PassphraseWrong,
    /// A key of no strength: anybody can sign for it.
    #[error("is a weak key, for which anybody can sign")]
    Weak,
    /// The system gives no random numbers, or a key cannot be written down.
    #[error("cannot be made: {0}")]
    Unmakable(String),
}

impl PrivateKey {
    /// A new key from random numbers of the system.
    ///
    /// # Errors
    /// When the system gives none.
    pub fn generate() -> Result<Self, KeyError> {
        let mut secret = Zeroizing::new([0; 32]);
        getrandom::fill(&mut *secret).map_err(|error| KeyError::Unmakable(error.to_string()))?;
        Ok(Self(SigningKey::from_bytes(&secret)))
    }

    /// Whether a private key takes a passphrase.
    #[must_use]
    pub fn is_protected(pem: &str) -> bool {
        pem.trim_start().starts_with(ENCRYPTED)
    }

    /// Reads a key.
    ///
    /// # Errors
    /// When it is none, or the passphrase does not open it.
    pub fn from_pem(pem: &str, passphrase: Option<&str>) -> Result<Self, KeyError> {
        let pem = pem.trim_start();
        if pem.starts_with(PUBLIC) {
            return Err(KeyError::IsPublic);
        }
        if !Self::is_protected(pem) {
            return SigningKey::from_pkcs8_pem(pem).map(Self).map_err(|_| KeyError::NotPrivate);
        }
        let passphrase = passphrase.ok_or(KeyError::PassphraseNeeded)?;
        // What opens to no key was opened by the wrong passphrase: the padding may fit by chance.
        SigningKey::from_pkcs8_encrypted_pem(pem, passphrase).map(Self).map_err(|_| KeyError::PassphraseWrong)
    }

    /// The key in PEM, protected where there is a passphrase.
    ///
    /// # Errors
    /// When it cannot be written down.
    pub fn to_pem(&self, passphrase: Option<&str>) -> Result<Zeroizing<String>, KeyError> {
        // Without the public half: OpenSSL 3.0 reads version 1 of PKCS#8 only.
        let bytes = KeypairBytes { secret_key: self.0.to_bytes(), public_key: None };
        let pem = match passphrase {
            None => bytes.to_pkcs8_pem(LineEnding::LF),
            Some(passphrase) => bytes.to_pkcs8_encrypted_pem(passphrase, LineEnding::LF),
        };
        pem.map_err(|error| KeyError::Unmakable(error.to_string()))
    }

    /// The key that verifies what this one signs.
    ///
    /// # Errors
    /// When it cannot be written down.
    pub fn public(&self) -> Result<PublicKey, KeyError> {
        PublicKey::of(self.0.verifying_key())
    }

    /// The signature of these bytes, 64 bytes long.
    pub(super) fn sign(&self, bytes: &[u8]) -> Vec<u8> {
        self.0.sign(bytes).to_bytes().to_vec()
    }
}

impl fmt::Debug for PrivateKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a private key")
    }
}

impl PublicKey {
    fn of(key: VerifyingKey) -> Result<Self, KeyError> {
        let pem = key.to_public_key_pem(LineEnding::LF).map_err(|error| KeyError::Unmakable(error.to_string()))?;
        Ok(Self { key, pem })
    }

    /// Reads a key from PEM.
    ///
    /// # Errors
    /// When it is none, or one of no strength.
    pub fn from_pem(pem: &str) -> Result<Self, KeyError> {
        let pem = pem.trim_start();
        if pem.starts_with(PLAIN) || pem.starts_with(ENCRYPTED) {
            return Err(KeyError::IsPrivate);
        }
        let key = VerifyingKey::from_public_key_pem(pem).map_err(|_| KeyError::NotPublic)?;
        if key.is_weak() {
            return Err(KeyError::Weak);
        }
        Self::of(key)
    }

    /// The key in PEM.
    #[must_use]
    pub fn pem(&self) -> &str {
        &self.pem
    }

    /// By what people and files name the key.
    #[must_use]
    pub fn id(&self) -> KeyId {
        Digest::of(self.key.to_public_key_der().map(|der| der.as_bytes().to_vec()).unwrap_or_default().as_slice())
    }

    /// Whether this is the signature of these bytes.
    pub(super) fn verifies(&self, bytes: &[u8], signature: &[u8]) -> bool {
        let signature = Signature::from_slice(signature);
        signature.is_ok_and(|signature| self.key.verify_strict(bytes, &signature).is_ok())
    }
}

impl fmt::Debug for PublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "public key {}", self.id())
    }
}

impl TryFrom<String> for PublicKey {
    type Error = KeyError;

    fn try_from(pem: String) -> Result<Self, KeyError> {
        Self::from_pem(&pem)
    }
}

impl From<PublicKey> for String {
    fn from(key: PublicKey) -> Self {
        key.pem
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_read_as_it_was_written_with_and_without_a_passphrase() {
        let key = PrivateKey::generate().expect("random numbers");
        let id = key.public().expect("a key").id();
        for passphrase in [None, Some("open, please")] {
            let pem = key.to_pem(passphrase).expect("writable");
            assert_eq!(PrivateKey::is_protected(&pem), passphrase.is_some());
            let read = PrivateKey::from_pem(&pem, passphrase).expect("readable");
            assert_eq!(read.public().expect("a key").id(), id);
        }
        let public = key.public().expect("a key");
        assert_eq!(PublicKey::from_pem(public.pem()).expect("readable"), public);
    }

    #[test]
    fn what_is_no_such_key_is_refused_and_named() {
        let key = PrivateKey::generate().expect("random numbers");
        let [plain, protected] = [None, Some("one")].map(|passphrase| key.to_pem(passphrase).expect("writable"));
        let public = key.public().expect("a key");
        let read = |pem: &str, passphrase| PrivateKey::from_pem(pem, passphrase).expect_err("no such key");
        assert_eq!(read(&protected, None), KeyError::PassphraseNeeded);
        assert_eq!(read(&protected, Some("another")), KeyError::PassphraseWrong);
        assert_eq!(read(public.pem(), None), KeyError::IsPublic);
        assert_eq!(read("", None), KeyError::NotPrivate);
        let ec = "-----BEGIN PRIVATE KEY-----\nMIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQg\n-----END PRIVATE KEY-----\n";
        assert_eq!(read(ec, None), KeyError::NotPrivate);
        let public = |pem: &str| PublicKey::from_pem(pem).expect_err("no such key");
        assert_eq!(public(&plain), KeyError::IsPrivate);
        assert_eq!(public(&protected), KeyError::IsPrivate);
        assert_eq!(public("ssh-ed25519 AAAA"), KeyError::NotPublic);
    }

    #[test]
    fn a_signature_is_that_of_one_key_over_one_text() {
        let [one, other] = [0, 1].map(|_| PrivateKey::generate().expect("random numbers"));
        let signature = one.sign(b"text");
        let [one, other] = [one, other].map(|key| key.public().expect("a key"));
        assert!(one.verifies(b"text", &signature));
        assert!(!one.verifies(b"Text", &signature));
        assert!(!other.verifies(b"text", &signature));
        assert!(!one.verifies(b"text", &signature[1..]));
        assert_eq!(format!("{:?}", PrivateKey::generate().expect("random numbers")), "a private key");
    }

    #[test]
    fn a_key_of_no_strength_is_refused() {
        // The neutral element of the curve: a signature for it can be made without any key.
        let neutral = "-----BEGIN PUBLIC KEY-----\nMCowBQYDK2VwAyEAAQAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n-----END PUBLIC KEY-----\n";
        assert_eq!(PublicKey::from_pem(neutral).expect_err("a weak key"), KeyError::Weak);
    }
}
