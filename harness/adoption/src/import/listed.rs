//! What was not taken over.

use std::fmt;

/// A part of a file that was not taken over.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Listed {
    /// The file.
    pub file: String,
    /// The line at which the part begins, from 1.
    pub line: u32,
    /// The part: the name of an assertion, or the first words of a statement.
    pub what: String,
    /// Why not, and what to do.
    pub why: String,
}

impl fmt::Display for Listed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}: {}: {}", self.file, self.line, self.what, self.why)
    }
}

/// Why a statement is left that a suite would read as another.
pub(super) const HOLDS_A_VALUE: &str = "its SQL holds `${`, which a suite takes for a value";

/// The first words of a statement, by which it is known.
pub(super) fn first_words(statement: &str) -> String {
    let mut words = statement.split_whitespace();
    let first = words.by_ref().take(4).collect::<Vec<_>>().join(" ");
    if words.next().is_some() { format!("{first} ...") } else { first }
}
