//! Whether a check fails on a schema that is weakened in one place, for the reason that it names: a check that has never
//! failed proves nothing.

use serde::{Deserialize, Serialize};

use super::Judged;
use crate::{ReasonCode, Verdict};

/// A weakened schema that a check must catch.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Defect {
    /// What weakens it.
    pub sql: DefectSql,
    /// The code of the reason for which the check must then fail.
    pub reason: ReasonCode,
    /// What the reason's detail must hold.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub detail: Option<String>,
}

/// The SQL of a defect.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum DefectSql {
    /// It stands in the gate.
    When(String),
    /// It stands in this file, relative to the fixtures.
    File(String),
}

impl Defect {
    /// Whether what the check came to on the weakened schema is the failure that it names. What this server cannot judge
    /// is not caught by it either, and what broke shows nothing (rules 5 and 11).
    #[must_use]
    pub fn judge(&self, met: &Judged) -> Judged {
        let detail = self.detail.as_deref().unwrap_or_default();
        let expected = format!("expected `{}: ...{detail}...`", self.reason);
        match &met.reason {
            Some(reason)
                if met.verdict == Verdict::Failed && reason.code == self.reason && reason.detail.contains(detail) =>
            {
                Judged::passed()
            }
            Some(reason) if met.verdict == Verdict::NotApplicable || reason.code.is_breakage() => met.clone(),
            Some(reason) => {
                let what = format!("the check is {} for `{reason}`, {expected}", met.verdict);
                Judged::failed(ReasonCode::NotCaught, what)
            }
            None => Judged::failed(ReasonCode::NotCaught, format!("the check is {}, {expected}", met.verdict)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn defect() -> Defect {
        let sql = DefectSql::When("DROP INDEX i".into());
        Defect { sql, reason: ReasonCode::NotRefused, detail: Some("accepted".into()) }
    }

    #[test]
    fn the_named_failure_is_a_catch() {
        let met = Judged::failed(ReasonCode::NotRefused, "the write was accepted");
        assert_eq!(defect().judge(&met).verdict, Verdict::Passed);
    }

    #[test]
    fn what_was_not_judged_or_broke_is_neither_a_catch_nor_a_miss() {
        let lacking = Judged {
            verdict: Verdict::NotApplicable,
            ..Judged::failed(ReasonCode::ServerLacks, "needs the community edition")
        };
        for met in [lacking, Judged::error(ReasonCode::TimedOut, "not done"), Judged::error(ReasonCode::Harness, "no")]
        {
            assert_eq!(defect().judge(&met), met);
        }
    }

    #[test]
    fn a_pass_another_reason_or_an_error_is_none() {
        let mets = [
            Judged::passed(),
            Judged::failed(ReasonCode::WrongCause, "the write was accepted"),
            Judged::failed(ReasonCode::NotRefused, "another detail"),
            Judged::error(ReasonCode::NotRefused, "the write was accepted"),
        ];
        for met in mets {
            assert_eq!(defect().judge(&met).verdict, Verdict::Failed, "{met:?}");
        }
    }
}
