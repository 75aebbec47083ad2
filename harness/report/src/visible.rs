//! Characters that are no text: what moves a cursor, turns the direction of a line or is no character at all is shown as its
//! number, on every way to a reader. Whoever wrote a title, a value or the name of a file writes no line of a report with it.

use std::{borrow::Cow, fmt::Write as _};

use serde::{Serialize, de::DeserializeOwned};
use serde_json::Value;

/// Text of several lines with every character shown that is no text, such as `\u{1b}`.
#[must_use]
pub fn visible(text: &str) -> Cow<'_, str> {
    if !text.chars().any(|letter| letter == '\r' || is_hidden(letter)) {
        return Cow::Borrowed(text);
    }
    Cow::Owned(shown(&text.replace("\r\n", "\n"), |letter| letter == '\r' || is_hidden(letter)))
}

/// The same for what stands on one line, such as the name of a file: what would end the line is shown too.
#[must_use]
pub fn visible_line(text: &str) -> Cow<'_, str> {
    let is_shown = |letter| matches!(letter, '\n' | '\r' | '\t') || is_hidden(letter);
    if text.chars().any(is_shown) { Cow::Owned(shown(text, is_shown)) } else { Cow::Borrowed(text) }
}

fn shown(text: &str, is_shown: impl Fn(char) -> bool) -> String {
    let mut shown = String::with_capacity(text.len());
    for letter in text.chars() {
        if is_shown(letter) {
            write!(shown, "\\u{{{:x}}}", u32::from(letter)).unwrap_or_default();
        } else {
            shown.push(letter);
        }
    }
    shown
}

/// Text that we styled by ANSI escapes, with everything else shown that is no text.
#[must_use]
pub fn visible_styled(text: &str) -> String {
    let mut pieces = text.split('\u{1b}');
    let mut shown = visible(pieces.next().unwrap_or_default()).into_owned();
    for piece in pieces {
        let rest =
            piece.strip_prefix('[').map(|rest| rest.trim_start_matches(|c: char| c.is_ascii_digit() || c == ';'));
        let is_style = rest.is_some_and(|rest| rest.starts_with('m'));
        shown.push_str(if is_style { "\u{1b}" } else { "\\u{1b}" });
        shown.push_str(&visible(piece));
    }
    shown
}

/// JSON of the same value in which every character that is no text is written as an escape of JSON.
#[must_use]
pub fn visible_json(json: &str) -> Cow<'_, str> {
    if !json.chars().any(is_hidden) {
        return Cow::Borrowed(json);
    }
    let mut shown = String::with_capacity(json.len());
    for letter in json.chars() {
        if is_hidden(letter) {
            for unit in letter.encode_utf16(&mut [0; 2]) {
                write!(shown, "\\u{unit:04x}").unwrap_or_default();
            }
        } else {
            shown.push(letter);
        }
    }
    Cow::Owned(shown)
}

/// A title on one line: whatever separates its words is one space.
pub(crate) fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// A value with all of its text made visible.
#[must_use]
pub fn visible_value<T: Serialize + DeserializeOwned>(value: T) -> T {
    let walked = serde_json::to_value(&value).ok().and_then(|mut json| {
        walk(&mut json);
        serde_json::from_value(json).ok()
    });
    walked.unwrap_or(value)
}

fn walk(value: &mut Value) {
    match value {
        Value::String(text) => {
            if let Cow::Owned(shown) = visible(text) {
                *text = shown;
            }
        }
        Value::Array(items) => items.iter_mut().for_each(walk),
        Value::Object(map) => {
            *map = std::mem::take(map)
                .into_iter()
                .map(|(key, mut value)| {
                    walk(&mut value);
                    (visible_line(&key).into_owned(), value)
                })
                .collect();
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

/// Whether JSON may hold text that is not visible. It writes all control characters but one as escapes.
pub(crate) fn may_hide(json: &str) -> bool {
    ["\\u", "\\b", "\\f", "\\r", "\u{7f}"].iter().any(|part| json.contains(part))
        || !json.is_ascii() && json.chars().any(is_hidden)
}

/// Whether a character is none that a reader sees: a control character but line end and tab, one that turns the direction of a
/// line or joins what it stands between, a line end of other conventions, one that shows nothing (`Default_Ignorable_Code_Point`
/// of Unicode, and the empty pattern of Braille), or none that XML may hold.
fn is_hidden(letter: char) -> bool {
    match letter {
        '\n' | '\t' | '\r' => false,
        '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{2800}' | '\u{3164}' | '\u{feff}' | '\u{ffa0}' => true,
        '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}' | '\u{180b}'..='\u{180f}' | '\u{fe00}'..='\u{fe0f}' => true,
        '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' => true,
        '\u{fdd0}'..='\u{fdef}' | '\u{fff0}'..='\u{fffb}' | '\u{e0000}'..='\u{e0fff}' => true,
        '\u{1bca0}'..='\u{1bca3}' | '\u{1d173}'..='\u{1d17a}' => true,
        _ => letter.is_control() || u32::from(letter) & 0xfffe == 0xfffe,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_stays_what_it_is() {
        for text in ["", "SELECT 1\n\tFROM t", "Zoë 中文 עברית 👍", "a \\ b"] {
            assert!(matches!(visible(text), Cow::Borrowed(same) if same == text), "{text}");
        }
        assert_eq!(visible("a\r\nb"), "a\nb");
    }

    #[test]
    fn what_is_no_text_is_shown_as_its_number() {
        for (text, shown) in [
            ("\u{1b}[2K", "\\u{1b}[2K"),
            ("\u{9b}2K", "\\u{9b}2K"),
            ("a\rb\u{7f}\0\u{8}", "a\\u{d}b\\u{7f}\\u{0}\\u{8}"),
            ("\u{202e}\u{2066}\u{200f}\u{61c}", "\\u{202e}\\u{2066}\\u{200f}\\u{61c}"),
            ("\u{200b}\u{2060}\u{34f}\u{3164}", "\\u{200b}\\u{2060}\\u{34f}\\u{3164}"),
            ("e\u{fe0f}\u{e0101}\u{1d173}\u{2800}", "e\\u{fe0f}\\u{e0101}\\u{1d173}\\u{2800}"),
            ("\u{2028}\u{feff}\u{ffff}\u{fffe}\u{1fffe}", "\\u{2028}\\u{feff}\\u{ffff}\\u{fffe}\\u{1fffe}"),
        ] {
            assert_eq!(visible(text), shown);
            assert_eq!(visible_line(text), shown);
            let json = serde_json::to_string(&[text]).expect("plain JSON");
            assert!(may_hide(&json), "{json}");
            assert_eq!(visible_value(vec![text.to_owned()]), [shown]);
        }
        let json = serde_json::to_string("\u{9b}\u{202e}\u{e0001}\n").expect("plain JSON");
        assert_eq!(visible_json(&json), r#""\u009b\u202e\udb40\udc01\n""#);
        assert_eq!(
            visible_styled("\u{1b}[1;32mok\u{1b}[0m \u{1b}[2K\u{1b}]0;x\u{7}"),
            "\u{1b}[1;32mok\u{1b}[0m \\u{1b}[2K\\u{1b}]0;x\\u{7}"
        );
        assert_eq!(visible_line("a\n  verified\tb"), "a\\u{a}  verified\\u{9}b");
    }
}
