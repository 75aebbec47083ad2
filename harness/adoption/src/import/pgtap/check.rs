//! What an assertion becomes.

use crate::init::{list, quoted};

/// A check in the making.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Check {
    /// A query gives these rows.
    Rows { query: String, rows: Vec<&'static str> },
    /// A query finds nothing; another counts what it looked at.
    Violations { query: String, examined: String },
    /// Objects of the catalog hold these parts of a definition.
    Contains { key: String, parts: Vec<String> },
    /// An object is not there.
    Absent { key: String },
    /// A statement is accepted.
    Accepted { run: String },
    /// A statement is refused, and its neighbour, where one is known, is accepted.
    Refused { run: String, sqlstate: String, by: String, neighbour: Option<String> },
}

impl Check {
    /// A query that says whether a claim holds.
    pub(super) fn holds(query: impl Into<String>) -> Self {
        Self::Rows { query: query.into(), rows: vec!["t"] }
    }

    /// The keys of its expectation, as TOML.
    pub(super) fn toml(&self) -> String {
        match self {
            Self::Rows { query, rows } => {
                let rows = rows.iter().map(|row| list([*row].into_iter())).collect::<Vec<_>>().join(", ");
                format!("query = {}\nrows = [{rows}]\n", quoted(query))
            }
            // pgTAP is content with a table that holds nothing.
            Self::Violations { query, examined } => {
                format!("violations = {}\nexamined = {}\nallow_empty = true\n", quoted(query), quoted(examined))
            }
            Self::Contains { key, parts } => {
                let parts = list(parts.iter().map(String::as_str));
                format!("catalog = {{ {} = {{ contains = {parts} }} }}\n", quoted(key))
            }
            Self::Absent { key } => format!("catalog = {{ {} = \"absent\" }}\n", quoted(key)),
            Self::Accepted { run } => format!("step = [{{ run = {} }}]\n", quoted(run)),
            Self::Refused { run, sqlstate, by, neighbour } => {
                let rejects = format!("{{ sqlstate = {}, by = {} }}", quoted(sqlstate), quoted(by));
                if let Some(neighbour) = neighbour {
                    return format!(
                        "write = {}\nneighbour = {}\nrejects = {rejects}\n",
                        quoted(run),
                        quoted(neighbour)
                    );
                }
                format!("step = [{{ run = {}, rejects = {rejects} }}]\n", quoted(run))
            }
        }
    }
}
