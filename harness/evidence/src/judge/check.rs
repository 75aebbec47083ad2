//! A check: one SQL test with one expectation, as the plan holds it.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{Defect, Expectation};

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
            expectation,
            fails: None,
        }
    }

    /// The name of the kind of its expectation.
    #[must_use]
    pub fn kind(&self) -> &'static str {
        self.expectation.kind()
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
