//! The flat form of a check in the file of its gate.

use std::collections::BTreeMap;

use phasegate_evidence::{
    Cell, ReasonCode,
    judge::{Changes, Needs, Rejection, Rollback, Step, Unchanged},
    step_rows,
};
use serde::{Deserialize, Serialize, de::IgnoredAny};
use toml::Value;

use super::values::one_or_more;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct CheckFile {
    pub(super) id: String,
    pub(super) title: String,
    #[serde(default, deserialize_with = "one_or_more")]
    pub(super) requirement: Vec<String>,
    #[serde(rename = "as")]
    pub(super) role: Option<String>,
    #[serde(default)]
    pub(super) settings: BTreeMap<String, String>,
    pub(super) given: Option<String>,
    #[serde(default)]
    pub(super) needs: Needs,
    #[serde(default)]
    pub(super) transient: bool,
    pub(super) timeout: Option<String>,
    /// A heading of the implementation log.
    pub(super) log: Option<String>,
    pub(super) fails: Option<FailsFile>,
    /// Whether it asks for what is seen, to be adopted as what it expects.
    #[serde(default)]
    pub(super) adopt: bool,

    // Taken out before: named here so that the error of an unknown key lists them.
    #[serde(default, rename = "each")]
    _each: IgnoredAny,
    #[serde(default, rename = "after")]
    _after: IgnoredAny,
    /// These two have gone into the write, and are left only where there is none.
    pub(super) with: Option<IgnoredAny>,
    pub(super) but: Option<IgnoredAny>,

    pub(super) query: Option<String>,
    pub(super) write: Option<String>,
    pub(super) examined: Option<String>,
    #[serde(default)]
    pub(super) allow_empty: bool,
    pub(super) neighbour: Option<String>,
    /// An object of the catalog that must be switched off for the write to be accepted.
    pub(super) without: Option<String>,
    pub(super) without_neighbour: Option<String>,
    /// Tables, or kinds of objects on a table, on which a `catalog` check allows nothing else.
    #[serde(default)]
    pub(super) exactly: Vec<String>,

    #[serde(default, deserialize_with = "step_rows")]
    pub(super) rows: Option<Vec<Vec<Cell>>>,
    pub(super) violations: Option<String>,
    pub(super) rejects: Option<Rejection>,
    pub(super) accepts: Option<AcceptsFile>,
    pub(super) step: Option<Vec<Step>>,
    pub(super) plan: Option<PlanFile>,
    pub(super) catalog: Option<BTreeMap<String, Value>>,
    pub(super) changes: Option<Changes>,
    pub(super) unchanged: Option<Unchanged>,
    pub(super) rollback: Option<Rollback>,
    pub(super) tap: Option<Value>,
}

#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(super) struct AcceptsFile {
    pub(super) rows: u64,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct PlanFile {
    pub(super) index: Option<String>,
    pub(super) scan: Option<String>,
    pub(super) detail: Option<String>,
    #[serde(default)]
    pub(super) without: Vec<String>,
}

/// How a check is shown to be able to fail.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct FailsFile {
    pub(super) when: Option<String>,
    pub(super) file: Option<String>,
    /// The key of the first format.
    pub(super) with: Option<IgnoredAny>,
    pub(super) reason: ReasonCode,
    pub(super) detail: Option<String>,
}

impl CheckFile {
    pub(super) fn named(&self) -> Vec<&'static str> {
        let kinds = [
            ("rows", self.rows.is_some() || self.asks_for_rows()),
            ("violations", self.violations.is_some()),
            ("rejects", self.rejects.is_some()),
            ("accepts", self.accepts.is_some()),
            ("step", self.step.is_some()),
            ("plan", self.plan.is_some()),
            ("catalog", self.catalog.is_some()),
            ("changes", self.changes.is_some()),
            ("unchanged", self.unchanged.is_some()),
            ("rollback", self.rollback.is_some()),
            ("tap", self.tap.is_some()),
        ];
        kinds.into_iter().filter(|(_, given)| *given).map(|(kind, _)| kind).collect()
    }

    /// A query that asks for its rows needs to expect none yet.
    fn asks_for_rows(&self) -> bool {
        self.adopt && self.query.is_some() && self.plan.is_none()
    }

    /// A key that no expectation took.
    pub(super) fn unused(&self) -> Option<&'static str> {
        let keys = [
            ("query", self.query.is_some()),
            ("write", self.write.is_some()),
            ("with", self.with.is_some()),
            ("but", self.but.is_some()),
            ("examined", self.examined.is_some()),
            ("allow_empty", self.allow_empty),
            ("neighbour", self.neighbour.is_some()),
            ("without", self.without.is_some()),
            ("without_neighbour", self.without_neighbour.is_some()),
            ("exactly", !self.exactly.is_empty()),
        ];
        keys.into_iter().find(|(_, given)| *given).map(|(key, _)| key)
    }
}
