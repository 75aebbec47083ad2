//! Values as TOML writes them.

use phasegate_evidence::Cell;
use toml::{Table, Value};

/// A text.
pub(super) fn text(text: &str) -> String {
    Value::String(text.to_owned()).to_string()
}

/// A key and the text that it has.
pub(super) fn entry(key: &str, value: &str) -> String {
    Table::from_iter([(key.to_owned(), Value::String(value.to_owned()))]).to_string().trim_end().to_owned()
}

/// A value of a row; NULL is written as in COPY.
pub(super) fn cell(cell: &Cell) -> String {
    text(cell.as_deref().unwrap_or("\\N"))
}

/// A row.
pub(super) fn row(cells: &[Cell]) -> String {
    format!("[{}]", cells.iter().map(cell).collect::<Vec<_>>().join(", "))
}

/// Entries between brackets, on lines of their own where there are several.
pub(super) fn within(brackets: [char; 2], entries: &[String], indent: &str) -> String {
    let [open, close] = brackets;
    let space = if open == '{' { " " } else { "" };
    match entries {
        [] => format!("{open}{close}"),
        [one] if !one.contains('\n') => format!("{open}{space}{one}{space}{close}"),
        several => {
            let lines: String = several.iter().map(|entry| format!("{indent}    {entry},\n")).collect();
            format!("{open}\n{lines}{indent}{close}")
        }
    }
}
