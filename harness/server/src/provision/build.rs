//! Makes an installation, step by step.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use super::{
    apt::Apt,
    manifest::Manifest,
    patch,
    place::{aside, partial},
    prepare::prepare,
    sources::Source,
    unpack,
};
use crate::{error::ServerError, folder, installation::Installation, notice::Notice, version::Version};

/// Makes the installation in `place`, whole or without a manifest.
pub(super) fn build(
    version: Version,
    source: &Source,
    cache: &Path,
    place: &Path,
    tell: &mut Notice<'_>,
) -> Result<Installation, ServerError> {
    let partial = cache.join(format!("{}{}", partial(version), std::process::id()));
    let work = partial.join("work");
    let root = partial.join("root");
    folder::make(&partial)?;
    folder::mark(&partial)?;
    folder::make(&work)?;
    folder::make(&root)?;
    tell(&format!("provision: downloading PostgreSQL {version} with TimescaleDB (about 40 MB, once)"));
    let archives = Apt::new(&work, version, source)?.download(version)?;
    tell(&format!("provision: unpacking {} packages", archives.len()));
    let packages = unpack::unpack(&archives, &root)?;
    folder::remove(&work)?;
    let home = format!("usr/lib/postgresql/{version}");
    let loader = patch::programs(&root, &root.join(&home).join("bin"), &place.join("root"))?;
    readable(&partial)?;
    sync(&partial)?;
    // The programs know their loader by the path that they are to have, so that they run from here on only. What lay
    // there comes back if they do not.
    if place.exists() {
        let aside = aside(cache, version);
        fs::rename(place, &aside).map_err(ServerError::file("rename to", &aside))?;
    }
    fs::rename(&partial, place).map_err(ServerError::file("rename to", place))?;
    let bin = place.join("root").join(&home).join("bin");
    let extension = place.join(format!("root/usr/share/postgresql/{version}/extension/timescaledb.control"));
    let control = fs::read_to_string(&extension).map_err(ServerError::file("read", &extension))?;
    let installation = Installation {
        postgres: version_of(&bin.join("postgres"))?,
        timescaledb: control
            .lines()
            .find_map(|line| line.strip_prefix("default_version"))
            .and_then(|value| value.split('\'').nth(1))
            .map(str::to_owned),
        bin,
        template: None,
        packages,
    };
    tell("provision: initialising the template cluster");
    prepare(&installation, place)?;
    readable(place)?;
    sync(place)?;
    let manifest = Manifest::of(place, &installation, loader)?;
    manifest.write()?;
    Ok(manifest.installation())
}

/// Lets the account that servers run under read the tree, whatever our umask is.
fn readable(folder: &Path) -> Result<(), ServerError> {
    let output = Command::new("chmod")
        .args(["-R", "a+rX,u+w"])
        .arg(folder)
        .output()
        .map_err(ServerError::file("run chmod on", folder))?;
    if output.status.success() {
        return Ok(());
    }
    let reason = String::from_utf8_lossy(&output.stderr).trim().to_owned();
    Err(ServerError::file("make readable", folder)(std::io::Error::other(reason)))
}

/// Has everything on the disk before it is called whole; a full disk says so here at the latest.
fn sync(folder: &Path) -> Result<(), ServerError> {
    let output =
        Command::new("sync").arg("-f").arg(folder).output().map_err(ServerError::file("run sync on", folder))?;
    if output.status.success() {
        return Ok(());
    }
    let reason = String::from_utf8_lossy(&output.stderr).trim().to_owned();
    Err(ServerError::file("sync", folder)(std::io::Error::other(reason)))
}

fn version_of(postgres: &PathBuf) -> Result<String, ServerError> {
    let output = Command::new(postgres).arg("--version").output().map_err(ServerError::file("run", postgres))?;
    let words = String::from_utf8_lossy(&output.stdout).into_owned();
    words.split_whitespace().find(|word| word.starts_with(|c: char| c.is_ascii_digit())).map(str::to_owned).ok_or_else(
        || ServerError::Provision {
            step: "run the unpacked postgres",
            reason: format!("it ended with {}: {}", output.status, String::from_utf8_lossy(&output.stderr).trim()),
            advice: "take another server with --server".to_owned(),
        },
    )
}
