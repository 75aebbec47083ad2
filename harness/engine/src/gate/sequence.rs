//! `sequence`: several statements in one transaction, each with its own outcome.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{Judged, Rejection, rows::first_difference};
use crate::session::{Cell, DbError, Session, Table};

/// Several statements.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Sequence {
    /// The steps in order.
    pub steps: Vec<Step>,
}

/// One step. A step that names no outcome must be accepted.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Step {
    /// The statements.
    pub run: String,
    /// The role that runs them.
    #[serde(default, rename = "as", skip_serializing_if = "Option::is_none")]
    pub role: Option<String>,
    /// Settings from this step on.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub settings: BTreeMap<String, String>,
    /// The rows of the last statement.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "crate::suite::step_rows")]
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
#[serde(deny_unknown_fields)]
pub struct SequenceSeen {
    /// The steps.
    pub steps: Vec<StepSeen>,
}

/// What became of one step.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StepSeen {
    /// Why it was refused; `None` when it was accepted.
    pub refused: Option<DbError>,
    /// How many rows it wrote.
    pub affected: u64,
    /// The rows of its last statement.
    pub table: Table,
}

impl Sequence {
    pub(super) async fn observe(&self, session: &mut Session, role: Option<&str>) -> Result<SequenceSeen, DbError> {
        let mut seen = SequenceSeen { steps: Vec::new() };
        for step in &self.steps {
            let outcome = step.observe(session, role).await?;
            let ended_well = step.judge(&outcome).is_none();
            seen.steps.push(outcome);
            if !ended_well {
                break;
            }
        }
        Ok(seen)
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
            return Judged::error("harness", "not every step was tried");
        }
        Judged::passed()
    }
}

impl Step {
    /// Whether the step leaves a mark on its session: a setting that was once set within a transaction is the empty
    /// text afterwards and no longer unset, which whatever comes next could meet.
    #[must_use]
    pub fn marks_its_session(&self) -> bool {
        !self.settings.is_empty() || sets(&self.run)
    }

    async fn observe(&self, session: &mut Session, role_between: Option<&str>) -> Result<StepSeen, DbError> {
        session.begin().await?;
        let outcome = self.attempt(session).await;
        let refused = outcome.is_err();
        if refused {
            session.rollback().await?;
        } else {
            session.commit().await?;
            if self.role.is_some() {
                session.become_role(role_between.unwrap_or("none")).await?;
            }
        }
        Ok(match outcome {
            Ok((affected, table)) => StepSeen { refused: None, affected, table },
            Err(error) => StepSeen { refused: Some(error), affected: 0, table: Table::default() },
        })
    }

    async fn attempt(&self, session: &mut Session) -> Result<(u64, Table), DbError> {
        for (name, value) in &self.settings {
            session.set(name, value).await?;
        }
        if let Some(role) = &self.role {
            session.become_role(role).await?;
        }
        let ran = session.run(&self.run).await?;
        session.settle().await?;
        Ok((ran.affected, ran.table))
    }

    fn judge(&self, seen: &StepSeen) -> Option<Judged> {
        if let Some(rejects) = &self.rejects {
            return rejects.compare(seen.refused.as_ref());
        }
        if let Some(error) = &seen.refused {
            return Some(Judged::failed("refused", error.summary()));
        }
        if let Some(affects) = self.affects
            && affects != seen.affected
        {
            let detail = format!("{} rows were written, expected {affects}", seen.affected);
            return Some(Judged::failed("affected-differs", detail));
        }
        let difference = first_difference(self.rows.as_ref()?, &seen.table.rows)?;
        Some(Judged::failed("rows-differ", difference))
    }
}

/// Whether SQL sets a setting.
pub(crate) fn sets(sql: &str) -> bool {
    let sql = sql.to_lowercase();
    ["set_config", "set local", "set session"].iter().any(|words| sql.contains(words))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn step() -> Step {
        Step { run: String::new(), role: None, settings: BTreeMap::new(), rows: None, affects: None, rejects: None }
    }

    fn seen(affected: u64, rows: &[&str]) -> StepSeen {
        let rows = rows.iter().map(|value| vec![Some((*value).to_owned())]).collect();
        StepSeen { refused: None, affected, table: Table { columns: Vec::new(), rows } }
    }

    fn refused() -> StepSeen {
        StepSeen { refused: Some(DbError::harness("no")), ..seen(0, &[]) }
    }

    fn code(steps: Vec<Step>, seen: Vec<StepSeen>) -> String {
        let judged = Sequence { steps }.judge(&SequenceSeen { steps: seen });
        judged.reason.map_or("passed".into(), |reason| reason.code)
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
    fn a_step_that_was_not_tried_is_no_pass() {
        assert_eq!(code(vec![step(), step()], vec![seen(0, &[])]), "harness");
        assert_eq!(code(vec![], vec![]), "harness");
    }
}
