//! `rollback`: from the state after this phase, every phase down to the baseline, or this one alone, can be undone and done
//! again, with the same catalog at every step and the legacy rows as they were.

use std::{collections::BTreeMap, fmt};

use serde::{Deserialize, Serialize};

use super::Judged;
use crate::{ApplyFailure, Catalog, Difference, ReasonCode};

/// A claim that a phase can be undone.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Rollback {
    /// Tables whose legacy columns must be as they were at every step; where none is named, every table of the state that
    /// the way leads back to. A table or a column that a state does not have is not compared there.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tables: Vec<String>,
    /// The state that the way leads back to.
    #[serde(default, skip_serializing_if = "GoesTo::is_baseline")]
    pub to: GoesTo,
    /// Objects of the catalog that may be others on the way, each with the reason, which every report shows as a deviation.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub except: BTreeMap<String, String>,
    /// Whether there need be no row to compare, as where the first phase makes the first table.
    #[serde(default, skip_serializing_if = "is_false")]
    pub allow_empty: bool,
}

/// How far a way back leads.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum GoesTo {
    /// To the state before the first phase, phase by phase.
    #[default]
    Baseline,
    /// To the state before the phase.
    Previous,
}

impl GoesTo {
    /// The ordinal, from 0, of the state that the way back from after the phase of this ordinal leads to.
    #[must_use]
    pub fn state(self, phase: usize) -> usize {
        match self {
            Self::Baseline => 0,
            Self::Previous => phase,
        }
    }

    #[expect(clippy::trivially_copy_pass_by_ref, reason = "serde hands it over so")]
    fn is_baseline(&self) -> bool {
        *self == Self::Baseline
    }
}

fn is_false(flag: &bool) -> bool {
    !flag
}

/// What became of the way down and up again, up to the first step that did not end well.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct RollbackSeen {
    /// The steps in order.
    pub steps: Vec<RollbackStep>,
    /// How many steps there are to do: two for each phase down to where the way turns round.
    pub planned: usize,
    /// How many legacy rows were compared at each step.
    pub rows: u64,
    /// The check of an earlier phase that proved the rest of the way, where the steps down led to that phase's state in
    /// catalog and in every row.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rests_on: Option<String>,
    /// The named tables that no state on the way has.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub absent: Vec<String>,
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
    /// Whether the step ended as it should, but for what the claim excepts.
    #[must_use]
    pub fn ended_well(&self, claim: &Rollback) -> bool {
        let difference = self.difference.but_for(&claim.except);
        self.refused.is_none() && difference.is_empty() && self.rows_changed.is_empty()
    }
}

