//! A PostgreSQL that is installed on this machine.

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use crate::{future::blocking, installation::Installation, request::Request};

/// Where distributions put servers that are not on the PATH.
const PLACES: &[&str] = &["/usr/lib/postgresql", "/usr/pgsql", "/opt/homebrew/opt", "/usr/local/pgsql"];

/// The newest installed PostgreSQL that suffices; else one reason for each that does not.
pub(crate) async fn find(request: &Request) -> Result<Installation, String> {
    let request = request.clone();
    // Each program is asked for its version, and waited for.
    blocking(move || first_that_suffices(&request)).await
}

fn first_that_suffices(request: &Request) -> Result<Installation, String> {
    let mut found: Vec<Installation> = folders().iter().filter_map(|bin| inspect(bin)).collect();
    // The version that was asked for first, then the newest: what suffices is taken in this order.
    found.sort_by_key(|installation| {
        (installation.major() != request.version_or_first().major(), std::cmp::Reverse(installation.major()))
    });
    let mut reasons = Vec::new();
    for installation in found {
        match lacks(&installation, request) {
            None => return Ok(installation),
            Some(reason) => {
                reasons.push(format!("PostgreSQL {} in {} {reason}", installation.postgres, installation.bin.display()))
            }
        }
    }
    if reasons.is_empty() {
        return Err("no PostgreSQL is installed on this machine".to_owned());
    }
    Err(reasons.join(", "))
}

fn lacks(installation: &Installation, request: &Request) -> Option<String> {
    if !request.takes(installation.major()) {
        return Some(format!("is not {}", request.versions()));
    }
    (request.needs_timescaledb && installation.timescaledb.is_none()).then(|| "has no TimescaleDB".to_owned())
}

/// The folders that may hold a server's programs, each once.
fn folders() -> Vec<PathBuf> {
    let mut folders: Vec<PathBuf> =
        std::env::var_os("PATH").map(|path| std::env::split_paths(&path).collect()).unwrap_or_default();
    for place in PLACES {
        folders.push(Path::new(place).join("bin"));
        for entry in fs::read_dir(place).into_iter().flatten().flatten() {
            folders.push(entry.path().join("bin"));
        }
    }
    // A program may be there by links of several names: it counts once, where it really lies.
    let mut real: Vec<PathBuf> = folders
        .iter()
        .filter_map(|folder| fs::canonicalize(folder.join("postgres")).ok()?.parent().map(Path::to_owned))
        .filter(|folder| folder.join("initdb").exists())
        .collect();
    real.sort();
    real.dedup();
    real
}

fn inspect(bin: &Path) -> Option<Installation> {
    let postgres = said(&bin.join("postgres"), "--version")?;
    // "postgres (PostgreSQL) 17.11 (Debian 17.11-0+deb13u1)"
    let postgres = postgres.split_whitespace().find(|word| word.starts_with(|c: char| c.is_ascii_digit()))?.to_owned();
    let mut installation =
        Installation { bin: bin.to_owned(), postgres, timescaledb: None, template: None, packages: BTreeMap::new() };
    installation.timescaledb = timescaledb(&installation);
    Some(installation)
}

/// The version of TimescaleDB, if its control file and its library are both there: one without the other is none.
fn timescaledb(installation: &Installation) -> Option<String> {
    let (share, library) = places(installation);
    let control = fs::read_to_string(share.join("extension/timescaledb.control")).ok()?;
    let version = control.lines().find_map(|line| line.strip_prefix("default_version")).and_then(quoted)?;
    let loader = library.join("timescaledb.so").exists();
    let versioned = library.join(format!("timescaledb-{version}.so")).exists();
    (loader && versioned).then_some(version)
}

fn quoted(text: &str) -> Option<String> {
    text.split('\'').nth(1).map(str::to_owned)
}

/// The folders of extensions and libraries: what the installation's own `pg_config` says, else where they lie by habit.
fn places(installation: &Installation) -> (PathBuf, PathBuf) {
    let pg_config = installation.bin.join("pg_config");
    if let (Some(share), Some(library)) = (said(&pg_config, "--sharedir"), said(&pg_config, "--pkglibdir")) {
        return (PathBuf::from(share.trim()), PathBuf::from(library.trim()));
    }
    let major = installation.major();
    let library = installation.bin.parent().map(|parent| parent.join("lib")).unwrap_or_default();
    (PathBuf::from(format!("/usr/share/postgresql/{major}")), library)
}

fn said(program: &Path, argument: &str) -> Option<String> {
    let output = Command::new(program).arg(argument).env("LC_ALL", "C").output().ok()?;
    output.status.success().then(|| String::from_utf8_lossy(&output.stdout).into_owned())
}
