//! What stands in a Python file, as far as migration tools write it.

/// The value of `name = value` or `name: type = value` at the beginning of a line, up to the end of that line.
pub(super) fn assigned<'t>(text: &'t str, name: &str) -> Option<&'t str> {
    text.lines().find_map(|line| {
        let rest = line.strip_prefix(name)?;
        if !rest.starts_with([' ', ':', '=']) {
            return None;
        }
        rest.split_once('=').map(|(_, value)| value.trim())
    })
}

/// The strings in a piece of Python, in order.
pub(super) fn strings(text: &str) -> Vec<&str> {
    let mut found = Vec::new();
    let mut rest = text;
    while let Some(start) = rest.find(['"', '\'']) {
        let quote = &rest[start..=start];
        let Some(length) = rest[start + 1..].find(quote) else { break };
        found.push(&rest[start + 1..start + 1 + length]);
        rest = &rest[start + length + 2..];
    }
    found
}

/// The first line of the text that a module begins with.
pub(super) fn first_words(text: &str) -> Option<&str> {
    let text = text.trim_start();
    let inside = text.strip_prefix("\"\"\"").or_else(|| text.strip_prefix("'''"))?;
    let line = inside.trim_start().lines().next()?.trim().trim_end_matches(['"', '\'']).trim_end_matches('.');
    (!line.is_empty()).then_some(line)
}

/// Whether a program reads the environment variable of this name.
pub(super) fn reads_variable(text: &str, name: &str) -> bool {
    let lines = text.lines().filter(|line| !line.trim_start().starts_with('#'));
    lines.flat_map(strings).any(|string| string == name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_assigned_at_the_beginning_of_a_line_is_found_with_and_without_a_type() {
        let text = "\"\"\"Add notes.\n\nRevises: a\n\"\"\"\nrevision: str = 'b'\ndown_revision = \"a\"\n";
        assert_eq!(assigned(text, "revision"), Some("'b'"));
        assert_eq!(assigned(text, "down_revision"), Some("\"a\""));
        assert_eq!(assigned(text, "down"), None);
        assert_eq!(first_words(text), Some("Add notes"));
    }

    #[test]
    fn a_variable_is_read_by_its_whole_name_and_not_in_a_comment() {
        assert!(reads_variable("url = os.environ[\"DATABASE_URL\"]", "DATABASE_URL"));
        for other in ["os.environ['MY_DATABASE_URL']", "# os.environ['DATABASE_URL']", "DATABASE_URL = 'x'"] {
            assert!(!reads_variable(other, "DATABASE_URL"), "{other}");
        }
    }
}
