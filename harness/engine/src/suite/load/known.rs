//! Which suites there are, before one is read whole.

use std::{
    fs,
    path::{Path, PathBuf},
};

use super::files::entries;
use crate::suite::SuiteError;

pub(super) const SUITE_FILE: &str = "suite.toml";

/// Whether a folder is a suite or one of its folders is, be its file one that can be read or not.
#[must_use]
pub fn holds_suites(folder: &Path) -> bool {
    Known::below(folder).is_ok()
}

/// The suites of a folder.
pub(super) struct Known {
    pub(super) suites: Vec<KnownSuite>,
    /// Whether the folder is itself the suite.
    pub(super) alone: bool,
}

/// A folder that holds a suite.
pub(super) struct KnownSuite {
    pub(super) name: String,
    pub(super) folder: PathBuf,
}

impl Known {
    /// The folder itself where it is a suite, else each of its folders that is one.
    pub(super) fn below(folder: &Path) -> Result<Self, SuiteError> {
        if is_suite(folder) {
            // One that cannot be read has the name of its folder until it is read, and then says why it cannot.
            let name = said(folder, "suite").unwrap_or_else(|| name_of(folder));
            return Ok(Self { suites: vec![KnownSuite { name, folder: folder.to_owned() }], alone: true });
        }
        let folders = if folder.is_dir() { entries(folder)? } else { Vec::new() };
        let suites: Vec<_> = folders
            .into_iter()
            .filter(|folder| is_suite(folder))
            .map(|folder| KnownSuite { name: name_of(&folder), folder })
            .collect();
        if suites.is_empty() {
            return Err(SuiteError::NoSuites(folder.to_owned()));
        }
        Ok(Self { suites, alone: false })
    }

    pub(super) fn names(&self) -> Vec<String> {
        self.suites.iter().map(|suite| suite.name.clone()).collect()
    }
}

impl KnownSuite {
    /// Whether the suite takes its files from this folder, too.
    pub(super) fn has_fixtures(&self, fixtures: &Path) -> bool {
        let own = said(&self.folder, "fixtures").and_then(|name| self.folder.join(name).canonicalize().ok());
        own.is_some() && own == fixtures.canonicalize().ok()
    }
}

/// Whether a folder holds the file of a suite; what that is worth, reading it says.
fn is_suite(folder: &Path) -> bool {
    folder.join(SUITE_FILE).symlink_metadata().is_ok()
}

fn name_of(folder: &Path) -> String {
    folder.file_name().unwrap_or_default().to_string_lossy().into_owned()
}

/// A text that the file of a suite says at its top.
fn said(folder: &Path, key: &str) -> Option<String> {
    let text = fs::read_to_string(folder.join(SUITE_FILE)).ok()?;
    let table: toml::Table = toml::from_str(&text).ok()?;
    table.get(key)?.as_str().map(str::to_owned)
}
