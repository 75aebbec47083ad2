//! `sequence`: several statements, each with its own outcome: in one transaction, or on named sessions.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{Judged, Rejection, rows::first_difference};
use crate::{Cell, ReasonCode, Refusal, Table, table::step_rows};

/// Several statements.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Sequence {
    /// The steps in order.
    pub steps: Vec<Step>,
}

/// One step. A step that names no outcome must be accepted.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Step {
    /// The statements.
    pub run: String,
    /// The session that runs them, by a name of the check's own; the check's session if it names none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub session: Option<String>,
    /// The session that must hold it up. It is awaited once that one lets it go on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub blocked_by: Option<String>,
    /// The role that runs them.
    #[serde(default, rename = "as", skip_serializing_if = "Option::is_none")]
    pub role: Option<String>,
    /// Settings from this step on.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub settings: BTreeMap<String, String>,
    /// The rows of the last statement.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "step_rows")]
    pub rows: Option<Vec<Vec<Cell>>>,
    /// How many rows are written.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub affects: Option<u64>,
    /// What refuses the statements.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rejects: Option<Rejection>,
}

/// What became of the steps, up to the first that did not end as expected.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct SequenceSeen {
    /// The steps.
    pub steps: Vec<StepSeen>,
}

/// What became of one step.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct StepSeen {
    /// Why it was refused; `None` when it was accepted.
    pub refused: Option<Refusal>,
    /// How many rows it wrote.
    pub affected: u64,
    /// The rows of its last statement.
    pub table: Table,
    /// The sessions of the check that held it up, where it must wait for one.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub blocked_by: Vec<String>,
    /// Whether it was still waiting when another step did not end as expected, so that it has no outcome of its own.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub still_waiting: bool,
}

impl Sequence {
    /// Whether its steps name sessions.
    #[must_use]
    pub fn names_sessions(&self) -> bool {
        names_sessions(&self.steps)
    }

    pub(super) fn judge(&self, seen: &SequenceSeen) -> Judged {
        for (index, (step, outcome)) in self.steps.iter().zip(&seen.steps).enumerate() {
            if let Some(mut failure) = step.judge(outcome) {
                if let Some(reason) = &mut failure.reason {
                    reason.detail = format!("step {}: {}", index + 1, reason.detail);
                }
                return failure;
            }
        }
        if self.steps.is_empty() || seen.steps.len() != self.steps.len() {
            return Judged::error(ReasonCode::Harness, "not every step was tried");
        }
        if seen.steps.iter().any(|outcome| outcome.still_waiting) {
            return Judged::error(ReasonCode::Harness, "not every step ended");
        }
        Judged::passed()
    }
}

/// Whether one of these steps runs on a session of its own, which commits for real and so needs a database of its own.
#[must_use]
pub fn names_sessions(steps: &[Step]) -> bool {
    steps.iter().any(|step| step.session.is_some())
}

impl StepSeen {
    /// A step that was accepted.
    #[must_use]
    pub fn accepted(affected: u64, table: Table) -> Self {
        Self { refused: None, affected, table, blocked_by: Vec::new(), still_waiting: false }
    }

    /// A step that was refused.
    #[must_use]
    pub fn refused(refusal: Refusal) -> Self {
        Self { refused: Some(refusal), ..Self::accepted(0, Table::default()) }
    }

    /// A step that waits for these sessions.
    #[must_use]
    pub fn waiting(blocked_by: Vec<String>) -> Self {
        Self { blocked_by, still_waiting: true, ..Self::accepted(0, Table::default()) }
    }
}

impl Step {
    /// A step that runs these statements and must be accepted.
    #[must_use]
    pub fn of(run: impl Into<String>) -> Self {
        Self {
            run: run.into(),
            session: None,
            blocked_by: None,
            role: None,
            settings: BTreeMap::new(),
            rows: None,
            affects: None,
            rejects: None,
        }
    }

