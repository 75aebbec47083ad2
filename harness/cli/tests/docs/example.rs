//! The working copy in which the blocks of a page are tried.

use std::{
    fs,
    os::unix::fs::PermissionsExt,
    path::{Component, Path},
};

use tempfile::TempDir;

use crate::{Claim, root};

/// A new folder. Servers, which do not run as root, may have files in it.
pub(crate) fn empty() -> Result<TempDir, String> {
    let folder = tempfile::tempdir().map_err(|error| error.to_string())?;
    fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o1777)).map_err(|error| error.to_string())?;
    Ok(folder)
}

/// What lies in this folder of the repository, if it names one.
pub(crate) fn copy(folder: &str) -> Result<TempDir, String> {
    let working = empty()?;
    if !folder.is_empty() {
        put(&root().join(folder), working.path())?;
    }
    Ok(working)
}

/// These paths of the repository, each at its place.
pub(crate) fn checkout(paths: &[String]) -> Result<TempDir, String> {
    let working = empty()?;
    paths.iter().try_for_each(|path| put(&root().join(path), &working.path().join(path)))?;
    Ok(working)
}

fn put(from: &Path, to: &Path) -> Result<(), String> {
    let failed = |error: std::io::Error| format!("failed to copy {}: {error}", from.display());
    if from.is_file() {
        return fs::copy(from, to).map(drop).map_err(failed);
    }
    fs::create_dir_all(to).map_err(failed)?;
    for entry in fs::read_dir(from).map_err(failed)? {
        let name = entry.map_err(failed)?.file_name();
        put(&from.join(&name), &to.join(&name))?;
    }
    Ok(())
}

/// A file of the working copy, which a page names.
pub(crate) fn file(working: &Path, name: &str) -> Result<std::path::PathBuf, String> {
    let is_inside = Path::new(name).components().all(|part| matches!(part, Component::Normal(_)));
    if is_inside { Ok(working.join(name)) } else { Err(format!("{name} does not lie in the working copy")) }
}

/// The reader writes a file, or adds to it.
pub(crate) fn write(working: &Path, name: &str, lines: &[&str], adds: bool) -> Result<(), String> {
    let path = file(working, name)?;
    let failed = |error: std::io::Error| format!("failed to write {name}: {error}");
    let before = if adds { fs::read_to_string(&path).map_err(failed)? + "\n" } else { String::new() };
    fs::create_dir_all(path.parent().unwrap_or(working)).map_err(failed)?;
    fs::write(&path, format!("{before}{}\n", lines.join("\n"))).map_err(failed)
}

/// The lines stand in the file, word for word and together.
pub(crate) fn shows(working: &Path, name: &str, lines: &[&str]) -> Result<(), String> {
    let text = fs::read_to_string(file(working, name)?).map_err(|error| format!("failed to read {name}: {error}"))?;
    if lines.is_empty() || !format!("\n{text}").contains(&format!("\n{}\n", lines.join("\n"))) {
        return Err(format!("{name} does not hold this block word for word"));
    }
    Ok(())
}

pub(crate) fn claims() -> Vec<Claim> {
    vec![("a_block_that_a_file_does_not_hold_is_not_shown_by_it", || {
        let working = empty()?;
        write(working.path(), "a.sql", &["SELECT 1;", "SELECT 2;"], false)?;
        write(working.path(), "a.sql", &["SELECT 3;"], true)?;
        shows(working.path(), "a.sql", &["SELECT 1;", "SELECT 2;"])?;
        shows(working.path(), "a.sql", &["SELECT 3;"])?;
        let others: [&[&str]; 4] = [&["SELECT 1;", "SELECT 3;"], &["LECT 1;"], &["SELECT"], &[]];
        match others.into_iter().find(|lines| shows(working.path(), "a.sql", lines).is_ok()) {
            None if write(working.path(), "../a.sql", &[], false).is_err() => Ok(()),
            None => Err("a page writes outside of its working copy".to_owned()),
            Some(lines) => Err(format!("it is said to hold {lines:?}")),
        }
    })]
}
