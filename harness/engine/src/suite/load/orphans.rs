//! Files that nothing reads.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::{Path, PathBuf},
};

use glob::{MatchOptions, Pattern};

use super::{
    files::{Loader, entries},
    known::SUITE_FILE,
};
use crate::suite::{Place, SuiteError, source::Source};

/// `*` is within one folder, as in a shell.
const WITHIN_A_FOLDER: MatchOptions =
    MatchOptions { case_sensitive: true, require_literal_separator: true, require_literal_leading_dot: false };

impl Loader {
    /// Rule 4: a file that nothing reads is an error, since its author believes that it is at work. What is meant for somebody
    /// else the suite declares, and what lies in a folder that suites share is read where one of them reads it.
    pub(super) fn orphans(&self, read: &BTreeSet<PathBuf>) -> Result<(), SuiteError> {
        let file = self.folder.join(SUITE_FILE);
        let source = Source { file: &file, text: &self.text };
        let mut declared = BTreeMap::new();
        for pattern in &self.unread {
            let parsed = Pattern::new(pattern.get_ref()).map_err(|error| {
                source.error(pattern.span(), format!("`{}` is no pattern: {error}", pattern.get_ref()))
            })?;
            declared.insert(pattern.get_ref(), (pattern.span(), parsed));
        }
        let mut needless: BTreeSet<_> = declared.keys().copied().collect();
        for (folder, path) in self.unread_files(read)? {
            let relative = path.strip_prefix(folder).unwrap_or(&path);
            let fits = |pattern: &Pattern| pattern.matches_path_with(relative, WITHIN_A_FOLDER);
            match declared.iter().find(|(_, (_, pattern))| fits(pattern)) {
                Some((pattern, _)) => drop(needless.remove(pattern)),
                None => {
                    let why = "no phase, gate or scenario reads this file: name it where it belongs, declare it with \
                               `unread` in suite.toml, or delete it";
                    return Err(SuiteError::unmatched(Place::file(&path), why));
                }
            }
        }
        match needless.pop_first() {
            None => Ok(()),
            Some(pattern) => {
                let why = format!("unread: `{pattern}` matches no file that nothing reads");
                Err(source.error(declared[pattern].0.clone(), why))
            }
        }
    }

    /// The files of the suite's folder and the SQL of its fixtures that are not among these, each with that folder. Where no SQL of
    /// the fixtures is read, its phases are commands in the folder of a project: what they read, they know.
    fn unread_files(&self, read: &BTreeSet<PathBuf>) -> Result<Vec<(&Path, PathBuf)>, SuiteError> {
        let own = files_below(&self.folder)?.into_iter().map(|path| (self.folder.as_path(), path));
        let mut sql = Vec::new();
        if self.reads_sql() {
            sql = files_below(&self.fixtures)?;
            sql.retain(|path| is_sql(path));
        }
        let sql = sql.into_iter().map(|path| (self.fixtures.as_path(), path));
        let is_read = |path: &Path| path.canonicalize().is_ok_and(|path| read.contains(&path));
        Ok(own.chain(sql).filter(|(_, path)| !is_read(path)).collect())
    }

    /// Whether a file of SQL that lies in the fixtures is read.
    fn reads_sql(&self) -> bool {
        let fixtures = self.fixtures.canonicalize().unwrap_or_default();
        self.read.iter().any(|path| is_sql(path) && path.starts_with(&fixtures))
    }
}

fn is_sql(path: &Path) -> bool {
    path.extension().is_some_and(|extension| extension == "sql")
}

/// The files below a folder. A folder that links lead to, too, is listed once, by its own path where it lies below.
fn files_below(folder: &Path) -> Result<Vec<PathBuf>, SuiteError> {
    let (mut files, mut listed) = (Vec::new(), BTreeSet::new());
    let (mut folders, mut links) = (vec![folder.to_owned()], Vec::new());
    while let Some(folder) = folders.pop().or_else(|| links.pop()) {
        let unreadable = |source| SuiteError::Unreadable { place: Place::file(&folder), source };
        if !listed.insert(folder.canonicalize().map_err(unreadable)?) {
            continue;
        }
        for path in entries(&folder)? {
            match (path.is_dir(), path.is_symlink()) {
                (true, true) => links.push(path),
                (true, false) => folders.push(path),
                (false, _) => files.push(path),
            }
        }
    }
    files.sort();
    Ok(files)
}

#[cfg(test)]
mod tests {
    use std::{fs, os::unix::fs::symlink};

    use super::*;

    #[test]
    fn a_folder_that_links_lead_to_is_listed_once_by_its_own_path() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let below = folder.path().join("below");
        fs::create_dir(&below).expect("writable");
        fs::write(below.join("a.sql"), "").expect("writable");
        for (name, to) in [("below/one", ".."), ("below/other", ".."), ("a-link", "below")] {
            symlink(to, folder.path().join(name)).expect("a link");
        }
        let outside = tempfile::tempdir().expect("a temporary folder");
        fs::write(outside.path().join("b.sql"), "").expect("writable");
        symlink(outside.path(), folder.path().join("linked")).expect("a link");
        let files = files_below(folder.path()).expect("readable");
        assert_eq!(files, [below.join("a.sql"), folder.path().join("linked/b.sql")]);
    }
}
