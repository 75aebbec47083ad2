//! `rejects`: a write is refused by what should refuse it (rule 1), and its nearest neighbour, the same write with only
//! the fault mended, is accepted in the same setting (rule 2).

use serde::{Deserialize, Serialize};

use super::Judged;
use crate::{ReasonCode, Refusal};

/// A refused write and its accepted neighbour.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Rejects {
    /// The write that must be refused.
    pub write: String,
    /// What must refuse it.
    pub rejects: Rejection,
    /// The neighbour.
    pub neighbour: Neighbour,
}

/// What must refuse a write.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Rejection {
    /// The SQLSTATE, or the result code of SQLite.
    pub sqlstate: String,
    /// The constraint, index, column, function or other cause.
    pub by: String,
}

/// The write that must be accepted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum Neighbour {
    /// The write.
    Write(String),
    /// The same write, with this object of the catalog (`trigger t.guard`) switched off.
    SwitchedOff(String),
    /// There is none, because a plan is judged as it was written. Only scenarios may say so.
    #[serde(rename = "without")]
    None(String),
}

/// What became of the two writes.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct RejectsSeen {
    /// The error of the write; `None` when it was accepted.
    pub refused: Option<Refusal>,
    /// The error of the neighbour; `None` when it was accepted or there is none.
    pub neighbour_refused: Option<Refusal>,
    /// How many rows the neighbour wrote.
    pub neighbour_affected: Option<u64>,
}

impl Rejects {
    pub(super) fn judge(&self, seen: &RejectsSeen) -> Judged {
        if let Some(failure) = self.rejects.compare(seen.refused.as_ref()) {
            return failure;
        }
        if let Some(error) = &seen.neighbour_refused {
            return Judged::failed(ReasonCode::NeighbourRefused, format!("its neighbour met {}", error.summary()));
        }
        let neighbour = match &self.neighbour {
            Neighbour::Write(write) => write,
            Neighbour::SwitchedOff(_) => &self.write,
            Neighbour::None(_) => return Judged::passed(),
        };
        match seen.neighbour_affected {
            None => Judged::error(ReasonCode::Harness, "its neighbour was not tried"),
            Some(0) if writes_rows(neighbour) => {
                Judged::failed(ReasonCode::NeighbourRefused, "its neighbour was accepted and wrote no row")
            }
            Some(_) => Judged::passed(),
        }
    }
}

impl Rejection {
    /// Why an error is not the one that was expected.
    pub(super) fn compare(&self, refused: Option<&Refusal>) -> Option<Judged> {
        let Some(error) = refused else {
            return Some(Judged::failed(ReasonCode::NotRefused, "the write was accepted"));
        };
        let met = error.summary();
        if error.sqlstate.as_ref() != Some(&self.sqlstate) {
            let expected = &self.sqlstate;
            return Some(Judged::failed(ReasonCode::WrongSqlstate, format!("{met}, expected {expected} {}", self.by)));
        }
        if !error.is_by(&self.by) {
            return Some(Judged::failed(ReasonCode::WrongCause, format!("{met}, expected {}", self.by)));
        }
        None
    }
}

/// What writes rows.
const WRITES: [&str; 4] = ["insert", "update", "delete", "merge"];

/// Whether the first statement that does more than to set something is one that writes rows, rather than a definition.
fn writes_rows(write: &str) -> bool {
    let is_one = |word: &str| WRITES.iter().any(|one| word.eq_ignore_ascii_case(one));
    let mut rest = write;
    loop {
        rest = without_comments(rest);
        let first = rest.split(|letter: char| !letter.is_alphabetic()).next().unwrap_or_default();
        match first.to_ascii_lowercase().as_str() {
            "set" | "reset" => match rest.split_once(';') {
                Some((_, after)) => rest = after,
                None => return false,
            },
            "with" => return rest.split(|letter: char| !letter.is_alphanumeric() && letter != '_').any(is_one),
            first => return is_one(first),
        }
    }
}

