//! Where installations lie in the cache.

use std::path::{Path, PathBuf};

use crate::version::Version;

/// Grows by one whenever an installation is made in another way, so that an older one is made anew.
pub(super) const FORMAT: u32 = 5;

/// The initialised cluster of an installation, packed.
pub(crate) const TEMPLATE: &str = "template.tar";

/// The folder of one version in the cache. It says how it was made, so that two releases of phasegate, which make it
/// each in its own way, do not undo each other's work.
pub(crate) fn place(cache: &Path, version: Version) -> PathBuf {
    cache.join(format!("postgres-{version}.{FORMAT}"))
}

/// The lock of whoever makes an installation of this version.
pub(super) fn lock(cache: &Path, version: Version) -> PathBuf {
    cache.join(format!("postgres-{version}.lock"))
}

/// Where an installation waits that is being replaced.
pub(super) fn aside(cache: &Path, version: Version) -> PathBuf {
    cache.join(format!("{}old", partial(version)))
}

/// What the name of a folder begins with that only an interrupted provisioning leaves.
pub(super) fn partial(version: Version) -> String {
    format!("postgres-{version}.partial-")
}
