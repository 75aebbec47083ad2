//! `unchanged`: the phase left the legacy columns of every legacy row as they were.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::Judged;
use crate::{ReasonCode, Refusal};

/// Tables whose rows a phase may not change.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Unchanged {
    /// The tables.
    pub tables: Vec<String>,
    /// Columns that are left out, as `table.column`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub except: Vec<String>,
}

/// What became of the rows.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct UnchangedSeen {
    /// How many rows each table held before the phase; `None` when nobody looked.
    pub rows_before: Option<BTreeMap<String, u64>>,
    /// Every row that is not as it was, in words.
    pub changes: Vec<String>,
    /// Why the rows could not be read: before the phase, if none were read there, and else after it.
    pub error: Option<Refusal>,
}

impl Unchanged {
    pub(super) fn judge(&self, seen: &UnchangedSeen) -> Judged {
        let Some(rows) = &seen.rows_before else {
            let none = "there are no rows from before the phase".to_owned();
            let why = seen
                .error
                .as_ref()
                .map_or(none, |error| format!("the rows before the phase cannot be read: {}", error.message));
            return Judged::error(ReasonCode::Harness, why);
        };
        let total = rows.values().sum();
        let judged = if let Some(error) = &seen.error {
            Judged::failed(ReasonCode::RowsChanged, format!("the rows can no longer be read: {}", error.message))
        } else if let Some(first) = seen.changes.first() {
            Judged::failed(ReasonCode::RowsChanged, format!("{} in all, the first: {first}", seen.changes.len()))
        } else if let Some(empty) = self.tables.iter().find(|table| rows.get(*table).is_none_or(|n| *n == 0)) {
            Judged::failed(ReasonCode::Vacuous, format!("{empty} held no row"))
        } else {
            Judged::passed()
        };
        judged.examined(total)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn code(rows: Option<u64>, changes: &[&str], error: Option<Refusal>) -> String {
        let expected = Unchanged { tables: vec!["t".into()], except: Vec::new() };
        let judged = expected.judge(&UnchangedSeen {
            rows_before: rows.map(|rows| BTreeMap::from([("t".to_owned(), rows)])),
            changes: changes.iter().map(|change| (*change).to_owned()).collect(),
            error,
        });
        judged.reason.map_or("passed".into(), |reason| reason.code.to_string())
    }

    #[test]
    fn rows_that_are_as_they_were_pass() {
        assert_eq!(code(Some(4), &[], None), "passed");
    }

    #[test]
    fn a_changed_row_or_a_lost_column_fails() {
        assert_eq!(code(Some(4), &["t 1 is changed"], None), "rows-changed");
        assert_eq!(code(Some(4), &[], Some(Refusal::without_code("no such column"))), "rows-changed");
    }

    #[test]
    fn a_table_without_rows_is_vacuous_and_nobody_having_looked_is_an_error() {
        assert_eq!(code(Some(0), &[], None), "vacuous");
        assert_eq!(code(None, &[], None), "harness");
        assert_eq!(code(None, &[], Some(Refusal::without_code("no such table"))), "harness");
    }
}
