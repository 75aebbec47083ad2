//! Reading a run folder.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use crate::Digest;

/// The version of the format of the run folder that this crate writes, and the only one that it reads and judges. It goes
/// up whenever an older program would judge a folder otherwise, whatever the version of the program.
pub const FORMAT_VERSION: u32 = 2;
/// What the run was going to do.
pub const PLAN_FILE: &str = "plan.json";
/// What happened, chained line by line.
pub const EVENTS_FILE: &str = "events.jsonl";
/// What it came to, in canonical JSON.
pub const RESULT_FILE: &str = "result.json";
/// The report for people, re-made from the folder by whoever verifies it.
pub const REPORT_FILE: &str = "report.md";
/// The report for build servers, likewise.
pub const JUNIT_FILE: &str = "junit.xml";
/// What a run folder may hold beside its outputs and sign-offs.
pub(crate) const FILES: [&str; 5] = [PLAN_FILE, EVENTS_FILE, RESULT_FILE, REPORT_FILE, JUNIT_FILE];
/// Query results, catalogs, differences and logs, each named by its digest.
pub const OUTPUTS_FOLDER: &str = "outputs";
/// Sign-offs, which may be added to a finished folder and are therefore no part of the run digest.
pub const SIGNATURES_FOLDER: &str = "signatures";

/// A run folder on disk.
#[derive(Debug, Clone)]
pub struct RunFolder {
    path: PathBuf,
}

/// A run folder that cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum FolderError {
    /// The folder is no run folder.
    #[error("{} is no run folder: it holds no {PLAN_FILE}; name a folder below reports/runs", .0.display())]
    NotARun(PathBuf),
    /// A file cannot be read.
    #[error("failed to read {}: {source}", path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
}

impl RunFolder {
    /// Opens a run folder.
    ///
    /// # Errors
    /// When it holds no plan.
    pub fn open(path: impl Into<PathBuf>) -> Result<Self, FolderError> {
        let path = path.into();
        if path.join(PLAN_FILE).is_file() { Ok(Self { path }) } else { Err(FolderError::NotARun(path)) }
    }

    /// Where it lies.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The bytes of one of its files.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn read(&self, name: &str) -> Result<Vec<u8>, FolderError> {
        let path = self.path.join(name);
        fs::read(&path).map_err(|source| FolderError::Unreadable { path, source })
    }

    /// The bytes of an output.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn output(&self, digest: &Digest) -> Result<Vec<u8>, FolderError> {
        self.read(&format!("{OUTPUTS_FOLDER}/{digest}"))
    }

    /// Every file below the folder but the sign-offs, by its path with forward slashes, sorted.
    ///
    /// # Errors
    /// When a folder cannot be listed.
    pub fn files(&self) -> Result<Vec<String>, FolderError> {
        let mut files = Vec::new();
        let mut folders = vec![String::new()];
        while let Some(folder) = folders.pop() {
            let path = self.path.join(&folder);
            let unreadable = |source| FolderError::Unreadable { path: path.clone(), source };
            for entry in fs::read_dir(&path).map_err(unreadable)? {
                let entry = entry.map_err(unreadable)?;
                let name = format!("{folder}{}", entry.file_name().to_string_lossy());
                if entry.file_type().map_err(unreadable)?.is_dir() {
                    if name != SIGNATURES_FOLDER {
                        folders.push(format!("{name}/"));
                    }
                } else {
                    files.push(name);
                }
            }
        }
        files.sort();
        Ok(files)
    }

    /// The run digest: one digest over every byte of the folder but the sign-offs.
    ///
    /// # Errors
    /// When a file cannot be read.
    pub fn digest(&self) -> Result<Digest, FolderError> {
        let mut lines = String::new();
        for name in self.files()? {
            lines.push_str(&format!("{}  {name}\n", Digest::of(&self.read(&name)?)));
        }
        Ok(Digest::of(lines.as_bytes()))
    }
}