    /// Why the outcome of this step is not the expected one; `None` when it is.
    #[must_use]
    pub fn judge(&self, seen: &StepSeen) -> Option<Judged> {
        if let Some(blocker) = &self.blocked_by
            && !seen.blocked_by.contains(blocker)
        {
            let met = match seen.blocked_by.as_slice() {
                [] => String::new(),
                met => format!(", but for {}", met.join(" and ")),
            };
            return Some(Judged::failed(ReasonCode::NotBlocked, format!("it did not wait for {blocker}{met}")));
        }
        if seen.still_waiting {
            return None;
        }
        if let Some(rejects) = &self.rejects {
            return rejects.compare(seen.refused.as_ref());
        }
        if let Some(error) = &seen.refused {
            return Some(Judged::failed(ReasonCode::Refused, error.summary()));
        }
        if let Some(affects) = self.affects
            && affects != seen.affected
        {
            let detail = format!("{} rows were written, expected {affects}", seen.affected);
            return Some(Judged::failed(ReasonCode::AffectedDiffers, detail));
        }
        let difference = first_difference(self.rows.as_ref()?, &seen.table.rows)?;
        Some(Judged::failed(ReasonCode::RowsDiffer, difference))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn step() -> Step {
        Step::of("")
    }

    fn seen(affected: u64, rows: &[&str]) -> StepSeen {
        let rows = rows.iter().map(|value| vec![Some((*value).to_owned())]).collect();
        StepSeen::accepted(affected, Table { columns: Vec::new(), rows })
    }

    fn refused() -> StepSeen {
        StepSeen::refused(Refusal::without_code("no"))
    }

    fn code(steps: Vec<Step>, seen: Vec<StepSeen>) -> String {
        let judged = Sequence { steps }.judge(&SequenceSeen { steps: seen });
        judged.reason.map_or("passed".into(), |reason| reason.code.to_string())
    }

    #[test]
    fn each_step_is_held_to_its_own_outcome() {
        let one = Step { affects: Some(1), ..step() };
        let rows = Step { rows: Some(vec![vec![Some("0".into())]]), ..step() };
        let rejects = Rejection { sqlstate: "P0001".into(), by: "fn".into() };
        let must_fail = Step { rejects: Some(rejects), ..step() };
        assert_eq!(code(vec![one.clone(), rows.clone()], vec![seen(1, &[]), seen(0, &["0"])]), "passed");
        assert_eq!(code(vec![one.clone()], vec![seen(2, &[])]), "affected-differs");
        assert_eq!(code(vec![rows], vec![seen(0, &["1"])]), "rows-differ");
        assert_eq!(code(vec![step()], vec![refused()]), "refused");
        assert_eq!(code(vec![must_fail.clone()], vec![seen(1, &[])]), "not-refused");
        assert_eq!(code(vec![must_fail], vec![refused()]), "wrong-sqlstate");
    }

    #[test]
    fn a_step_that_must_wait_fails_where_it_did_not() {
        let waits = Step { blocked_by: Some("migrator".into()), ..step() };
        let held_up = StepSeen { blocked_by: vec!["migrator".into()], ..seen(0, &[]) };
        assert_eq!(code(vec![waits.clone()], vec![held_up]), "passed");
        assert_eq!(code(vec![waits.clone()], vec![seen(0, &[])]), "not-blocked");
        let by_another = Sequence { steps: vec![waits] }
            .judge(&SequenceSeen { steps: vec![StepSeen::waiting(vec!["reader".into()])] });
        let reason = by_another.reason.map(|reason| reason.to_string());
        assert_eq!(reason.as_deref(), Some("not-blocked: step 1: it did not wait for migrator, but for reader"));
    }

    #[test]
    fn a_step_that_still_waits_leaves_the_verdict_to_the_step_that_ended_the_rest_and_is_no_pass() {
        let waits = Step { blocked_by: Some("migrator".into()), affects: Some(1), ..step() };
        let waiting = StepSeen::waiting(vec!["migrator".into()]);
        assert_eq!(code(vec![waits.clone(), step()], vec![waiting.clone(), refused()]), "refused");
        assert_eq!(code(vec![waits, step()], vec![waiting, seen(0, &[])]), "harness");
    }

    #[test]
    fn a_step_that_was_not_tried_is_no_pass() {
        assert_eq!(code(vec![step(), step()], vec![seen(0, &[])]), "harness");
        assert_eq!(code(vec![], vec![]), "harness");
    }
}
