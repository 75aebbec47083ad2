//! What is in the cache.

use std::path::Path;

use super::{
    manifest::{Manifest, Reading, Wrong},
    place::place,
};
use crate::{folder, installation::Installation, version::Version};

/// The installation of this version in the cache, where every file of it holds what it should; else what is
/// wrong. Changes nothing.
pub(crate) fn look(version: Version, cache: Option<&Path>) -> Result<Installation, String> {
    let cache = folder::for_cache(cache).map_err(|error| error.to_string())?;
    match Manifest::check(&place(&cache, version), Reading::All) {
        Ok(manifest) => Ok(manifest.installation()),
        Err(Wrong::Missing) => Err("not in the cache yet".to_owned()),
        Err(Wrong::Damaged(why)) => Err(format!("the cached one is damaged: {why}")),
    }
}
