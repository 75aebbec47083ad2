//! Unpacks the archives into one tree, without what a scratch server never reads.

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
    process::{Command, Stdio},
    thread,
};

use crate::error::ServerError;

const STEP: &str = "unpack the packages";

/// What is left out: documentation, translations, and what is only for compiling.
const LEFT_OUT: &[&str] = &[
    "./usr/share/doc",
    "./usr/share/doc-base",
    "./usr/share/gdb",
    "./usr/share/lintian",
    "./usr/share/locale",
    "./usr/share/man",
    "./usr/share/menu",
    "./usr/lib/systemd",
    "*/bitcode",
    "*/gconv",
    "*/pgxs",
    "*.a",
];

/// Unpacks them all below `root`; gives the packages with their versions.
pub(crate) fn unpack(archives: &[PathBuf], root: &Path) -> Result<BTreeMap<String, String>, ServerError> {
    // Unpacking is decompressing: two at a time on two cores.
    let (one, two) = archives.split_at(archives.len() / 2);
    thread::scope(|scope| {
        let other = scope.spawn(|| one.iter().map(|archive| unpack_one(archive, root)).collect::<Result<Vec<_>, _>>());
        let mut packages = two.iter().map(|archive| unpack_one(archive, root)).collect::<Result<Vec<_>, _>>()?;
        match other.join() {
            Ok(result) => packages.extend(result?),
            Err(panic) => std::panic::resume_unwind(panic),
        }
        Ok(packages.into_iter().collect())
    })
}

fn unpack_one(archive: &Path, root: &Path) -> Result<(String, String), ServerError> {
    let mut source = Command::new("dpkg-deb")
        .arg("--fsys-tarfile")
        .arg(archive)
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .map_err(ServerError::file("run dpkg-deb on", archive))?;
    let Some(stream) = source.stdout.take() else {
        return Err(failed(archive, "dpkg-deb has no output"));
    };
    let mut command = Command::new("tar");
    command.arg("--extract").arg("--no-same-owner").arg("--directory").arg(root);
    // Without --wildcards-match-slash's default a pattern would not reach into folders.
    command.args(LEFT_OUT.iter().map(|pattern| format!("--exclude={pattern}")));
    let target = command.stdin(stream).output().map_err(ServerError::file("run tar on", archive))?;
    // It holds the other end of the pipe as well: dpkg-deb would wait for ever for somebody who reads.
    drop(command);
    let source = source.wait_with_output().map_err(ServerError::file("wait for dpkg-deb on", archive))?;
    if !target.status.success() {
        return Err(failed(archive, &String::from_utf8_lossy(&target.stderr)));
    }
    if !source.status.success() {
        return Err(failed(archive, &String::from_utf8_lossy(&source.stderr)));
    }
    named(archive)
}

/// The package and its version, which the archive's own name says: `name_version_architecture.deb`.
fn named(archive: &Path) -> Result<(String, String), ServerError> {
    let name = archive.file_stem().and_then(|name| name.to_str()).unwrap_or_default();
    let mut parts = name.split('_');
    match (parts.next(), parts.next()) {
        (Some(package), Some(version)) => Ok((package.to_owned(), version.replace("%3a", ":"))),
        _ => Err(failed(archive, "its name is none of a package")),
    }
}

fn failed(archive: &Path, reason: &str) -> ServerError {
    let name = archive.file_name().unwrap_or_default().to_string_lossy();
    let full = ["No space left on device", "Wrote only"].iter().any(|words| reason.contains(words));
    ServerError::Provision {
        step: STEP,
        reason: format!("{name}: {}", reason.lines().next().unwrap_or("no reason given")),
        advice: if full {
            "the disk is full: make room in the cache folder, or name another with PHASEGATE_CACHE".to_owned()
        } else {
            "run `phasegate server provision` once more".to_owned()
        },
    }
}
