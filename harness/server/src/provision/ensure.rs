//! The installation in the cache: taken if it is whole, else made anew, under a lock.

use std::{fs, path::Path, time::Instant};

use super::{
    build::build,
    manifest::{Manifest, Reading, Wrong},
    patch::entries,
    place::{aside, lock, partial, place},
    sources,
};
use crate::{
    error::ServerError, folder, future::BoxFuture, installation::Installation, lock::Lock, notice::Notice,
    request::Request, version::Version,
};

/// What an installation takes at its largest, while archives and tree are both there.
const BYTES_NEEDED: u64 = 320 * 1024 * 1024;

/// The embedded installation that the request asks for in the cache, made now if it is missing, stale or damaged: every
/// file of it is read for that.
///
/// # Errors
///
/// When the packages cannot be fetched, verified or unpacked. Nothing half-written is ever taken for whole.
pub fn provision<'a>(
    request: &'a Request,
    notice: &'a mut Notice<'_>,
) -> BoxFuture<'a, Result<Installation, ServerError>> {
    Box::pin(ensured(request, Reading::All, notice))
}

/// The same for a server that is to start: of a file whose size and time are as they were nothing is read.
pub(crate) async fn at_hand_or_made(request: &Request, notice: &mut Notice<'_>) -> Result<Installation, ServerError> {
    ensured(request, Reading::Changed, notice).await
}

async fn ensured(request: &Request, reading: Reading, notice: &mut Notice<'_>) -> Result<Installation, ServerError> {
    let version = request.version_or_first();
    let cache = folder::for_cache(request.cache.as_deref())?;
    let mirror = request
        .mirror
        .clone()
        .or_else(|| std::env::var("PHASEGATE_DEBIAN_MIRROR").ok())
        .filter(|mirror| !mirror.is_empty());
    // The work is blocking and the notice is borrowed, so lines of progress come by a channel.
    let (progress, mut lines) = tokio::sync::mpsc::unbounded_channel::<String>();
    let work = tokio::task::spawn_blocking(move || {
        let mut tell = |line: &str| {
            // Nobody listens any more when the caller has given up.
            let _ = progress.send(line.to_owned());
        };
        ensure(version, reading, mirror.as_deref(), &cache, &mut tell)
    });
    while let Some(line) = lines.recv().await {
        notice(&line);
    }
    match work.await {
        Ok(result) => result,
        Err(join) => std::panic::resume_unwind(join.into_panic()),
    }
}

/// The installation in the cache, made now if it is not whole.
fn ensure(
    version: Version,
    reading: Reading,
    mirror: Option<&str>,
    cache: &Path,
    tell: &mut Notice<'_>,
) -> Result<Installation, ServerError> {
    let place = place(cache, version);
    if let Ok(manifest) = Manifest::check(&place, reading) {
        return Ok(manifest.installation());
    }
    folder::make(cache)?;
    let _lock = Lock::take(&lock(cache, version))?;
    // Whoever held the lock before us may have done the work.
    match Manifest::check(&place, reading) {
        Ok(manifest) => return Ok(manifest.installation()),
        Err(Wrong::Missing) => {}
        Err(Wrong::Damaged(why)) => tell(&format!("provision: the cached PostgreSQL {version} is made anew: {why}")),
    }
    let source = match mirror {
        Some(uri) => sources::named(uri),
        None => sources::of_machine().ok_or_else(no_source)?,
    };
    let begun = Instant::now();
    sweep(cache, version)?;
    room(cache)?;
    let replaced = place.exists();
    let result = build(version, &source, cache, &place, tell);
    if result.is_err() {
        // The error to report is the first one; what cannot be removed now is swept by the next provisioning.
        let aside = aside(cache, version);
        if aside.exists() || !replaced {
            let _ = folder::remove(&place);
            let _ = fs::rename(&aside, &place);
        }
        let _ = sweep(cache, version);
    }
    let installation = result?;
    sweep(cache, version)?;
    tell(&format!(
        "provision: PostgreSQL {} is ready in {} after {:.1} s",
        installation.postgres,
        place.display(),
        begun.elapsed().as_secs_f64()
    ));
    Ok(installation)
}

/// Removes what interrupted provisionings left.
fn sweep(cache: &Path, version: Version) -> Result<(), ServerError> {
    let partial = partial(version);
    let is_partial =
        |path: &&std::path::PathBuf| path.file_name().is_some_and(|name| name.to_string_lossy().starts_with(&partial));
    entries(cache)?.iter().filter(is_partial).try_for_each(|path| folder::remove(path))
}

fn room(cache: &Path) -> Result<(), ServerError> {
    // A file system that does not say how much is free is not refused for it.
    let Some(free) = folder::free(cache).filter(|free| *free < BYTES_NEEDED) else {
        return Ok(());
    };
    Err(ServerError::Provision {
        step: "find room in the cache",
        reason: format!(
            "{} has {} MB free and {} MB are needed",
            cache.display(),
            free / 1024 / 1024,
            BYTES_NEEDED / 1024 / 1024
        ),
        advice: "make room there, or name another folder with PHASEGATE_CACHE".to_owned(),
    })
}

fn no_source() -> ServerError {
    ServerError::Provision {
        step: "find a mirror",
        reason: "this machine's apt has no source of the Debian distribution".to_owned(),
        advice: "name a Debian mirror with --mirror URL or PHASEGATE_DEBIAN_MIRROR".to_owned(),
    }
}
