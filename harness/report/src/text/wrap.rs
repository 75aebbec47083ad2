use std::sync::atomic::{AtomicUsize, Ordering};

use textwrap::{Options, WordSplitter};

/// The width of everything that is printed, in columns, where nobody says how wide the console is.
const WIDTH: usize = 100;
/// The narrowest console that tables are laid out for, and the widest line that is still read with ease.
const WIDTHS: [usize; 2] = [60, 120];

/// The width of the labels before facts of a run: with it a digest fits into 80 columns.
pub(super) const LABEL_WIDTH: usize = 14;

static CHOSEN: AtomicUsize = AtomicUsize::new(WIDTH);

/// Settles, for this process, how wide the console is for which texts are laid out.
pub fn choose_width(columns: usize) {
    CHOSEN.store(columns.clamp(WIDTHS[0], WIDTHS[1]), Ordering::Relaxed);
}

/// How wide what is printed may be.
pub(super) fn width() -> usize {
    CHOSEN.load(Ordering::Relaxed)
}

/// The text in lines of this width. Names such as `not-run` are not broken at their hyphens.
pub(super) fn wrap_to(width: usize, text: &str) -> String {
    textwrap::fill(text, options(width))
}

/// The text in lines of the width of the console: before the first stands `first`, before each that follows `rest`.
pub fn wrap(text: &str, first: &str, rest: &str) -> String {
    if text.trim().is_empty() {
        return format!("{}\n", first.trim_end());
    }
    // A path or a digest is longer than the line rather than in two pieces: it is there to be copied.
    let options = options(width()).break_words(false);
    textwrap::fill(text, options.initial_indent(first).subsequent_indent(rest)) + "\n"
}

/// A label, and text beside it that wraps below itself.
pub fn labelled(indent: usize, label: &str, label_width: usize, text: &str) -> String {
    let first = format!("{:indent$}{label:<label_width$}", "");
    wrap(text, &first, &" ".repeat(indent + label_width))
}

/// The text on one line, cut after a word where the console is too narrow for it.
pub(super) fn shorten(text: &str) -> String {
    match textwrap::wrap(text, options(width() - 1)).as_slice() {
        [first, _, ..] => format!("{first}…"),
        _ => text.to_owned(),
    }
}

fn options(width: usize) -> Options<'static> {
    Options::new(width).word_splitter(WordSplitter::NoHyphenation)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_wraps_below_itself_within_the_width() {
        let text = labelled(4, "label", 10, &"word ".repeat(30));
        let (first, rest) = text.split_once('\n').expect("several lines");
        assert!(first.starts_with("    label     word word"), "{first}");
        assert!(rest.starts_with("              word word"), "{rest}");
        assert!(text.lines().all(|line| line.len() <= WIDTH && line.trim_end() == line), "{text}");
        let path = "x".repeat(WIDTH);
        assert_eq!(labelled(4, "label", 10, &path), format!("    label     {path}\n"));
        assert_eq!(labelled(4, "label", 10, ""), "    label\n");
    }

    #[test]
    fn names_are_not_broken_at_their_hyphens_and_what_is_longer_than_a_line_is_cut() {
        assert_eq!(wrap_to(12, "seven not-run"), "seven\nnot-run");
        assert_eq!(wrap_to(4, "é123456789 x"), "é123\n4567\n89 x");
    }

    #[test]
    fn a_line_that_does_not_fit_is_cut_after_a_word() {
        let long = "word ".repeat(30);
        assert_eq!(shorten(&long), format!("{}…", "word ".repeat(20).trim_end()));
        assert_eq!(shorten("word"), "word");
    }
}
