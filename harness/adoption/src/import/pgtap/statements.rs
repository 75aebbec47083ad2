//! The statements of a file that psql runs: those that are SQL, and those that only psql can run.

use squawk_lexer::{TokenKind, tokenize};

/// A statement of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Statement<'a> {
    /// Without its semicolon, and without the comments before it.
    pub(super) text: &'a str,
    /// The line at which it begins, from 1.
    pub(super) line: u32,
    /// Whether a command of psql ends it.
    pub(super) of_psql: bool,
}

/// The settings of psql that change nothing but what it prints and when it stops.
const OF_THE_OUTPUT: [&str; 5] = ["ECHO", "ON_ERROR_ROLLBACK", "ON_ERROR_STOP", "QUIET", "VERBOSITY"];

/// The statements of a file in order.
pub(super) fn statements(text: &str) -> Vec<Statement<'_>> {
    let mut found = Vec::new();
    let mut at = 0;
    while let Some((statement, next)) = statement(text, at) {
        found.extend(statement);
        at = next;
    }
    found
}

/// The statement that begins at this byte, if it is one, and the byte after it.
fn statement(text: &str, from: usize) -> Option<(Option<Statement<'_>>, usize)> {
    let (mut at, mut start, mut end, mut depth) = (from, None, from, 0_usize);
    for token in tokenize(text.get(from..)?).take_while(|token| token.kind != TokenKind::Eof) {
        let begins = at;
        at += token.len as usize;
        match token.kind {
            TokenKind::Whitespace | TokenKind::LineComment | TokenKind::BlockComment { .. } => continue,
            TokenKind::Semi if depth == 0 => return Some((piece(text, start, end, false), at)),
            TokenKind::OpenParen | TokenKind::OpenBracket => depth += 1,
            TokenKind::CloseParen | TokenKind::CloseBracket => depth = depth.saturating_sub(1),
            TokenKind::Unknown if text[begins..].starts_with('\\') => {
                let next = text[begins..].find('\n').map_or(text.len(), |end| begins + end + 1);
                let shows = start.is_none() && is_of_the_output(&text[begins..next]);
                let end = next.min(text.len());
                let statement = piece(text, Some(start.unwrap_or(begins)), end, true).filter(|_| !shows);
                return Some((statement, next));
            }
            _ => {}
        }
        start.get_or_insert(begins);
        end = at;
    }
    start.map(|_| (piece(text, start, end, false), text.len()))
}

fn piece(text: &str, start: Option<usize>, end: usize, of_psql: bool) -> Option<Statement<'_>> {
    let start = start?;
    let line = text[..start].matches('\n').count() + 1;
    Some(Statement { text: text[start..end].trim_end(), line: u32::try_from(line).unwrap_or(u32::MAX), of_psql })
}

fn is_of_the_output(line: &str) -> bool {
    let mut words = line.split_whitespace();
    match words.next() {
        Some("\\pset" | "\\timing" | "\\restrict" | "\\unrestrict") => true,
        Some("\\set" | "\\unset") => words.next().is_some_and(|name| OF_THE_OUTPUT.contains(&name)),
        _ => false,
    }
}

/// How often functions of these names are called in a text, whatever stands in its strings.
pub(super) fn calls(text: &str, is_known: impl Fn(&str) -> bool) -> Vec<(usize, String)> {
    let (mut at, mut last, mut found) = (0, None, Vec::new());
    for token in tokenize(text) {
        let word = &text[at..at + token.len as usize];
        match token.kind {
            TokenKind::Whitespace | TokenKind::LineComment | TokenKind::BlockComment { .. } => {}
            TokenKind::OpenParen => found.extend(last.take()),
            TokenKind::Ident if is_known(&word.to_lowercase()) => last = Some((at, word.to_lowercase())),
            _ => last = None,
        }
        at += token.len as usize;
    }
    found
}

/// The texts that stand in dollar quotes within a statement, each with the byte at which it begins: bodies of functions.
pub(super) fn bodies(text: &str) -> Vec<(usize, &str)> {
    let (mut at, mut found) = (0, Vec::new());
    for token in tokenize(text) {
        let word = &text[at..at + token.len as usize];
        if word.starts_with('$') && word.len() > 1 && word.ends_with('$') {
            found.push((at, word));
        }
        at += token.len as usize;
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn statements_end_at_a_semicolon_or_at_a_command_of_psql() {
        let text = "\\unset ECHO\n-- ok(1)\nBEGIN;\nSELECT ok(';' = $$;$$, 'a');\nSELECT 1 \\gset\nSELECT :x;\n\\i other.sql\nROLLBACK";
        let found: Vec<_> = statements(text).into_iter().map(|found| (found.line, found.text, found.of_psql)).collect();
        assert_eq!(
            found,
            [
                (3, "BEGIN", false),
                (4, "SELECT ok(';' = $$;$$, 'a')", false),
                (5, "SELECT 1 \\gset", true),
                (6, "SELECT :x", false),
                (7, "\\i other.sql", true),
                (8, "ROLLBACK", false),
            ]
        );
    }

    #[test]
    fn calls_are_counted_by_tokens() {
        let is_known = |name: &str| ["ok", "is"].contains(&name);
        assert_eq!(calls("SELECT pgtap.OK (true, 'ok(1)'), a is (b), is(1, 1) -- ok(", is_known).len(), 3);
    }
}
