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
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub(super) struct CheckFile {
    /// Its id, which begins with that of its gate.
    pub(super) id: String,
    /// What it tries, in one line.
    pub(super) title: String,
    /// The requirements of the source that it answers.
    #[serde(default, deserialize_with = "one_or_more")]
    #[cfg_attr(test, schemars(with = "super::reference::OneOrMore"))]
    pub(super) requirement: Vec<String>,
    /// The role under which it is tried.
    #[serde(rename = "as")]
    pub(super) role: Option<String>,
    /// Settings of the session while it is tried.
    #[serde(default)]
    pub(super) settings: BTreeMap<String, String>,
    /// The states that it starts from, beside those of its gate; a text alone is SQL of its own.
    #[cfg_attr(test, schemars(with = "Option<super::reference::Given>"))]
    pub(super) given: Option<String>,
    /// What the server must offer; where it does not, the check is not applicable.
    #[serde(default)]
    pub(super) needs: Needs,
    /// It holds right after its phase only.
    #[serde(default)]
    pub(super) transient: bool,
    /// How long each statement may take, as `500ms`, `90s` or `5m`.
    pub(super) timeout: Option<String>,
    /// The heading under which the implementation log shows the rows of a check with `rows`.
    pub(super) log: Option<String>,
    /// The defect that it must catch.
    pub(super) fails: Option<FailsFile>,
    /// It asks for what is seen, to be adopted as what it expects; until then it fails.
    #[serde(default)]
    pub(super) adopt: bool,

    // These two are taken out before: named here so that the error of an unknown key lists them.
    /// Rows of values: the check stands once for each.
    #[serde(default, rename = "each")]
    #[cfg_attr(test, schemars(with = "Vec<BTreeMap<String, super::reference::Anything>>"))]
    _each: IgnoredAny,
    /// Those phases of its gate's `after` after which it stands.
    #[serde(default, rename = "after")]
    #[cfg_attr(test, schemars(with = "Vec<String>"))]
    _after: IgnoredAny,
    // These two have gone into the write, and are left only where there is none.
    /// The values of the names in `write` with which it must be accepted.
    #[cfg_attr(test, schemars(with = "Option<BTreeMap<String, super::reference::Anything>>"))]
    pub(super) with: Option<IgnoredAny>,
    /// The values over those with which it must be refused.
    #[cfg_attr(test, schemars(with = "Option<BTreeMap<String, super::reference::Anything>>"))]
    pub(super) but: Option<IgnoredAny>,

    /// The query of `rows` or `plan`.
    pub(super) query: Option<String>,
    /// The write of `rejects`, `accepts`, and of each step that runs nothing else.
    pub(super) write: Option<String>,
    /// A query that counts what `violations` or `rows` looked at.
    pub(super) examined: Option<String>,
    /// An empty table is what it wants.
    #[serde(default)]
    pub(super) allow_empty: bool,
    /// The write that must be accepted, where the fault of `rejects` is not in a value.
    pub(super) neighbour: Option<String>,
    /// The object of the catalog that must be switched off for the write of `rejects` to be accepted.
    pub(super) without: Option<String>,
    /// Why there is no neighbour, because a plan is judged as it was written. Scenarios alone may say so.
    pub(super) without_neighbour: Option<String>,
    /// Tables, or kinds of objects on a table, on which `catalog` allows nothing else.
    #[serde(default)]
    pub(super) exactly: Vec<String>,

    /// Exactly these rows, in this order; `\N` is NULL.
    #[serde(default, deserialize_with = "step_rows")]
    pub(super) rows: Option<Vec<Vec<Cell>>>,
    /// A query that finds what breaks the invariant, and must find nothing.
    pub(super) violations: Option<String>,
    /// What must refuse the write.
    pub(super) rejects: Option<Rejection>,
    /// The write must be accepted.
    pub(super) accepts: Option<AcceptsFile>,
    /// Steps in turn. One may give `but`, values for the check's `write`, in place of `run`; one that gives neither runs the write
    /// as it is accepted.
    pub(super) step: Option<Vec<Step>>,
    /// What the plan of the query must use.
    pub(super) plan: Option<PlanFile>,
    /// Objects by key: a definition, `"absent"`, or `{ contains = [...] }`.
    #[cfg_attr(test, schemars(with = "Option<BTreeMap<String, super::reference::Definition>>"))]
    pub(super) catalog: Option<BTreeMap<String, Value>>,
    /// All that the phase changes in the catalog.
    pub(super) changes: Option<Changes>,
    /// Tables whose rows the phase leaves as they were.
    pub(super) unchanged: Option<Unchanged>,
    /// The way down and up again.
    pub(super) rollback: Option<Rollback>,
    /// A file of pgTAP that must pass, whether the baseline brings pgTAP, and how many of its tests have `TODO` and `SKIP`.
    #[cfg_attr(test, schemars(with = "Option<super::reference::TapFile>"))]
    pub(super) tap: Option<Value>,
}

/// What becomes of a write that must be accepted.
#[derive(Deserialize, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub(super) struct AcceptsFile {
    /// How many rows it writes.
    pub(super) rows: u64,
}

/// What a plan must use.
#[derive(Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub(super) struct PlanFile {
    /// The index that must be used.
    pub(super) index: Option<String>,
    /// The kind of node that must use it, such as `Index Only Scan`.
    pub(super) scan: Option<String>,
    /// A whole line of the plan.
    pub(super) detail: Option<String>,
    /// What no line may hold, such as `Sort` or `TEMP B-TREE`.
    #[serde(default)]
    pub(super) without: Vec<String>,
}

/// How a check is shown to be able to fail.
#[derive(Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub(super) struct FailsFile {
    /// SQL that weakens the schema or the rows in one place.
    pub(super) when: Option<String>,
    /// A file of the fixtures that holds it, where it is long.
    pub(super) file: Option<String>,
    // The key of the first format.
    #[cfg_attr(test, schemars(skip))]
    pub(super) with: Option<IgnoredAny>,
    /// The reason for which the check must then fail.
    pub(super) reason: ReasonCode,
    /// What the detail of that reason must hold.
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
