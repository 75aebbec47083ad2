//! Gets PostgreSQL and TimescaleDB from the distribution's packages, without root rights and without touching the
//! system: downloaded and verified by the machine's own apt with state folders of ours, unpacked into the cache,
//! given their own loader and libraries, and initialised once.
//!
//! An installation is whole when its manifest is there and agrees with the files; the manifest is written last.

mod apt;
mod build;
mod lock;
mod manifest;
mod patch;
mod sources;
mod status;
mod unpack;

use std::path::{Path, PathBuf};

use super::choice::Version;
use super::error::ServerError;
use super::folder;
use super::installation::Installation;

#[cfg(feature = "container")]
pub(crate) use build::TEMPLATE;
pub(crate) use lock::Lock;
#[cfg(feature = "container")]
pub(crate) use manifest::Manifest;
#[cfg(feature = "container")]
pub(crate) use patch::{Loader, entries};
pub use status::{Status, status};

/// The folder of one version in the cache. It says how it was made, so that two releases of phasegate, which make it
/// each in its own way, do not undo each other's work.
pub(crate) fn place(cache: &Path, version: Version) -> PathBuf {
    cache.join(format!("postgres-{version}.{}", manifest::FORMAT))
}

/// The installation of this version in the cache, made now if it is missing, stale or damaged.
///
/// # Errors
///
/// When the packages cannot be fetched, verified or unpacked. Nothing half-written is ever taken for whole.
pub async fn provision(
    version: Version,
    mirror: Option<&str>,
    cache: Option<&Path>,
    notice: &mut dyn FnMut(&str),
) -> Result<Installation, ServerError> {
    let cache = folder::for_cache(cache)?;
    let mirror = mirror
        .map(str::to_owned)
        .or_else(|| std::env::var("PHASEGATE_DEBIAN_MIRROR").ok().filter(|mirror| !mirror.is_empty()));
    // The work is blocking and the notice is not to be sent between threads, so lines of progress come by a channel.
    let (progress, mut lines) = tokio::sync::mpsc::unbounded_channel::<String>();
    let work = tokio::task::spawn_blocking(move || {
        let mut tell = |line: &str| {
            // Nobody listens any more when the caller has given up.
            let _ = progress.send(line.to_owned());
        };
        build::ensure(version, mirror.as_deref(), &cache, &mut tell)
    });
    while let Some(line) = lines.recv().await {
        notice(&line);
    }
    match work.await {
        Ok(result) => result,
        Err(join) => std::panic::resume_unwind(join.into_panic()),
    }
}

/// Builds a container image from the installation of this version, which is provisioned first if it has to be; gives
/// the image's name.
///
/// # Errors
///
/// When the packages are not to be had, or Docker does not take the image.
#[cfg(feature = "container")]
pub async fn build_image(
    version: Version,
    mirror: Option<&str>,
    cache: Option<&Path>,
    notice: &mut dyn FnMut(&str),
) -> Result<String, ServerError> {
    provision(version, mirror, cache, notice).await?;
    let cache = folder::for_cache(cache)?;
    notice(&format!("build-image: packing PostgreSQL {version} for Docker"));
    match tokio::task::spawn_blocking(move || super::image::build(version, &cache)).await {
        Ok(result) => result,
        Err(join) => std::panic::resume_unwind(join.into_panic()),
    }
}

/// Whether this path is a folder that only an interrupted provisioning leaves.
fn is_partial(path: &Path, version: Version) -> bool {
    path.file_name()
        .and_then(|name| name.to_str())
        .is_some_and(|name| name.starts_with(&format!("postgres-{version}.partial-")))
}
