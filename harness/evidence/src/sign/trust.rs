//! Keys that somebody trusts, and why a signature is not to be trusted.

use super::{KeyId, PublicKey, Role, Signed, moment::date_of};

/// The keys that somebody trusts. What a folder says of its own keys is never among them.
#[derive(Debug, Clone, Default)]
pub struct TrustedKeys(pub Vec<TrustedKey>);

/// A key that somebody trusts.
#[derive(Debug, Clone)]
pub struct TrustedKey {
    /// Whose key it is.
    pub name: String,
    /// The key.
    pub key: PublicKey,
    /// The first day on which it signs, if it has one: `2026-01-02`.
    pub valid_from: Option<String>,
    /// The last day on which it signs, if it has one.
    pub valid_until: Option<String>,
    /// The day on which it was revoked. Nothing that it signed counts, whatever the time that a signature says: whoever
    /// stole it says what suits him.
    pub revoked: Option<String>,
    /// The roles in which it signs; none for every role.
    pub roles: Option<Vec<Role>>,
}

/// Why a signature is not to be trusted.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Distrust {
    /// The key is not among those that are trusted.
    #[error("is signed by key {0}, which is not trusted")]
    Untrusted(KeyId),
    /// The key was revoked.
    #[error("is signed by the key of {name}, which was revoked on {on}")]
    Revoked {
        /// Whose key it is.
        name: String,
        /// When it was revoked.
        on: String,
    },
    /// The key was no longer valid, or not yet.
    #[error("is signed on {signed_on} by the key of {name}, which is valid {valid}")]
    Expired {
        /// Whose key it is.
        name: String,
        /// The day of the signature.
        signed_on: String,
        /// Since when, or until when.
        valid: String,
    },
    /// The key is somebody else's than the printed name says.
    #[error("is signed as {printed} by the key of {name}")]
    Name {
        /// Whose key it is.
        name: String,
        /// The printed name.
        printed: String,
    },
    /// The key does not sign in this role.
    #[error("is signed as {role} by the key of {name}, which does not sign in that role")]
    Role {
        /// Whose key it is.
        name: String,
        /// The role.
        role: Role,
    },
}

impl TrustedKeys {
    /// Why this sign-off is not to be trusted, if it is not.
    #[must_use]
    pub fn distrust(&self, signed: &Signed) -> Option<Distrust> {
        let sign_off = &signed.sign_off;
        let trusted = match self.distrust_key(&signed.key, date_of(&sign_off.signed_at)) {
            Ok(trusted) => trusted,
            Err(distrust) => return Some(distrust),
        };
        let name = trusted.name.clone();
        if trusted.name != sign_off.name {
            Some(Distrust::Name { name, printed: sign_off.name.clone() })
        } else if trusted.roles.as_ref().is_some_and(|roles| !roles.contains(&sign_off.role)) {
            Some(Distrust::Role { name, role: sign_off.role })
        } else {
            None
        }
    }

    /// The key among those that are trusted to sign on this day.
    ///
    /// # Errors
    /// Why it is not to be trusted.
    pub fn distrust_key(&self, key: &PublicKey, day: &str) -> Result<&TrustedKey, Distrust> {
        let trusted = self.0.iter().find(|trusted| trusted.key == *key);
        let trusted = trusted.ok_or_else(|| Distrust::Untrusted(key.id()))?;
        let name = trusted.name.clone();
        let expired = |valid| Err(Distrust::Expired { name: name.clone(), signed_on: day.to_owned(), valid });
        match (&trusted.revoked, &trusted.valid_from, &trusted.valid_until) {
            (Some(on), ..) => Err(Distrust::Revoked { name, on: on.clone() }),
            (_, Some(from), _) if day < from.as_str() => expired(format!("from {from}")),
            (_, _, Some(until)) if day > until.as_str() => expired(format!("until {until}")),
            _ => Ok(trusted),
        }
    }
}
