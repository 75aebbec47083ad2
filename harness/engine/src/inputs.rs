//! The files of the fixtures that commands read.

use std::{
    collections::BTreeMap,
    fs,
    path::{Component, Path, PathBuf},
};

use phasegate_evidence::Digest;

/// The folder in which Python keeps what it makes of its sources, whenever it reads them.
const MADE_OF_SOURCES: &str = "__pycache__";

/// Files by the patterns that name them, with what they held when the run was planned.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub(crate) struct Inputs {
    /// The patterns, as the suite writes them.
    pub(crate) patterns: Vec<String>,
    /// Each file, by its name within the fixtures.
    pub(crate) digests: BTreeMap<String, Digest>,
}

impl Inputs {
    /// What is no longer as it was when the run was planned, in words that follow "its input": what a command did to the
    /// database would be told of other files.
    pub(crate) fn changed(&self, fixtures: &Path) -> Option<String> {
        if let Some(name) = first_changed(&self.digests, fixtures) {
            return Some(format!("{name} is not what it was"));
        }
        self.patterns.iter().find_map(|pattern| match inputs_by(fixtures, pattern) {
            Ok(found) => {
                let (_, name) = found.into_iter().find(|(_, name)| !self.digests.contains_key(name))?;
                Some(format!("{name} was not there"))
            }
            Err(why) => Some(format!("`{pattern}` cannot be looked for as it was: {why}")),
        })
    }
}

/// The first of these files of the fixtures that does not hold what it held.
pub(crate) fn first_changed<'f>(digests: &'f BTreeMap<String, Digest>, fixtures: &Path) -> Option<&'f str> {
    let is_same = |name: &str, digest: &Digest| {
        let path = fixtures.join(name);
        // A pipe or a device would be read for ever.
        path.is_file() && fs::read(path).is_ok_and(|bytes| Digest::of(&bytes) == *digest)
    };
    digests.iter().find(|(name, digest)| !is_same(name, digest)).map(|(name, _)| name.as_str())
}

/// The files that commands read by a pattern: each path, and its name within the fixtures.
///
/// # Errors
/// As [`matching`].
pub(crate) fn inputs_by(fixtures: &Path, pattern: &str) -> Result<Vec<(PathBuf, String)>, String> {
    // `**` alone matches folders, and what is meant is whatever lies in them.
    let files = if pattern.ends_with("**") { "/*" } else { "" };
    let mut found = matching(fixtures, &format!("{pattern}{files}"))?;
    found.retain(|(path, _)| !path.is_dir() && !path.components().any(|part| part.as_os_str() == MADE_OF_SOURCES));
    Ok(found)
}

/// What lies in the fixtures by a pattern: each path, and its name within the fixtures.
///
/// # Errors
/// When it is no pattern, and when a folder cannot be listed in which a match may lie.
pub(crate) fn matching(fixtures: &Path, pattern: &str) -> Result<Vec<(PathBuf, String)>, String> {
    // Paths that are found do not begin with `./`, whatever the pattern began with.
    let root: PathBuf = fixtures.components().filter(|part| *part != Component::CurDir).collect();
    let within = PathBuf::from(glob::Pattern::escape(&root.to_string_lossy())).join(pattern);
    let paths = glob::glob(&within.to_string_lossy()).map_err(|error| format!("is no pattern: {error}"))?;
    let mut found = Vec::new();
    for path in paths {
        let path =
            path.map_err(|error| format!("cannot be looked for in {}: {}", error.path().display(), error.error()))?;
        if let Ok(name) = path.strip_prefix(&root) {
            let name = name.to_string_lossy().into_owned();
            found.push((path, name));
        }
    }
    Ok(found)
}
