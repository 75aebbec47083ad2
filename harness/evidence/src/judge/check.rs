//! A check: one SQL test with one expectation, as the plan holds it.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{Defect, Expectation, Judged, Observation, judge};
use crate::ReasonCode;

/// One SQL test with one expectation.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Check {
    /// Its id.
    pub id: String,
    /// What it tries.
    pub title: String,
    /// The requirements of the source that it alone answers.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub requirement: Vec<String>,
    /// The role under which it is tried, if it is not the session's user.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub role: Option<String>,
    /// Settings of the transaction in which it is tried.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub settings: BTreeMap<String, String>,
    /// Statements before it, run by the session's user; they must succeed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub given: Option<String>,
    /// What the server must offer for the check to be applicable.
    #[serde(default, skip_serializing_if = "Needs::is_empty")]
    pub needs: Needs,
    /// Whether it holds right after its phase only, in the state that a run leaves, and not ever after.
    #[serde(default, skip_serializing_if = "is_false")]
    pub transient: bool,
    /// How long it may take, in milliseconds, where that is not what the run allows every check.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub timeout_ms: Option<u64>,
    /// The heading under which the implementation log shows the rows that it saw, if it shows them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub log: Option<String>,
    /// Whether it only asks for what is seen, so that it fails until that has been adopted as what it expects.
    #[serde(default, skip_serializing_if = "is_false")]
    pub adopt: bool,
    /// What is tried and expected.
    pub expectation: Expectation,
    /// How the check is shown to be able to fail.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fails: Option<Defect>,
}

impl Check {
    /// A check of nothing but its expectation.
    #[must_use]
    pub fn new(id: impl Into<String>, title: impl Into<String>, expectation: Expectation) -> Self {
        Self {
            id: id.into(),
            title: title.into(),
            requirement: Vec::new(),
            role: None,
            settings: BTreeMap::new(),
            given: None,
            needs: Needs::default(),
            transient: false,
            timeout_ms: None,
            log: None,
            adopt: false,
            expectation,
            fails: None,
        }
    }

    /// The name of the kind of its expectation.
    #[must_use]
    pub fn kind(&self) -> &'static str {
        self.expectation.kind()
    }

    /// Judges what was seen. What nobody has adopted yet is no expectation, and nothing passes by it.
    #[must_use]
    pub fn judge(&self, seen: &Observation) -> Judged {
        if self.adopt && seen.is_adoptable() {
            let what = format!("`phasegate adopt RUN {}` writes what it saw into the check", self.id);
            return Judged::failed(ReasonCode::NotAdopted, what);
        }
        judge(&self.expectation, seen)
    }
}

fn is_false(flag: &bool) -> bool {
    !flag
}

/// What a server must offer for a check to be applicable.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Needs {
    /// The edition of TimescaleDB: `community` for what the Apache edition lacks.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub edition: Option<String>,
    /// The oldest major version of PostgreSQL.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub postgres_min: Option<u32>,
    /// The oldest version of TimescaleDB, as `2.17`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub timescaledb_min: Option<String>,
    /// The version of TimescaleDB from which on it is otherwise, as `2.16`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub timescaledb_below: Option<String>,
}

impl Needs {
    /// Whether any server will do.
    pub(crate) fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        Catalog, Difference, Refusal, Table, Verdict,
        judge::{CatalogFacts, CatalogSeen, Changes, ChangesSeen, Rows, RowsSeen},
    };

    fn seen(error: Option<Refusal>) -> Observation {
        let table = Table { columns: vec!["a".into()], rows: vec![vec![Some("1".into())]] };
        Observation::Rows(RowsSeen { table: error.is_none().then_some(table), examined: None, error })
    }

    fn asks(expectation: Expectation) -> Check {
        Check { adopt: true, ..Check::new("1.1.1", "what it tries", expectation) }
    }

    fn rows(value: &str) -> Expectation {
        Expectation::Rows(Rows { query: "SELECT 1".into(), rows: vec![vec![Some(value.into())]], examined: None })
    }

    fn code(judged: &Judged) -> Option<ReasonCode> {
        judged.reason.as_ref().map(|reason| reason.code)
    }

    #[test]
    fn what_is_seen_by_a_check_that_asks_for_it_is_no_pass_even_where_it_is_what_the_check_expects() {
        for value in ["1", "2"] {
            let judged = asks(rows(value)).judge(&seen(None));
            assert_eq!((judged.verdict, code(&judged)), (Verdict::Failed, Some(ReasonCode::NotAdopted)));
        }
        let without = Check { adopt: false, ..asks(rows("1")) };
        assert_eq!(without.judge(&seen(None)).verdict, Verdict::Passed);
    }

    #[test]
    fn each_kind_that_can_be_adopted_fails_until_it_has_been() {
        let nothing = Catalog::default();
        let difference = Some(Difference::between(&nothing, &nothing));
        let all = [
            (Expectation::Changes(Changes::default()), {
                Observation::Changes(ChangesSeen { difference, normalised: BTreeMap::new() })
            }),
            (Expectation::Catalog(CatalogFacts { objects: BTreeMap::new(), exactly: Vec::new() }), {
                Observation::Catalog(CatalogSeen { objects: BTreeMap::new(), others: BTreeMap::new() })
            }),
        ];
        for (expectation, seen) in all {
            assert!(expectation.is_adoptable());
            let judged = asks(expectation).judge(&seen);
            assert_eq!((judged.verdict, code(&judged)), (Verdict::Failed, Some(ReasonCode::NotAdopted)));
        }
    }

    #[test]
    fn what_could_not_be_seen_keeps_its_own_reason() {
        let refused = asks(rows("1")).judge(&seen(Some(Refusal::without_code("no such column"))));
        assert_eq!((refused.verdict, code(&refused)), (Verdict::Error, Some(ReasonCode::QueryRefused)));
        let setup = Observation::SetupFailed { error: Refusal::without_code("no") };
        let failed = asks(rows("1")).judge(&setup);
        assert_eq!((failed.verdict, code(&failed)), (Verdict::Error, Some(ReasonCode::SetupFailed)));
    }
}
