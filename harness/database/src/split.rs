//! Statements of a file, so that each has its line, its duration and its own error.

/// One statement of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Statement {
    /// The statement without its semicolon.
    pub text: String,
    /// The line on which it starts, from 1.
    pub line: u32,
    /// Whether it begins or ends a transaction.
    pub controls_transaction: bool,
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
    let before = text.as_bytes().iter().take(byte);
    line_number(before.filter(|byte| **byte == b'\n').count())
}

pub(crate) fn line_number(index: usize) -> u32 {
    u32::try_from(index + 1).unwrap_or(u32::MAX)
}
