//! `rollback`: from the state after this phase, every phase down to the baseline can be undone and done again, with the
//! same catalog at every step and the legacy rows as they were.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::Judged;
use crate::{ApplyFailure, Difference, ReasonCode};

/// A claim that a phase can be undone.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Rollback {
    /// Tables whose legacy columns must be as they were at every step.
    pub tables: Vec<String>,
}

/// What became of the way down and up again, up to the first step that did not end well.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct RollbackSeen {
    /// The steps in order.
    pub steps: Vec<RollbackStep>,
    /// How many steps there are to do: two for each phase, or two in all where the rest has been proved before.
    pub planned: usize,
    /// How many legacy rows were compared at each step.
    pub rows: u64,
    /// The check of the phase before that proved the rest of the way, where the first step down led to that phase's state
    /// in catalog and in every row.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rests_on: Option<String>,
}

/// The way in which a phase is walked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum Direction {
    /// Forward.
    Up,
    /// Back.
    Down,
}

impl fmt::Display for Direction {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Up => "up",
            Self::Down => "down",
        })
    }
}

/// One step down or up.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct RollbackStep {
    /// The phase.
    pub phase: String,
    /// Which way.
    pub direction: Direction,
    /// Why it did not apply.
    pub refused: Option<ApplyFailure>,
    /// How the catalog after it differs from the one that the first way up left.
    pub difference: Difference,
    /// The legacy rows that are not as they were, in words.
    pub rows_changed: Vec<String>,
}

impl RollbackStep {
    /// Whether the step ended as it should.
    #[must_use]
    pub fn ended_well(&self) -> bool {
        self.refused.is_none() && self.difference.is_empty() && self.rows_changed.is_empty()
    }
}

impl Rollback {
    pub(super) fn judge(&self, seen: &RollbackSeen) -> Judged {
        for step in &seen.steps {
            let name = format!("{} of phase {}", step.direction, step.phase);
            if let Some(failure) = &step.refused {
                let code = match step.direction {
                    Direction::Down => ReasonCode::DownFailed,
                    Direction::Up => ReasonCode::UpFailed,
                };
                let place = if failure.file.is_empty() { String::new() } else { format!(" at {}", failure.place()) };
                return Judged::failed(code, format!("{name}{place}: {}", failure.summary()));
            }
            if !step.difference.is_empty() {
                let what = step.difference.summary();
                return Judged::failed(ReasonCode::CatalogDiffers, format!("after {name}: {what}"));
            }
            if let Some(first) = step.rows_changed.first() {
                return Judged::failed(ReasonCode::RowsChanged, format!("after {name}: {first}"));
            }
        }
        if seen.rows == 0 {
            return Judged::failed(ReasonCode::Vacuous, "no legacy row was compared").examined(0);
        }
        if seen.planned == 0 || seen.steps.len() != seen.planned {
            return Judged::error(ReasonCode::Harness, "not every step was tried");
        }
        Judged::passed().examined(seen.rows)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    fn step(direction: Direction) -> RollbackStep {
        RollbackStep {
            phase: "1".into(),
            direction,
            refused: None,
            difference: Difference::default(),
            rows_changed: Vec::new(),
        }
    }

    fn code(steps: Vec<RollbackStep>, rows: u64) -> String {
        let expected = Rollback { tables: vec!["t".into()] };
        let judged = expected.judge(&RollbackSeen { steps, planned: 2, rows, rests_on: None });
        judged.reason.map_or("passed".into(), |reason| reason.code.to_string())
    }

    #[test]
    fn down_and_up_again_to_the_same_state_passes() {
        assert_eq!(code(vec![step(Direction::Down), step(Direction::Up)], 3), "passed");
    }

    #[test]
    fn a_refused_step_a_catalog_that_differs_and_a_changed_row_fail() {
        let refused = Some(ApplyFailure::of_harness("down.sql", "no"));
        assert_eq!(code(vec![RollbackStep { refused: refused.clone(), ..step(Direction::Down) }], 3), "down-failed");
        assert_eq!(code(vec![step(Direction::Down), RollbackStep { refused, ..step(Direction::Up) }], 3), "up-failed");
        let difference = Difference {
            added: BTreeMap::from([("index left".to_owned(), "ON t (a)".to_owned())]),
            ..Difference::default()
        };
        assert_eq!(code(vec![RollbackStep { difference, ..step(Direction::Down) }], 3), "catalog-differs");
        let rows_changed = vec!["t 1 is gone".to_owned()];
        assert_eq!(code(vec![RollbackStep { rows_changed, ..step(Direction::Down) }], 3), "rows-changed");
    }

    #[test]
    fn no_rows_or_not_all_steps_is_no_pass() {
        assert_eq!(code(vec![step(Direction::Down), step(Direction::Up)], 0), "vacuous");
        assert_eq!(code(vec![step(Direction::Down)], 3), "harness");
    }
}
