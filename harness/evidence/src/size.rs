//! How large what is recorded may be, so that neither memory nor a run folder grows with whatever a suite or a database
//! brings up.

/// How much of what one query, or one step, gives is recorded. What gives more is no observation: the check is `error`
/// (`too-large`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Size {
    /// Rows; of a check on rows that stay, rows that did not.
    pub rows: usize,
    /// Bytes of all values together, in the text form in which they are recorded.
    pub bytes: usize,
}

impl Size {
    /// What so many rows, with so many bytes, are more than, in words.
    #[must_use]
    pub fn exceeded_by(self, rows: usize, bytes: usize) -> Option<String> {
        if rows > self.rows {
            return Some(format!("more than {} rows", self.rows));
        }
        (bytes > self.bytes).then(|| format!("more than {} bytes", self.bytes))
    }
}

impl Default for Size {
    /// 10 000 rows and 1 MiB.
    fn default() -> Self {
        Self { rows: 10_000, bytes: 1 << 20 }
    }
}

/// How many bytes a text may have that says why: a reason, a message of a database, its detail or hint, what a command
/// wrote. Of a longer one the beginning and the end are recorded, of half as many bytes each.
pub const TEXT_BYTES_MAX: usize = 8 << 10;

/// A text as it is recorded: of one with more than [`TEXT_BYTES_MAX`] bytes the beginning and the end, and how many bytes lay
/// between.
#[must_use]
pub fn cut(text: impl Into<String>) -> String {
    let text = text.into();
    if text.len() <= TEXT_BYTES_MAX {
        return text;
    }
    let head = &text[..text.floor_char_boundary(TEXT_BYTES_MAX / 2)];
    let tail = &text[text.ceil_char_boundary(text.len() - TEXT_BYTES_MAX / 2)..];
    format!("{head}\n[{} bytes left out]\n{tail}", text.len() - head.len() - tail.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_cut_beyond_its_limit_and_never_within_a_letter() {
        let whole = "x".repeat(TEXT_BYTES_MAX);
        assert_eq!(cut(whole.as_str()), whole);
        let half = "x".repeat(TEXT_BYTES_MAX / 2);
        assert_eq!(cut(format!("{half}yy{half}")), format!("{half}\n[2 bytes left out]\n{half}"));
        let umlauts = cut(format!("x{}", "ü".repeat(TEXT_BYTES_MAX)));
        assert!(umlauts.starts_with("xü") && umlauts.ends_with("ü"));
        // One byte of a letter more on the left, which would have been half of one.
        assert!(umlauts.contains("\n[8194 bytes left out]\n"), "{umlauts}");
    }

    #[test]
    fn what_is_as_large_as_its_limit_does_not_exceed_it() {
        let size = Size { rows: 2, bytes: 5 };
        assert_eq!(size.exceeded_by(2, 5), None);
        assert_eq!(size.exceeded_by(3, 5).as_deref(), Some("more than 2 rows"));
        assert_eq!(size.exceeded_by(2, 6).as_deref(), Some("more than 5 bytes"));
    }
}
