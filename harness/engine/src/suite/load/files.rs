//! The files of a suite and its fixtures: each is read once, digested, and must be needed.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::{Path, PathBuf},
};

use phasegate_database::Kind;
use phasegate_evidence::Digest;
use toml::Spanned;

use crate::{
    inputs::matching,
    likeness::nearest,
    suite::{Place, SqlFile, SuiteError, expand::Common},
};

/// Reads one suite.
pub(super) struct Loader {
    pub(super) folder: PathBuf,
    /// What the file of the suite says.
    pub(super) text: String,
    pub(super) fixtures: PathBuf,
    pub(super) kind: Kind,
    /// What the suite says once for all its gates.
    pub(super) common: Common,
    /// Every file that was read, by the name under which the plan lists it.
    pub(super) inputs: BTreeMap<String, Digest>,
    pub(super) read: BTreeSet<PathBuf>,
    /// What some files are read as, instead of what they hold.
    pub(super) instead: BTreeMap<PathBuf, String>,
    /// The patterns of those that nothing is to read.
    pub(super) unread: Vec<Spanned<String>>,
    /// Whether the folder is the whole collection, and need not bear the suite's name.
    pub(super) alone: bool,
    /// Whether its gates are still to be written.
    pub(super) draft: bool,
}

impl Loader {
    pub(super) fn new(folder: &Path, alone: bool) -> Self {
        Self {
            folder: folder.to_owned(),
            text: String::new(),
            fixtures: PathBuf::new(),
            kind: Kind::Postgres,
            common: Common::default(),
            inputs: BTreeMap::new(),
            read: BTreeSet::new(),
            instead: BTreeMap::new(),
            unread: Vec::new(),
            alone,
            draft: false,
        }
    }

    /// Files by patterns; each pattern must match.
    pub(super) fn patterns(&mut self, place: &Path, patterns: &[String]) -> Result<Vec<SqlFile>, SuiteError> {
        let mut names = Vec::new();
        for pattern in patterns {
            let before = names.len();
            let matched = matching(&self.fixtures, pattern)
                .map_err(|why| SuiteError::malformed(Place::file(place), format!("`{pattern}` {why}")))?;
            names.extend(matched.into_iter().map(|(_, name)| name));
            if names.len() == before {
                let why = format!("`{pattern}` matches no file in {}", self.fixtures.display());
                return Err(SuiteError::unmatched(Place::saying(place, pattern), why));
            }
        }
        self.files(place, &names)
    }

    pub(super) fn files(&mut self, place: &Path, names: &[String]) -> Result<Vec<SqlFile>, SuiteError> {
        names.iter().map(|name| self.sql(place, name)).collect()
    }

    pub(super) fn sql(&mut self, place: &Path, name: &str) -> Result<SqlFile, SuiteError> {
        let path = self.fixtures.join(name);
        if !path.is_file() {
            return Err(SuiteError::unmatched(Place::saying(place, name), self.no_file(name)));
        }
        let text = self.take(&path, &format!("fixtures/{name}"))?;
        Ok(self.sql_text(name.to_owned(), text))
    }

    /// What to say where the fixtures have no file of this name.
    fn no_file(&self, name: &str) -> String {
        let all = matching(&self.fixtures, "**/*").unwrap_or_default();
        let there: Vec<String> = all.into_iter().filter(|(path, _)| path.is_file()).map(|(_, name)| name).collect();
        let last = |path: &str| Path::new(path).file_name().map(ToOwned::to_owned);
        let same = there.iter().find(|there| last(there) == last(name));
        let meant = same.map(String::as_str).or_else(|| nearest(name, there.iter().map(String::as_str)));
        let next = meant
            .map_or_else(|| "put it there, or mend its path".to_owned(), |meant| format!("did you mean `{meant}`?"));
        format!("there is no file {name} in {}: {next}", self.fixtures.display())
    }

    /// SQL that stands in a TOML file, where the semicolon of the last statement may be left out.
    pub(super) fn sql_within(&self, name: String, text: &str) -> SqlFile {
        let end = if !text.trim_end().ends_with(';') { "\n;" } else { "" };
        self.sql_text(name, format!("{text}{end}"))
    }

    pub(super) fn sql_text(&self, name: String, text: String) -> SqlFile {
        SqlFile::new(name, text, self.kind)
    }

    /// The TOML files of a folder, if there is one, in the order of their names. `name` is the folder's in the plan.
    pub(super) fn toml_files(&mut self, folder: &Path, name: &str) -> Result<Vec<(PathBuf, String)>, SuiteError> {
        let mut files = Vec::new();
        if folder.is_dir() {
            for path in entries(folder)? {
                if path.extension().is_some_and(|extension| extension == "toml") {
                    let file_name = path.file_name().unwrap_or_default().to_string_lossy();
                    let text = self.take(&path, &format!("{name}/{file_name}"))?;
                    files.push((path, text));
                }
            }
        }
        Ok(files)
    }

    pub(super) fn take(&mut self, path: &Path, name: &str) -> Result<String, SuiteError> {
        let (text, digest) = self.text_of(path)?;
        self.inputs.insert(name.to_owned(), digest);
        Ok(text)
    }

    pub(super) fn text_of(&mut self, path: &Path) -> Result<(String, Digest), SuiteError> {
        let (bytes, digest) = self.bytes_of(path)?;
        String::from_utf8(bytes)
            .map(|text| (text, digest))
            .map_err(|_| SuiteError::malformed(Place::file(path), "the file is not UTF-8"))
    }

    pub(super) fn bytes_of(&mut self, path: &Path) -> Result<(Vec<u8>, Digest), SuiteError> {
        let unreadable = |source| SuiteError::Unreadable { place: Place::file(path), source };
        // A pipe or a device would be read for ever.
        if !fs::metadata(path).map_err(unreadable)?.is_file() {
            return Err(SuiteError::malformed(Place::file(path), "is no regular file"));
        }
        let bytes = match self.instead.get(path) {
            Some(text) => text.clone().into_bytes(),
            None => fs::read(path).map_err(unreadable)?,
        };
        let digest = Digest::of(&bytes);
        self.read.insert(path.canonicalize().map_err(unreadable)?);
        Ok((bytes, digest))
    }
}

pub(super) fn entries(folder: &Path) -> Result<Vec<PathBuf>, SuiteError> {
    let unreadable = |source| SuiteError::Unreadable { place: Place::file(folder), source };
    let mut paths = Vec::new();
    for entry in fs::read_dir(folder).map_err(unreadable)? {
        paths.push(entry.map_err(unreadable)?.path());
    }
    paths.sort();
    Ok(paths)
}
