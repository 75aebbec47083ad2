//! What is in the cache.

use std::path::{Path, PathBuf};

use super::manifest::{Manifest, Wrong};
use super::place;
use crate::choice::Version;
use crate::error::ServerError;
use crate::folder;
use crate::installation::Installation;

/// The state of one version in the cache.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Status {
    /// The version.
    pub version: Version,
    /// Its folder in the cache.
    pub place: PathBuf,
    /// The installation, where it is whole.
    pub installation: Option<Installation>,
    /// What is wrong with it, where something is there that is not whole.
    pub damage: Option<String>,
}

/// The state of every version in the cache. Changes nothing.
///
/// # Errors
///
/// When there can be no cache folder.
pub fn status(cache: Option<&Path>) -> Result<Vec<Status>, ServerError> {
    let cache = folder::for_cache(cache)?;
    Ok(Version::ALL
        .into_iter()
        .map(|version| {
            let place = place(&cache, version);
            let (installation, damage) = match Manifest::check(&place) {
                Ok(manifest) => (Some(manifest.installation()), None),
                Err(Wrong::Missing) => (None, None),
                Err(Wrong::Damaged(why)) => (None, Some(why)),
            };
            Status { version, place, installation, damage }
        })
        .collect())
}
