//! `rows`: a query gives exactly these rows, in this order.

use serde::{Deserialize, Serialize};

use super::Judged;
use crate::{Cell, ReasonCode, Refusal, Table, row_text};

/// A query and its rows.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Rows {
    /// The query.
    pub query: String,
    /// The rows, as text; `None` is NULL.
    pub rows: Vec<Vec<Cell>>,
    /// A query that counts what was looked at; needed where no row is expected.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub examined: Option<String>,
}

/// What the query gave.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct RowsSeen {
    /// The rows, unless the query was refused.
    pub table: Option<Table>,
    /// What `examined` counted.
    pub examined: Option<u64>,
    /// Why a query was refused.
    pub error: Option<Refusal>,
}

impl Rows {
    pub(super) fn judge(&self, seen: &RowsSeen) -> Judged {
        if let Some(error) = &seen.error {
            return Judged::refused(error);
        }
        let Some(table) = &seen.table else {
            return Judged::error(ReasonCode::QueryRefused, "the query gave nothing");
        };
        if seen.examined == Some(0) {
            return Judged::failed(ReasonCode::Vacuous, "no row was examined").examined(0);
        }
        let judged = match first_difference(&self.rows, &table.rows) {
            None => Judged::passed(),
            Some(difference) => Judged::failed(ReasonCode::RowsDiffer, difference),
        };
        judged.examined(seen.examined.unwrap_or(table.rows.len() as u64))
    }
}

/// The first place at which two lists of rows differ, in words.
pub(super) fn first_difference(expected: &[Vec<Cell>], met: &[Vec<Cell>]) -> Option<String> {
    let pairs = expected.iter().zip(met).enumerate();
    for (index, (expected, met)) in pairs {
        if expected != met {
            return Some(format!("row {} is ({}), expected ({})", index + 1, row_text(met), row_text(expected)));
        }
    }
    if let Some(missing) = expected.get(met.len()) {
        let (has, wants) = (met.len(), expected.len());
        return Some(format!("{has} rows of {wants}: ({}) is missing", row_text(missing)));
    }
    let extra = met.get(expected.len())?;
    Some(format!("{} rows, expected {}: ({}) is more", met.len(), expected.len(), row_text(extra)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Verdict;

    fn cells(rows: &[&[&str]]) -> Vec<Vec<Cell>> {
        rows.iter().map(|row| row.iter().map(|c| Some((*c).to_owned())).collect()).collect()
    }

    fn judge(expected: &[&[&str]], met: &[&[&str]], examined: Option<u64>) -> Judged {
        let rows = Rows { query: String::new(), rows: cells(expected), examined: None };
        let table = Table { columns: Vec::new(), rows: cells(met) };
        rows.judge(&RowsSeen { table: Some(table), examined, error: None })
    }

    fn code(judged: &Judged) -> &str {
        judged.reason.as_ref().map_or("passed", |reason| reason.code.as_str())
    }

    #[test]
    fn the_same_rows_in_the_same_order_pass() {
        assert_eq!(code(&judge(&[&["a"], &["b"]], &[&["a"], &["b"]], None)), "passed");
    }

    #[test]
    fn another_value_order_or_number_of_rows_fails() {
        for met in [&[&["a"] as &[&str], &["c"]] as &[&[&str]], &[&["b"], &["a"]], &[&["a"]], &[&["a"], &["b"], &["c"]]]
        {
            let judged = judge(&[&["a"], &["b"]], met, None);
            assert_eq!(code(&judged), "rows-differ", "{met:?}");
        }
    }

    #[test]
    fn null_is_not_the_empty_text() {
        let rows = Rows { query: String::new(), rows: vec![vec![None]], examined: None };
        let table = Table { columns: Vec::new(), rows: vec![vec![Some(String::new())]] };
        let seen = RowsSeen { table: Some(table), examined: None, error: None };
        assert_eq!(code(&rows.judge(&seen)), "rows-differ");
    }

    #[test]
    fn no_row_expected_and_none_examined_is_vacuous() {
        assert_eq!(code(&judge(&[], &[], Some(0))), "vacuous");
        assert_eq!(code(&judge(&[], &[], Some(3))), "passed");
    }

    #[test]
    fn a_refused_query_is_an_error_and_no_pass_and_damage_that_it_finds_a_failure() {
        let rows = Rows { query: String::new(), rows: Vec::new(), examined: None };
        let judged = |sqlstate: Option<&str>| {
            let error = Refusal { sqlstate: sqlstate.map(str::to_owned), ..Refusal::without_code("no such column") };
            let judged = rows.judge(&RowsSeen { table: None, examined: None, error: Some(error) });
            (judged.verdict, code(&judged).to_owned())
        };
        for code in [None, Some("SQLITE_ERROR"), Some("SQLITE_BUSY"), Some("42703")] {
            assert_eq!(judged(code), (Verdict::Error, "query-refused".to_owned()), "{code:?}");
        }
        for code in ["SQLITE_CORRUPT", "SQLITE_CORRUPT_INDEX", "SQLITE_NOTADB"] {
            assert_eq!(judged(Some(code)), (Verdict::Failed, "damaged".to_owned()), "{code}");
        }
    }
}
