//! How large things may be, so that neither memory nor a run folder grows with whatever a suite or a database brings up.

use std::fmt;

/// How much of what a query gives is recorded. What gives more is [`crate::Error::TooLarge`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Size {
    /// Rows.
    pub rows: usize,
    /// Bytes of all values together, in the text form in which they are recorded, and of the names of the columns.
    pub bytes: usize,
}

impl Size {
    /// Whether so much is more.
    pub(crate) fn is_less_than(self, rows: usize, bytes: usize) -> bool {
        rows > self.rows || bytes > self.bytes
    }
}

impl Default for Size {
    /// 100 000 rows and 16 MiB.
    fn default() -> Self {
        Self { rows: 100_000, bytes: 16 << 20 }
    }
}

impl fmt::Display for Size {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} rows and {} bytes", self.rows, self.bytes)
    }
}

/// How deep brackets may lie within each other in a statement. PostgreSQL's own grammar takes some 3 000.
pub const NESTING_MAX: usize = 1_000;

/// How many bytes a message of a database, its detail or its hint may have; of a longer one the beginning and the end are
/// recorded.
pub const MESSAGE_BYTES_MAX: usize = 8 << 10;

/// How many bytes of a file of SQL are held against the grammar when a suite is read. What follows is only split into
/// statements, and the database says what is wrong with it when it is applied.
pub(crate) const PARSED_BYTES_MAX: usize = 1 << 20;

/// How many tokens a statement may have to be held against the grammar, since a parser takes stack for each.
pub(crate) const PARSED_TOKENS_MAX: usize = 5_000;

/// Text of at most so many bytes as it is; of a longer one the beginning and the end, and how many bytes lay between.
#[must_use]
pub fn cut(text: &str, bytes_max: usize) -> String {
    if text.len() <= bytes_max {
        return text.to_owned();
    }
    let head = &text[..text.floor_char_boundary(bytes_max / 2)];
    let tail = &text[text.ceil_char_boundary(text.len() - bytes_max / 2)..];
    format!("{head}\n[{} bytes left out]\n{tail}", text.len() - head.len() - tail.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_cut_beyond_its_limit_and_never_within_a_letter() {
        assert_eq!(cut("abcdef", 6), "abcdef");
        assert_eq!(cut("abcdefg", 6), "abc\n[1 bytes left out]\nefg");
        assert_eq!(cut("äöüß", 6), "ä\n[4 bytes left out]\nß");
    }

    #[test]
    fn what_is_as_large_as_its_limit_is_not_too_large() {
        let size = Size { rows: 2, bytes: 5 };
        assert!(!size.is_less_than(2, 5));
        assert!(size.is_less_than(3, 5) && size.is_less_than(2, 6));
    }
}
