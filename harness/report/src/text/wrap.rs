/// The width of everything that is printed, in columns.
pub const WIDTH: usize = 100;

/// Text in lines of at most this width, broken between words; line breaks of the text are kept, and a word that is
/// longer than a line is cut.
pub fn wrap(text: &str, width: usize) -> Vec<String> {
    let mut lines = Vec::new();
    for paragraph in text.lines() {
        let mut line = String::new();
        for word in paragraph.split_whitespace() {
            let mut rest = word;
            if !line.is_empty() {
                if line.chars().count() + 1 + word.chars().count() <= width {
                    line.push(' ');
                    line.push_str(word);
                    continue;
                }
                lines.push(std::mem::take(&mut line));
            }
            while let Some((cut, _)) = rest.char_indices().nth(width) {
                lines.push(rest[..cut].to_owned());
                rest = &rest[cut..];
            }
            line.push_str(rest);
        }
        if !line.is_empty() {
            lines.push(line);
        }
    }
    lines
}

/// The line, cut to the width of the console.
pub(super) fn clip(line: &str) -> String {
    match line.char_indices().nth(WIDTH) {
        None => line.to_owned(),
        Some(_) => {
            let kept: String = line.chars().take(WIDTH - 1).collect();
            format!("{}…", kept.trim_end())
        }
    }
}

/// A label, and text beside it that wraps below itself.
pub fn beside(indent: usize, label: &str, label_width: usize, text: &str) -> String {
    let left = indent + label_width;
    let lines = wrap(text, WIDTH.saturating_sub(left).max(20));
    let mut block = String::new();
    for (at, line) in lines.iter().enumerate() {
        if at == 0 {
            block.push_str(&format!("{:indent$}{label:<label_width$}{line}\n", ""));
        } else {
            block.push_str(&format!("{:left$}{line}\n", ""));
        }
    }
    block
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_break_between_words_and_long_words_are_cut() {
        assert_eq!(wrap("one two three", 7), ["one two", "three"]);
        assert_eq!(wrap("a\n\nb", 7), ["a", "b"]);
        assert_eq!(wrap("é123456789 x", 4), ["é123", "4567", "89 x"]);
        assert!(wrap("", 4).is_empty());
    }

    #[test]
    fn text_wraps_below_itself() {
        let text = "word ".repeat(30);
        for line in beside(4, "label", 10, &text).lines() {
            assert!(line.chars().count() <= WIDTH, "{line}");
        }
    }
}
