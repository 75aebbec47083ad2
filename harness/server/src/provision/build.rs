//! Makes an installation, step by step, under a lock.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Instant;

use super::apt::Apt;
use super::lock::Lock;
use super::manifest::{Manifest, Wrong};
use super::sources::{self, Source};
use super::{is_partial, patch, place, unpack};
use crate::account::Account;
use crate::choice::Version;
use crate::error::ServerError;
use crate::installation::Installation;
use crate::{cluster, folder, settings};

/// The initialised cluster of an installation.
pub(crate) const TEMPLATE: &str = "template";

/// What an installation takes at its largest, while archives and tree are both there.
const BYTES_NEEDED: u64 = 320 * 1024 * 1024;

/// The installation in the cache, made now if it is not whole.
pub(crate) fn ensure(
    version: Version,
    mirror: Option<&str>,
    cache: &Path,
    tell: &mut dyn FnMut(&str),
) -> Result<Installation, ServerError> {
    let place = place(cache, version);
    if let Ok(manifest) = Manifest::check(&place) {
        return Ok(manifest.installation());
    }
    folder::make(cache)?;
    let _lock = Lock::take(&cache.join(format!("postgres-{version}.lock")))?;
    // Whoever held the lock before us may have done the work.
    match Manifest::check(&place) {
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
    let result = build(version, &source, cache, &place, tell);
    if result.is_err() {
        // The error to report is the first one; what cannot be removed now is swept by the next provisioning.
        let _ = sweep(cache, version);
        let _ = folder::remove(&place);
    }
    let installation = result?;
    tell(&format!(
        "provision: PostgreSQL {} is ready in {} after {:.1} s",
        installation.postgres,
        place.display(),
        begun.elapsed().as_secs_f64()
    ));
    Ok(installation)
}

fn build(
    version: Version,
    source: &Source,
    cache: &Path,
    place: &Path,
    tell: &mut dyn FnMut(&str),
) -> Result<Installation, ServerError> {
    let partial = cache.join(format!("postgres-{version}.partial-{}", std::process::id()));
    let work = partial.join("work");
    let root = partial.join("root");
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
    // The programs know their loader by the path that they are to have, so that they run from here on only.
    folder::remove(place)?;
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
    template(&installation, place)?;
    sync(place)?;
    let manifest = Manifest::of(place, &installation, loader)?;
    manifest.write()?;
    Ok(manifest.installation())
}

/// Initialises the cluster that every server begins as a copy of, with one database that has the extension already.
fn template(installation: &Installation, place: &Path) -> Result<(), ServerError> {
    let account = Account::of_servers();
    let data = place.join(TEMPLATE);
    fs::create_dir(&data).map_err(ServerError::file("make the folder", &data))?;
    account.own(&data)?;
    cluster::initialise(installation, &data, account)?;
    let name = settings::TEMPLATE_TIMESCALEDB;
    let create = format!("CREATE DATABASE {name} STRATEGY file_copy IS_TEMPLATE true\n");
    single(installation, &data, account, "postgres", &create)?;
    single(installation, &data, account, name, "CREATE EXTENSION timescaledb\n")
}

/// Runs statements, one a line, on a cluster that no server runs on.
fn single(
    installation: &Installation,
    data: &Path,
    account: Account,
    database: &str,
    statements: &str,
) -> Result<(), ServerError> {
    let program = installation.bin.join("postgres");
    let mut command = Command::new(&program);
    command.args(["--single", "-j", "-F"]);
    for setting in settings::SINGLE {
        command.arg("-c").arg(setting);
    }
    command.arg("-D").arg(data).arg(database);
    account.apply(&mut command);
    command.current_dir("/").env("LC_ALL", "C").stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::piped());
    let mut child = command.spawn().map_err(ServerError::file("run", &program))?;
    if let Some(mut input) = child.stdin.take() {
        input
            .write_all(statements.replace('\n', ";\n\n").as_bytes())
            .map_err(ServerError::file("write to", &program))?;
    }
    let output = child.wait_with_output().map_err(ServerError::file("wait for", &program))?;
    let words = String::from_utf8_lossy(&output.stderr);
    // The program ends well after a statement that failed: its words tell.
    if output.status.success() && !["ERROR:", "FATAL:", "PANIC:"].iter().any(|level| words.contains(level)) {
        return Ok(());
    }
    Err(ServerError::Provision {
        step: "initialise the template cluster",
        reason: words
            .lines()
            .find(|line| line.contains("ERROR:") || line.contains("FATAL:"))
            .map_or_else(|| format!("postgres ended with {}", output.status), str::to_owned),
        advice: "run `phasegate server clean` and try again".to_owned(),
    })
}

/// Removes what interrupted provisionings left.
fn sweep(cache: &Path, version: Version) -> Result<(), ServerError> {
    patch::entries(cache)?.iter().filter(|path| is_partial(path, version)).try_for_each(|path| folder::remove(path))
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

fn no_source() -> ServerError {
    ServerError::Provision {
        step: "find a mirror",
        reason: "this machine's apt has no source of the Debian distribution".to_owned(),
        advice: "name a Debian mirror with --mirror URL or PHASEGATE_DEBIAN_MIRROR".to_owned(),
    }
}
