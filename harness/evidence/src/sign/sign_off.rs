//! A sign-off: who stands for a run, or for a phase of it, in which role and with which meaning.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::PublicKey;
use crate::{Digest, Verdict};

/// In which role somebody signs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum Role {
    /// Made the migration.
    Implementer,
    /// Validated it; signs after an implementer.
    Validator,
    /// Brings it to production; signs after a validator.
    Deployer,
}

/// What a signature means (21 CFR 11.50).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum Meaning {
    /// Has read the evidence.
    Review,
    /// Agrees that what comes next may begin.
    Approval,
    /// Answers for it.
    Responsibility,
    /// Made it.
    Authorship,
}

/// What a person adds to the facts of a run by signing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct SignOff {
    /// The run digest: every byte of the folder but the sign-offs.
    pub run_digest: Digest,
    /// The SHA-256 of the file of the sign-off before this one, if there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub previous: Option<Digest>,
    /// In which role.
    pub role: Role,
    /// The printed name.
    pub name: String,
    /// With which meaning.
    pub meaning: Meaning,
    /// When, by the clock of whoever signed: `2026-01-02T03:04:05Z`.
    #[cfg_attr(feature = "schema", schemars(extend("format" = "date-time")))]
    pub signed_at: String,
    /// The phase that is signed, if it is not the whole run.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub phase: Option<PhaseScope>,
    /// What the signer noted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub notes: Option<String>,
    /// Why it is signed although it did not pass.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub exception: Option<Exception>,
}

/// A phase that is signed for itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct PhaseScope {
    /// Its suite.
    pub suite: String,
    /// The phase.
    pub phase: String,
    /// What it came to.
    pub verdict: Verdict,
    /// How many exit gates it has.
    pub gates: u32,
    /// How many of them are open: passed, or not applicable on this server.
    pub gates_open: u32,
}

/// An exception: what did not pass is signed all the same. It takes two approvers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Exception {
    /// Why.
    pub reason: String,
    /// The ticket under which it is mended.
    pub ticket: String,
    /// The day by which it is mended: `2026-01-02`.
    #[cfg_attr(feature = "schema", schemars(extend("format" = "date")))]
    pub deadline: String,
}

/// A sign-off as it lies in a run folder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Signed {
    /// Its file, relative to the run folder.
    pub file: String,
    /// The SHA-256 of the file.
    pub digest: Digest,
    /// The key that signed.
    pub key: PublicKey,
    /// What was signed beside the facts of the run.
    pub sign_off: SignOff,
}

/// How far the approval of a run, or of a phase, has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Approval {
    /// No validator has approved it.
    None,
    /// A validator has approved an exception, and it has no second approver.
    Awaited,
    /// A validator has approved it; where it did not pass, with a second approver.
    Given,
}

impl SignOff {
    /// Whether it speaks of this phase: as itself, or as a part of the whole run.
    pub(super) fn covers(&self, phase: Option<&PhaseScope>) -> bool {
        self.phase.is_none() || self.is_of(phase)
    }

    /// Whether it speaks of exactly this: a phase, or the whole run.
    pub(super) fn is_of(&self, phase: Option<&PhaseScope>) -> bool {
        let name = |phase: &PhaseScope| (phase.suite.clone(), phase.phase.clone());
        self.phase.as_ref().map(name) == phase.map(name)
    }

    /// The person, however the name was typed.
    pub(super) fn person(&self) -> String {
        self.name.split_whitespace().collect::<Vec<_>>().join(" ").to_lowercase()
    }
}

/// How far the approval of the whole run has come (`phase` is none), or that of a phase.
#[must_use]
pub fn approval<'a>(signed: impl IntoIterator<Item = &'a Signed>, phase: Option<(&str, &str)>) -> Approval {
    let of_phase = |of: &PhaseScope| Some((of.suite.as_str(), of.phase.as_str())) == phase;
    let approvals: Vec<&Signed> = signed
        .into_iter()
        .filter(|signed| signed.sign_off.meaning == Meaning::Approval)
        .filter(|signed| signed.sign_off.phase.as_ref().is_none_or(of_phase))
        .collect();
    let by_validator = |signed: &&&Signed| signed.sign_off.role == Role::Validator;
    let mut found = Approval::None;
    for approved in approvals.iter().filter(by_validator) {
        match &approved.sign_off.exception {
            None => return Approval::Given,
            Some(exception) => {
                // Somebody with two keys is one approver.
                let is_another =
                    |other: &Signed| other.key != approved.key && other.sign_off.person() != approved.sign_off.person();
                let second = approvals
                    .iter()
                    .any(|other| is_another(other) && other.sign_off.exception.as_ref() == Some(exception));
                if second {
                    return Approval::Given;
                }
                found = Approval::Awaited;
            }
        }
    }
    found
}

impl fmt::Display for Role {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Implementer => "implementer",
            Self::Validator => "validator",
            Self::Deployer => "deployer",
        })
    }
}

impl fmt::Display for Meaning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Review => "review",
            Self::Approval => "approval",
            Self::Responsibility => "responsibility",
            Self::Authorship => "authorship",
        })
    }
}

impl fmt::Display for PhaseScope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "phase {} of {}", self.phase, self.suite)
    }
}
