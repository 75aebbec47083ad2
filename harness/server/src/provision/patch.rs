//! Gives the programs the loader and the libraries that they were built with, which may be newer than the machine's.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use crate::error::ServerError;

/// The programs that are kept and patched; the others are removed.
pub(crate) const PROGRAMS: &[&str] = &[
    "createdb",
    "dropdb",
    "initdb",
    "pg_controldata",
    "pg_ctl",
    "pg_dump",
    "pg_dumpall",
    "pg_isready",
    "pg_restore",
    "postgres",
    "psql",
];

/// The loader in an unpacked tree, and its folder of libraries.
#[derive(Debug, Clone)]
pub(crate) struct Loader {
    /// Where it lies now.
    pub(crate) path: PathBuf,
    /// The libraries beside it.
    pub(crate) libraries: PathBuf,
}

impl Loader {
    /// Finds it below `root`.
    pub(crate) fn find(root: &Path) -> Result<Self, ServerError> {
        for libraries in entries(&root.join("usr/lib"))? {
            for path in entries(&libraries).unwrap_or_default() {
                let name = path.file_name().unwrap_or_default().to_string_lossy();
                if name.starts_with("ld-linux") && name.contains(".so.") {
                    return Ok(Self { path, libraries });
                }
            }
        }
        Err(failed("no loader was unpacked"))
    }

    /// The same loader, once `root` is called `place`.
    pub(crate) fn moved(&self, root: &Path, place: &Path) -> Self {
        let moved = |path: &Path| path.strip_prefix(root).map_or_else(|_| path.to_owned(), |rest| place.join(rest));
        Self { path: moved(&self.path), libraries: moved(&self.libraries) }
    }

    /// Runs the unpacked patchelf, through the unpacked loader because it has not been patched itself.
    pub(crate) fn patchelf(&self, root: &Path, arguments: &[&str], file: &Path) -> Result<String, ServerError> {
        let output = Command::new(&self.path)
            .arg("--library-path")
            .arg(&self.libraries)
            .arg(root.join("usr/bin/patchelf"))
            .args(arguments)
            .arg(file)
            .output()
            .map_err(ServerError::file("run", &self.path))?;
        if output.status.success() {
            return Ok(String::from_utf8_lossy(&output.stdout).trim().to_owned());
        }
        let reason = String::from_utf8_lossy(&output.stderr).trim().to_owned();
        Err(failed(&format!("{}: {reason}", file.display())))
    }
}

/// Patches the programs in `bin` for the day that `root` is called `place`; gives the loader that they named before.
pub(crate) fn programs(root: &Path, bin: &Path, place: &Path) -> Result<String, ServerError> {
    for path in entries(bin)? {
        if !path.file_name().and_then(|name| name.to_str()).is_some_and(|name| PROGRAMS.contains(&name)) {
            fs::remove_file(&path).map_err(ServerError::file("remove", &path))?;
        }
    }
    let now = Loader::find(root)?;
    let then = now.moved(root, place);
    let named = now.patchelf(root, &["--print-interpreter"], &bin.join("postgres"))?;
    let (loader, libraries) = (then.path.to_string_lossy(), then.libraries.to_string_lossy());
    for program in entries(bin)? {
        // A search path that libraries inherit (RPATH, not RUNPATH): extensions find theirs by it as well.
        let arguments = ["--set-interpreter", &loader, "--force-rpath", "--set-rpath", &libraries];
        now.patchelf(root, &arguments, &program)?;
    }
    Ok(named)
}

pub(crate) fn entries(folder: &Path) -> Result<Vec<PathBuf>, ServerError> {
    let mut paths: Vec<PathBuf> = fs::read_dir(folder)
        .map_err(ServerError::file("read the folder", folder))?
        .flatten()
        .map(|entry| entry.path())
        .collect();
    paths.sort();
    Ok(paths)
}

fn failed(reason: &str) -> ServerError {
    ServerError::Provision {
        step: "patch the programs",
        reason: reason.to_owned(),
        advice: "run `phasegate server clean` and try again".to_owned(),
    }
}
