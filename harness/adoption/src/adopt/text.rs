//! A text that is changed in some places and nowhere else: whatever no change covers stays byte for byte.

use std::ops::Range;

/// A text and its changes, none of which overlaps another.
pub(super) struct Text<'t> {
    pub(super) text: &'t str,
    changes: Vec<(Range<usize>, String)>,
}

impl<'t> Text<'t> {
    pub(super) fn new(text: &'t str) -> Self {
        Self { text, changes: Vec::new() }
    }

    /// Puts this in place of what stands there.
    pub(super) fn replace(&mut self, place: Range<usize>, with: impl Into<String>) {
        self.changes.push((place, with.into()));
    }

    /// Puts this before the byte; of several, the first stands first.
    pub(super) fn insert(&mut self, at: usize, text: impl Into<String>) {
        self.replace(at..at, text);
    }

    /// The text with its changes.
    pub(super) fn changed(mut self) -> String {
        self.changes.sort_by_key(|(place, _)| (place.start, place.end));
        let mut changed = String::with_capacity(self.text.len());
        let mut rest = 0;
        for (place, with) in &self.changes {
            changed.push_str(&self.text[rest..place.start]);
            changed.push_str(with);
            rest = place.end;
        }
        changed.push_str(&self.text[rest..]);
        changed
    }

    /// Where the line begins that holds this byte.
    pub(super) fn line_start(&self, at: usize) -> usize {
        self.text[..at].rfind('\n').map_or(0, |end| end + 1)
    }

    /// Where the line ends that holds this byte, its line break not included.
    pub(super) fn line_end(&self, at: usize) -> usize {
        let end = self.text[at..].find('\n').map_or(self.text.len(), |end| at + end);
        if self.text[at..end].ends_with('\r') { end - 1 } else { end }
    }

    /// The white space with which the line begins that holds this byte.
    pub(super) fn indent(&self, at: usize) -> &'t str {
        let line = &self.text[self.line_start(at)..at];
        &line[..line.len() - line.trim_start().len()]
    }

    /// Takes away what stands there, and its line where nothing else stands in it. A comment beside it stays.
    pub(super) fn remove(&mut self, place: Range<usize>) {
        let (start, end) = (self.line_start(place.start), self.line_end(place.end));
        let (before, after) = (&self.text[start..place.start], &self.text[place.end..end]);
        if before.trim().is_empty() && after.trim().is_empty() {
            let line_break = self.text[end..].find('\n').map_or(self.text.len(), |at| end + at + 1);
            self.replace(start..line_break, "");
        } else {
            let space = after.len() - after.trim_start().len();
            self.replace(place.start..place.end + space, "");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_no_change_covers_stays_byte_for_byte() {
        let mut text = Text::new("a\r\nb # c\nd");
        text.insert(3, "1");
        text.replace(3..4, "B");
        text.insert(3, "2");
        assert_eq!(text.changed(), "a\r\n12B # c\nd");
    }

    #[test]
    fn what_is_taken_away_takes_its_line_with_it_but_no_comment() {
        for (text, place, rest) in [
            ("a\n  b = 1\nc", 4..9, "a\nc"),
            ("a\r\nb = 1\r\nc", 3..8, "a\r\nc"),
            ("a\nb = 1  # why\nc", 2..7, "a\n# why\nc"),
            ("a\nb = 1", 2..7, "a\n"),
            ("[a, b]", 1..3, "[b]"),
        ] {
            let mut changing = Text::new(text);
            changing.remove(place);
            assert_eq!(changing.changed(), rest);
        }
    }
}
