//! Text of suites and servers inside Markdown.

/// Text on one line, with everything escaped that Markdown or HTML would read as markup.
pub(super) fn text(raw: &str) -> String {
    let mut escaped = String::with_capacity(raw.len());
    for (at, word) in raw.split_whitespace().enumerate() {
        if at > 0 {
            escaped.push(' ');
        }
        for letter in word.chars() {
            match letter {
                '\\' | '`' | '*' | '_' | '[' | ']' | '|' | '#' | '~' => {
                    escaped.push('\\');
                    escaped.push(letter);
                }
                '<' => escaped.push_str("&lt;"),
                '&' => escaped.push_str("&amp;"),
                _ => escaped.push(letter),
            }
        }
    }
    escaped
}

/// Text on one line as code, fenced by more back-ticks than it holds in a row.
pub(super) fn code(raw: &str) -> String {
    let line = raw.split_whitespace().collect::<Vec<_>>().join(" ");
    let fence = fence(&line, 1);
    let pad = if line.starts_with('`') || line.ends_with('`') { " " } else { "" };
    // A pipe would end the cell of a table even inside of code.
    format!("{fence}{pad}{}{pad}{fence}", line.replace('|', "\\|"))
}

/// A block of code in this language.
pub(super) fn block(language: &str, raw: &str) -> String {
    let fence = fence(raw, 3);
    format!("{fence}{language}\n{}\n{fence}\n", raw.trim_end())
}

fn fence(raw: &str, least: usize) -> String {
    let longest = raw.split(|letter| letter != '`').map(str::len).max().unwrap_or(0);
    "`".repeat(if longest >= least { longest + 1 } else { least })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn markup_in_text_stays_text() {
        assert_eq!(text("a | b_c\n <i> *d*"), "a \\| b\\_c &lt;i> \\*d\\*");
    }

    #[test]
    fn code_is_fenced_by_more_back_ticks_than_it_holds() {
        assert_eq!(code("a b"), "`a b`");
        assert_eq!(code("a ``b`` c"), "```a ``b`` c```");
        assert_eq!(code("`a`"), "`` `a` ``");
        assert_eq!(block("sql", "SELECT '````'"), "`````sql\nSELECT '````'\n`````\n");
    }
}
