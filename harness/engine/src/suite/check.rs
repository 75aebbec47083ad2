//! A check as the engine works with it.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::gate::{Expectation, Step, sets};

/// One SQL test with one expectation.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
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
    /// What is tried and expected.
    pub expectation: Expectation,
    /// How the check is shown to be able to fail.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fails: Option<Defect>,
}

impl Check {
    /// Whether trying the check leaves a mark on its session: a setting that was once set within a transaction is the
    /// empty text afterwards and no longer unset, which the next check could meet.
    #[must_use]
    pub fn marks_its_session(&self) -> bool {
        let steps_mark = match &self.expectation {
            Expectation::Sequence(sequence) => sequence.steps.iter().any(Step::marks_its_session),
            _ => false,
        };
        !self.settings.is_empty() || steps_mark || sets(self.given.as_deref().unwrap_or_default())
    }
}

fn is_false(flag: &bool) -> bool {
    !flag
}

/// What a server must offer for a check to be applicable.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Needs {
    /// The edition of TimescaleDB: `community` for what the Apache edition lacks.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub edition: Option<String>,
    /// The oldest major version of PostgreSQL.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub postgres_min: Option<u32>,
}

impl Needs {
    /// Whether any server will do.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

/// A weakened schema that a check must catch.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Defect {
    /// What weakens it.
    pub sql: DefectSql,
    /// The code of the reason for which the check must then fail.
    pub reason: String,
    /// What the reason's detail must hold.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub detail: Option<String>,
}

/// The SQL of a defect.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum DefectSql {
    /// It stands in the gate.
    When(String),
    /// It stands in this file, relative to the fixtures.
    File(String),
}
