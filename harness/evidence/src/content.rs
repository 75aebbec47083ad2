//! What the tables of a state hold, so that whoever meets a database later can tell whether it still does.

use serde::{Deserialize, Serialize};

use crate::Digest;

/// What one table holds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct TableContent {
    /// How many rows.
    pub rows: u64,
    /// The SHA-256 of the names of its columns in order, and of the text of each row in the order of its key. Each name and
    /// each row goes in as its length in bytes, a colon and itself; a line break ends the names.
    pub digest: Digest,
}

impl TableContent {
    /// What a table with these columns and these rows holds.
    #[must_use]
    pub fn of<'a>(columns: &[String], rows: impl Iterator<Item = &'a String>) -> Self {
        let mut bytes = Vec::new();
        let mut put = |text: &String| bytes.extend_from_slice(format!("{}:{text}", text.len()).as_bytes());
        columns.iter().for_each(&mut put);
        put(&"\n".to_owned());
        let rows = rows.inspect(|row| put(row)).count() as u64;
        Self { rows, digest: Digest::of(&bytes) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_differs_in_a_row_a_name_or_where_one_ends_differs() {
        let of = |columns: &[&str], rows: &[&str]| {
            let [columns, rows] =
                [columns, rows].map(|all| all.iter().map(|text| (*text).to_owned()).collect::<Vec<_>>());
            TableContent::of(&columns, rows.iter())
        };
        let all = [
            of(&["a"], &["x", "y"]),
            of(&["a"], &["xy"]),
            of(&["a"], &["y", "x"]),
            of(&["a", "x"], &["y"]),
            of(&["b"], &["x", "y"]),
            of(&["a"], &[]),
            of(&[], &["a"]),
        ];
        for (at, one) in all.iter().enumerate() {
            assert!(all[at + 1..].iter().all(|other| one.digest != other.digest), "{one:?}");
        }
        assert_eq!(all.map(|content| content.rows), [2, 1, 2, 1, 2, 0, 1]);
        assert_eq!(of(&["a"], &["x", "y"]), of(&["a"], &["x", "y"]));
    }
}
