//! `${name}` in a text: where a piece of SQL, or another value, is to be put in.

use std::ops::Range;

/// The names in a text and where each stands, braces included. `$${name}` is none, so that dollar quotes stay SQL.
pub(super) fn names(text: &str) -> impl Iterator<Item = (Range<usize>, &str)> {
    text.match_indices("${").filter_map(|(start, _)| {
        let name = text.get(start + 2..)?.split_once('}')?.0;
        let is_quoted = text[..start].ends_with('$');
        (is_name(name) && !is_quoted).then(|| (start..start + name.len() + 3, name))
    })
}

/// Whether this can stand within `${}`: lower case, digits and underscores.
pub(super) fn is_name(name: &str) -> bool {
    name.starts_with(|first: char| first.is_ascii_lowercase())
        && name.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_')
}

/// The text with each name replaced that has a value.
pub(super) fn replaced<'v>(text: &str, value: impl Fn(&str) -> Option<&'v str>) -> String {
    let mut filled = String::with_capacity(text.len());
    let mut rest = 0;
    for (range, name) in names(text) {
        if let Some(value) = value(name) {
            filled.push_str(&text[rest..range.start]);
            filled.push_str(value);
            rest = range.end;
        }
    }
    filled.push_str(&text[rest..]);
    filled
}

#[cfg(test)]
mod tests {
    use super::*;

    fn filled(text: &str) -> String {
        replaced(text, |name| (name == "a").then_some("1"))
    }

    #[test]
    fn a_name_that_has_a_value_is_replaced_wherever_it_stands() {
        assert_eq!(filled("${a}, ${b}, (${a})"), "1, ${b}, (1)");
    }

    #[test]
    fn what_is_no_name_stays_sql() {
        for sql in ["$${a}$$", "$${1,2}$$", "${A}", "${a b}", "${}", "${a", "$a", "{a}", "é${"] {
            assert_eq!(filled(sql), sql);
        }
    }
}
