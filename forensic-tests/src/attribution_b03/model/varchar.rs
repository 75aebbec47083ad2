//! Columns of limited length.

/// What a column `varchar(limit)` holds after it is given a text, or `None` where the server refuses with 22001. The
/// limit counts characters. Spaces in excess are cut without a word, as the SQL standard wants it; nothing else is.
#[must_use]
pub fn varchar(text: &str, limit: usize) -> Option<&str> {
    match text.char_indices().nth(limit) {
        None => Some(text),
        Some((end, _)) if text[end..].chars().all(|c| c == ' ') => Some(&text[..end]),
        Some(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::varchar;

    #[test]
    fn a_text_within_the_limit_is_kept_whole() {
        assert_eq!(varchar("", 3), Some(""));
        assert_eq!(varchar("USD", 3), Some("USD"));
        assert_eq!(varchar("äöü", 3), Some("äöü"));
        assert_eq!(varchar("a  ", 3), Some("a  "));
    }

    #[test]
    fn only_spaces_are_cut_and_anything_else_is_refused() {
        assert_eq!(varchar("a     ", 3), Some("a  "));
        assert_eq!(varchar("USDT", 3), None);
        assert_eq!(varchar("US \t", 3), None);
        assert_eq!(varchar("a    b", 3), None);
    }
}
