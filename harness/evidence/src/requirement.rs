//! What the documents behind a suite require, and what answers it.

use std::fmt;

use serde::{Deserialize, Serialize};

/// One requirement of the documents with everything that answers it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct RequirementPlan {
    /// Its number, or its words.
    pub requirement: String,
    /// The part of the documents that it stands in, where the suite lists these.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub section: Option<String>,
    /// What it says, where the suite lists it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// What answers it, in the order of the suite, then the tests.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub answers: Vec<Answer>,
    /// Where it is met, when nothing that runs proves it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
}

/// Something that answers a requirement.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Answer {
    /// What it is.
    pub kind: AnswerKind,
    /// Its id; of a test, its name.
    pub id: String,
    /// The gate or check of a scenario that brings its own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub part: Option<String>,
}

/// What answers a requirement.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum AnswerKind {
    /// An exit gate.
    Gate,
    /// A check by itself.
    Check,
    /// A scenario, which only a run that proves the gates plays.
    Scenario,
    /// A finding, which says what does not hold and judges nothing.
    Finding,
    /// A deviation: the suite knowingly reads the requirement otherwise.
    Deviation,
    /// A test beside the suite, which no run runs: a property, or one of the system's own.
    Test,
}

impl fmt::Display for AnswerKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Gate => "gate",
            Self::Check => "check",
            Self::Scenario => "scenario",
            Self::Finding => "finding",
            Self::Deviation => "deviation",
            Self::Test => "test",
        })
    }
}

impl fmt::Display for Answer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.part {
            None => write!(f, "{}", self.id),
            Some(part) => write!(f, "{}, {part}", self.id),
        }
    }
}
