//! `violations`: an invariant's query finds no row, and had rows to look at (rule 3).

use serde::{Deserialize, Serialize};

use super::Judged;
use crate::{ReasonCode, Refusal, Table, row_text};

/// An invariant.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Violations {
    /// A query that gives one row for each violation.
    pub query: String,
    /// A query that counts the rows it looked at.
    pub examined: String,
    /// Whether a table without rows is what the check wants.
    pub allow_empty: bool,
}

/// What the queries gave.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct ViolationsSeen {
    /// The violations.
    pub violations: Table,
    /// How many rows were examined.
    pub examined: u64,
    /// Why a query was refused.
    pub error: Option<Refusal>,
}

impl Violations {
    pub(super) fn judge(&self, seen: &ViolationsSeen) -> Judged {
        if let Some(error) = &seen.error {
            return Judged::refused(error);
        }
        let violations = seen.violations.rows.len();
        let judged = if let Some(first) = seen.violations.rows.first() {
            let plural = if violations == 1 { "row violates" } else { "rows violate" };
            Judged::failed(ReasonCode::Violated, format!("{violations} {plural} it, the first: {}", row_text(first)))
        } else if seen.examined == 0 && !self.allow_empty {
            Judged::failed(ReasonCode::Vacuous, "no row was examined")
        } else {
            Judged::passed()
        };
        judged.examined(seen.examined)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn code(violations: usize, examined: u64, allow_empty: bool) -> String {
        let expected = Violations { query: String::new(), examined: String::new(), allow_empty };
        let rows = vec![vec![Some("x".to_owned())]; violations];
        let violations = Table { columns: Vec::new(), rows };
        let judged = expected.judge(&ViolationsSeen { violations, examined, error: None });
        judged.reason.map_or("passed".to_owned(), |reason| reason.code.to_string())
    }

    #[test]
    fn no_violation_among_rows_passes() {
        assert_eq!(code(0, 5, false), "passed");
    }

    #[test]
    fn one_violation_fails() {
        assert_eq!(code(1, 5, false), "violated");
    }

    #[test]
    fn a_check_that_looked_at_no_row_fails_unless_it_wants_none() {
        assert_eq!(code(0, 0, false), "vacuous");
        assert_eq!(code(0, 0, true), "passed");
        assert_eq!(code(1, 0, true), "violated");
    }
}
