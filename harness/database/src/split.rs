//! Statements of a file, so that each has its line, its duration and its own error.

use crate::size::NESTING_MAX;

/// One statement of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Statement {
    /// The statement without its semicolon.
    pub text: String,
    /// The line on which it starts, from 1.
    pub line: u32,
    /// Whether it begins or ends a transaction.
    pub controls_transaction: bool,
    /// The lines behind a COPY ... FROM STDIN, which a client sends.
    pub rows: Option<String>,
}

/// A place at which a file is no SQL.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SyntaxFault {
    /// The line, from 1.
    pub line: u32,
    /// What is wrong.
    pub message: String,
}

pub(crate) fn first_word_in(text: &str, words: &[&str]) -> bool {
    let first = text.split(|c: char| !c.is_alphanumeric()).next().unwrap_or_default();
    words.iter().any(|word| first.eq_ignore_ascii_case(word))
}

/// The words of a text, whatever stands between them.
pub(crate) fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split(|c: char| !c.is_alphanumeric() && c != '_').filter(|word| !word.is_empty())
}

/// How many bytes of white space and comments the text begins with.
pub(crate) fn leading_trivia(text: &str) -> usize {
    let mut rest = text;
    loop {
        let trimmed = rest.trim_start();
        let comment = if trimmed.starts_with("--") {
            trimmed.find('\n').map_or(trimmed.len(), |end| end + 1)
        } else if trimmed.starts_with("/*") {
            trimmed.find("*/").map_or(trimmed.len(), |end| end + 2)
        } else {
            return text.len() - trimmed.len();
        };
        rest = &trimmed[comment..];
    }
}

pub(crate) fn line_of(text: &str, byte: usize) -> u32 {
    Lines::of(text).of_byte(byte)
}

/// The lines of a text, asked for from its beginning to its end.
pub(crate) struct Lines<'a> {
    text: &'a str,
    byte: usize,
    breaks: usize,
}

impl<'a> Lines<'a> {
    pub(crate) fn of(text: &'a str) -> Self {
        Self { text, byte: 0, breaks: 0 }
    }

    /// The line of a byte that is not before the one asked for last.
    pub(crate) fn of_byte(&mut self, byte: usize) -> u32 {
        let passed = self.text.as_bytes().get(self.byte..byte).unwrap_or_default();
        self.breaks += passed.split(|byte| *byte == b'\n').count().saturating_sub(1);
        self.byte = self.byte.max(byte);
        line_number(self.breaks)
    }
}

/// What is wrong with brackets that lie too deep within each other.
pub(crate) fn too_deep() -> String {
    format!("brackets lie more than {NESTING_MAX} deep within each other, the most that is read")
}

pub(crate) fn line_number(index: usize) -> u32 {
    u32::try_from(index + 1).unwrap_or(u32::MAX)
}
