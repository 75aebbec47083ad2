//! What stands on a page: directives and fenced blocks, each block with what its marker says of it.

use crate::Claim;

/// What the comment before a block says of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Marker {
    /// The reader writes it to this file.
    Writes(String),
    /// The reader adds it to the end of this file.
    Adds(String),
    /// It stands in this file, word for word.
    Shows(String),
    /// Commands, each with what it prints.
    Run,
    /// Commands in outline: verbs and options exist.
    Usage,
    /// Commands that `.ci/run` runs.
    Ci,
}

/// A part of a page that a test does something with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Part {
    /// A working copy of this folder of the repository, or an empty one.
    Copy(String),
    /// A working copy that holds these paths of the repository, each at its place.
    Checkout(Vec<String>),
    /// The page needs this program.
    Needs(String),
    /// A block: its marker, and the lines of the page between its fences, the first included.
    Block(Marker, std::ops::Range<usize>),
}

/// The parts of a page; an error names the line of what is no part.
pub(crate) fn parts(page: &str) -> Result<Vec<Part>, String> {
    let lines: Vec<&str> = page.lines().collect();
    let mut parts = Vec::new();
    let mut marker: Option<(usize, Marker)> = None;
    // What the reader has read since the last block.
    let mut text = String::new();
    let mut index = 0;
    while index < lines.len() {
        let line = lines[index];
        let at = format!("line {}", index + 1);
        if let Some(directive) = line.strip_prefix("<!-- ").and_then(|rest| rest.strip_suffix(" -->")) {
            match directive.split_once(' ').unwrap_or((directive, "")) {
                ("copy", folder) => parts.push(Part::Copy(folder.to_owned())),
                ("checkout", paths) => parts.push(Part::Checkout(paths.split(' ').map(str::to_owned).collect())),
                ("needs", program) => parts.push(Part::Needs(program.to_owned())),
                ("generated" | "end", _) => {}
                (of_a_file @ ("writes" | "adds" | "shows"), file) => {
                    if !text.contains(&format!("`{file}`")) {
                        return Err(format!("{at}: the text before the block does not name its file, `{file}`"));
                    }
                    let marker_of = match of_a_file {
                        "writes" => Marker::Writes,
                        "adds" => Marker::Adds,
                        _ => Marker::Shows,
                    };
                    marker = Some((index, marker_of(file.to_owned())));
                }
                ("run", "") => marker = Some((index, Marker::Run)),
                ("usage", "") => marker = Some((index, Marker::Usage)),
                ("ci", "") => marker = Some((index, Marker::Ci)),
                _ => return Err(format!("{at}: no such marker: {line}")),
            }
        } else if let Some(language) = line.strip_prefix("```") {
            let length = lines[index + 1..].iter().position(|line| *line == "```");
            let end = index + 1 + length.ok_or_else(|| format!("{at}: nothing ends the block"))?;
            match marker.take() {
                Some((_, marker)) => parts.push(Part::Block(marker, index + 1..end)),
                None if is_example(language, &lines[index + 1..end]) => {
                    return Err(format!("{at}: an example without a marker, which no test would run"));
                }
                None => {}
            }
            text.clear();
            index = end;
        } else if !line.trim().is_empty() && marker.is_some() {
            return Err(format!("{at}: the marker before it stands before no block"));
        } else {
            text += line;
        }
        index += 1;
    }
    marker.map_or(Ok(parts), |(index, _)| Err(format!("line {}: the marker stands before no block", index + 1)))
}

/// Whether a block looks like something that a reader would try, whatever language it says it is in.
fn is_example(language: &str, lines: &[&str]) -> bool {
    const LANGUAGES: [&str; 8] = ["toml", "sql", "console", "sh", "bash", "shell", "yaml", "python"];
    const STATEMENTS: [&str; 8] = ["SELECT", "INSERT", "UPDATE", "DELETE", "CREATE", "ALTER", "DROP", "WITH"];
    const COMMANDS: [&str; 3] = ["$ ", "phasegate ", "cargo "];
    let word = language.split([',', ' ']).next().unwrap_or_default();
    let begins_like_one = |line: &&str| {
        let line = line.trim_start();
        let first = line.split(' ').next().unwrap_or_default();
        let is_key = |word: &str| word.chars().all(|c| c.is_ascii_lowercase() || c == '_' || c == '.');
        COMMANDS.iter().any(|command| line.starts_with(command))
            || STATEMENTS.contains(&first.to_ascii_uppercase().as_str())
            || line.starts_with('[')
            || line.split_once(" = ").is_some_and(|(key, _)| !key.is_empty() && is_key(key))
    };
    LANGUAGES.contains(&word.to_ascii_lowercase().as_str()) || lines.iter().any(begins_like_one)
}

pub(crate) fn claims() -> Vec<Claim> {
    vec![
        ("a_block_with_a_marker_is_a_part_of_its_page", || {
            let parts =
                parts("<!-- copy docs/examples/sqlite -->\n`a.sql`:\n<!-- writes a.sql -->\n```sql\nSELECT 1;\n```\n")?;
            let block = Part::Block(Marker::Writes("a.sql".to_owned()), 4..5);
            let met = [Part::Copy("docs/examples/sqlite".to_owned()), block];
            if parts == met { Ok(()) } else { Err(format!("{parts:?}")) }
        }),
        ("whatever_looks_like_an_example_needs_a_marker", || {
            let unmarked = [
                "```toml\nx\n```",
                "```SQL\nx\n```",
                "```console\nx\n```",
                "```\n$ ls\n```",
                "```text\nphasegate run\n```",
                "```\nselect 1\n```",
                "```\n[[check]]\n```",
                "```rust,ignore\n    id = \"1\"\n```",
            ];
            match unmarked.iter().find(|page| parts(page).is_ok()) {
                None if parts("```\nsuite -> plan\n```").is_ok() => Ok(()),
                None => Err("a drawing is taken for an example".to_owned()),
                Some(page) => Err(format!("taken for none: {page}")),
            }
        }),
        ("a_marker_that_says_nothing_of_a_block_or_a_file_that_no_reader_is_told_of_is_an_error", || {
            let wrong =
                ["<!-- run -->\ntext\n", "<!-- run -->\n", "<!-- runs -->\n", "<!-- run -->\n```console\n$ ls\n"];
            match wrong.iter().find(|page| parts(page).is_ok()) {
                None => Ok(()),
                Some(page) => Err(format!("taken for whole: {page}")),
            }
        }),
    ]
}
