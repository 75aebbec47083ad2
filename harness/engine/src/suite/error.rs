//! What can be wrong with the files of a suite, where, and what to do.

use std::{
    fmt,
    path::{Path, PathBuf},
};

use crate::likeness::nearest;

/// A place in a file: the file and the line, from 1.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// The file.
    pub(crate) file: PathBuf,
    /// The line, where it is known.
    pub(crate) line: Option<usize>,
}

impl Place {
    /// A file as a whole.
    pub(crate) fn file(file: &Path) -> Self {
        Self { file: file.to_owned(), line: None }
    }

    /// The line of a file on which this text stands in quotes, where it does.
    pub(crate) fn saying(file: &Path, said: &str) -> Self {
        let text = std::fs::read_to_string(file).unwrap_or_default();
        text.find(&format!("\"{said}\"")).map_or_else(|| Self::file(file), |byte| Self::at(file, &text, byte))
    }

    /// The line that holds this byte of the text.
    pub(crate) fn at(file: &Path, text: &str, byte: usize) -> Self {
        let before = text.as_bytes().iter().take(byte);
        let line = before.filter(|byte| **byte == b'\n').count() + 1;
        Self { file: file.to_owned(), line: Some(line) }
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.line {
            Some(line) => write!(f, "{}:{line}", self.file.display()),
            None => write!(f, "{}", self.file.display()),
        }
    }
}

/// A suite that cannot be taken as it is. Nothing was run.
#[derive(Debug, thiserror::Error)]
pub enum SuiteError {
    /// There is no folder of suites, or it holds none.
    #[error("no suite found in {}: a suite is a folder that holds a suite.toml", .0.display())]
    NoSuites(PathBuf),
    /// A suite that was asked for does not exist.
    #[error("no suite `{name}`; there is {}{}", known.join(", "), meant(name, known))]
    Unknown {
        /// The name that was asked for.
        name: String,
        /// The names that exist.
        known: Vec<String>,
    },
    /// A file cannot be read.
    #[error("{place}: failed to read: {source}")]
    Unreadable {
        /// The file.
        place: Place,
        /// Why.
        source: std::io::Error,
    },
    /// A file is not what its format asks for: TOML, key, type or value.
    #[error("{place}: {message}")]
    Malformed {
        /// Where.
        place: Place,
        /// What is wrong and what to do.
        message: String,
    },
    /// A file is needed by nothing, or a pattern matches nothing.
    #[error("{place}: {message}")]
    Unmatched {
        /// Where.
        place: Place,
        /// What is wrong and what to do.
        message: String,
    },
}

impl SuiteError {
    pub(super) fn malformed(place: Place, message: impl Into<String>) -> Self {
        Self::Malformed { place, message: message.into() }
    }

    pub(super) fn unmatched(place: Place, message: impl Into<String>) -> Self {
        Self::Unmatched { place, message: message.into() }
    }

    pub(super) fn toml(file: &Path, text: &str, error: &toml::de::Error) -> Self {
        let place = match error.span() {
            Some(span) => Place::at(file, text, span.start),
            None => Place::file(file),
        };
        Self::malformed(place, with_the_nearest(error.message().trim()))
    }
}

/// What is asked where a name is like one that exists.
pub(super) fn meant<'a, T: AsRef<str> + 'a>(name: &str, known: impl IntoIterator<Item = &'a T>) -> String {
    let nearest = nearest(name, known.into_iter().map(AsRef::as_ref));
    nearest.map(|meant| format!(": did you mean `{meant}`?")).unwrap_or_default()
}

/// The message about a word that a file may not have, with the one that was meant in front of all that it may.
fn with_the_nearest(message: &str) -> String {
    let mut quoted = message.split('`').skip(1).step_by(2);
    let unknown = quoted.next().filter(|_| message.starts_with("unknown "));
    match unknown.and_then(|unknown| Some((unknown, nearest(unknown, quoted)?))) {
        Some((unknown, meant)) => {
            let (before, rest) = message.split_once(", ").unwrap_or((message, ""));
            debug_assert!(before.ends_with(&format!("`{unknown}`")), "{message}");
            format!("{before}: did you mean `{meant}`? {rest}")
        }
        None => message.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_unknown_word_is_told_with_the_one_that_was_meant() {
        assert_eq!(
            with_the_nearest("unknown field `titel`, expected one of `suite`, `title`"),
            "unknown field `titel`: did you mean `title`? expected one of `suite`, `title`"
        );
        for message in ["unknown field `colour`, expected one of `suite`, `title`", "missing field `title`"] {
            assert_eq!(with_the_nearest(message), message);
        }
    }
}