impl Rollback {
    /// The named tables that none of these states has.
    #[must_use]
    pub fn absent<'c>(&self, states: impl Iterator<Item = &'c Catalog> + Clone) -> Vec<String> {
        let has = |catalog: &Catalog, table: &str| catalog.tables().any(|there| there == table);
        let is_absent = |table: &&String| !states.clone().any(|catalog| has(catalog, table));
        self.tables.iter().filter(is_absent).cloned().collect()
    }

    pub(super) fn judge(&self, seen: &RollbackSeen) -> Judged {
        if let Some(table) = seen.absent.first() {
            let why = format!("there is no table `{table}` in any state on the way");
            return Judged::error(ReasonCode::NamesNothing, why);
        }
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
            let difference = step.difference.but_for(&self.except);
            if !difference.is_empty() {
                let what = difference.summary();
                return Judged::failed(ReasonCode::CatalogDiffers, format!("after {name}: {what}"));
            }
            if let Some(first) = step.rows_changed.first() {
                return Judged::failed(ReasonCode::RowsChanged, format!("after {name}: {first}"));
            }
        }
        if seen.rows == 0 && !self.allow_empty {
            return Judged::failed(ReasonCode::Vacuous, "no legacy row was compared").examined(0);
        }
        if seen.planned == 0 || seen.steps.len() != seen.planned {
            return Judged::error(ReasonCode::Harness, "not every step was tried");
        }
        if let Some(key) = self.except.keys().find(|key| !seen.steps.iter().any(|step| step.difference.names(key))) {
            let why = format!("`except` names `{key}`, which is the same after every step: take it out");
            return Judged::error(ReasonCode::NamesNothing, why);
        }
        Judged::passed().examined(seen.rows)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Alteration;

    fn claim() -> Rollback {
        let (tables, to) = (vec!["t".into()], GoesTo::Baseline);
        Rollback { tables, to, except: BTreeMap::new(), allow_empty: false }
    }

    fn step(direction: Direction) -> RollbackStep {
        RollbackStep {
            phase: "1".into(),
            direction,
            refused: None,
            difference: Difference::default(),
            rows_changed: Vec::new(),
        }
    }

    fn seen(steps: Vec<RollbackStep>, rows: u64) -> RollbackSeen {
        RollbackSeen { steps, planned: 2, rows, rests_on: None, absent: Vec::new() }
    }

    fn code_of(claim: &Rollback, seen: &RollbackSeen) -> String {
        claim.judge(seen).reason.map_or("passed".into(), |reason| reason.code.to_string())
    }

    fn code(steps: Vec<RollbackStep>, rows: u64) -> String {
        code_of(&claim(), &seen(steps, rows))
    }

    fn with_other_comment() -> Vec<RollbackStep> {
        let alteration = Alteration { before: "old".into(), after: "new".into() };
        let altered = BTreeMap::from([("comment table t".to_owned(), alteration)]);
        let difference = Difference { altered, ..Difference::default() };
        vec![RollbackStep { difference, ..step(Direction::Down) }, step(Direction::Up)]
    }

    fn excepting(keys: &[&str]) -> Rollback {
        let except = keys.iter().map(|key| ((*key).to_owned(), "the tool forgets it".to_owned())).collect();
        Rollback { except, ..claim() }
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
        assert_eq!(code(with_other_comment(), 3), "catalog-differs");
        let rows_changed = vec!["t 1 is gone".to_owned()];
        assert_eq!(code(vec![RollbackStep { rows_changed, ..step(Direction::Down) }], 3), "rows-changed");
    }

    #[test]
    fn no_rows_or_not_all_steps_is_no_pass() {
        assert_eq!(code(vec![step(Direction::Down), step(Direction::Up)], 0), "vacuous");
        assert_eq!(code(vec![step(Direction::Down)], 3), "harness");
        let empty = Rollback { allow_empty: true, ..claim() };
        assert_eq!(code_of(&empty, &seen(vec![step(Direction::Down), step(Direction::Up)], 0)), "passed");
        assert_eq!(code_of(&empty, &seen(vec![step(Direction::Down)], 0)), "harness");
    }

    #[test]
    fn an_exception_excuses_its_object_alone_and_must_have_something_to_excuse() {
        assert_eq!(code_of(&excepting(&["comment table t"]), &seen(with_other_comment(), 3)), "passed");
        assert_eq!(code_of(&excepting(&["comment table u"]), &seen(with_other_comment(), 3)), "catalog-differs");
        let needless = excepting(&["comment table t", "comment table u"]);
        assert_eq!(code_of(&needless, &seen(with_other_comment(), 3)), "names-nothing");
        // It excuses no row, and no step that does not apply.
        let mut steps = with_other_comment();
        steps[0].rows_changed = vec!["t 1 is gone".into()];
        assert_eq!(code_of(&excepting(&["comment table t"]), &seen(steps, 3)), "rows-changed");
    }

    #[test]
    fn a_table_that_no_state_has_is_an_error() {
        let walked = seen(vec![step(Direction::Down), step(Direction::Up)], 3);
        let absent = RollbackSeen { absent: vec!["u".into()], ..walked };
        assert_eq!(code_of(&claim(), &absent), "names-nothing");
    }
}