/// SQL without the comments and the white space that it begins with.
fn without_comments(sql: &str) -> &str {
    let mut rest = sql.trim_start();
    loop {
        let after = if rest.starts_with("--") {
            rest.split_once('\n')
        } else if rest.starts_with("/*") {
            rest.split_once("*/")
        } else {
            return rest;
        };
        match after {
            Some((_, after)) => rest = after.trim_start(),
            None => return "",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Cause;

    fn error(sqlstate: &str, cause: Cause) -> Refusal {
        Refusal { sqlstate: Some(sqlstate.into()), cause: Some(cause), ..Refusal::without_code("m") }
    }

    fn expected() -> Rejects {
        Rejects {
            write: "INSERT".into(),
            rejects: Rejection { sqlstate: "23505".into(), by: "idx_key".into() },
            neighbour: Neighbour::Write("INSERT INTO t VALUES (2)".into()),
        }
    }

    #[test]
    fn a_neighbour_that_nobody_tried_is_no_pass() {
        assert_eq!(code(&RejectsSeen { neighbour_affected: None, ..right() }), "harness");
    }

    fn right() -> RejectsSeen {
        RejectsSeen {
            refused: Some(error("23505", Cause::Constraint { name: "idx_key".into() })),
            neighbour_refused: None,
            neighbour_affected: Some(1),
        }
    }

    fn code(seen: &RejectsSeen) -> String {
        expected().judge(seen).reason.map_or("passed".into(), |reason| reason.code.to_string())
    }

    #[test]
    fn the_right_refusal_with_an_accepted_neighbour_passes() {
        assert_eq!(code(&right()), "passed");
    }

    #[test]
    fn a_write_that_is_accepted_fails() {
        assert_eq!(code(&RejectsSeen { refused: None, ..right() }), "not-refused");
    }

    #[test]
    fn another_code_fails() {
        let column = Cause::Column { table: "t".into(), name: "occurred_at".into() };
        let seen = RejectsSeen { refused: Some(error("23502", column)), ..right() };
        let judged = expected().judge(&seen);
        let detail = judged.reason.expect("failed").detail;
        assert_eq!(detail, "23502 column t.occurred_at, expected 23505 idx_key");
    }

    #[test]
    fn the_right_code_from_the_wrong_cause_fails() {
        let other = Cause::Constraint { name: "idx_other".into() };
        let seen = RejectsSeen { refused: Some(error("23505", other)), ..right() };
        assert_eq!(code(&seen), "wrong-cause");
        let unnamed = Refusal { cause: None, ..error("23505", Cause::Type { name: "x".into() }) };
        assert_eq!(code(&RejectsSeen { refused: Some(unnamed), ..right() }), "wrong-cause");
    }

    #[test]
    fn a_neighbour_that_writes_no_row_fails_whatever_stands_before_its_write() {
        for write in [
            "update t SET a = 1",
            "-- the same\n/* but */ UPDATE t SET a = 1",
            "SET LOCAL app.tenant = 'x'; RESET role; UPDATE t SET a = 1",
            "WITH n AS (SELECT 1) INSERT INTO t SELECT * FROM n",
            "DELETE\nFROM t",
        ] {
            assert!(writes_rows(write), "{write}");
        }
        for write in [
            "CREATE TRIGGER t BEFORE INSERT ON t EXECUTE FUNCTION f()",
            "SET LOCAL app.tenant = 'x'",
            "SELECT fn_update()",
            "/* UPDATE",
            "-- DELETE",
            "",
        ] {
            assert!(!writes_rows(write), "{write}");
        }
    }

    #[test]
    fn a_neighbour_that_is_refused_or_writes_nothing_fails() {
        let refusal = error("23503", Cause::Constraint { name: "fk".into() });
        let seen = RejectsSeen { neighbour_refused: Some(refusal), neighbour_affected: None, ..right() };
        assert_eq!(code(&seen), "neighbour-refused");
        assert_eq!(code(&RejectsSeen { neighbour_affected: Some(0), ..right() }), "neighbour-refused");
    }
}
