//! The kinds of expectations and of what is seen.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{
    Accepts, AcceptsSeen, CatalogFacts, CatalogSeen, Changes, ChangesSeen, Judged, PlanSeen, PlanUse, Rejects,
    RejectsSeen, Rollback, RollbackSeen, Rows, RowsSeen, Sequence, SequenceSeen, Tap, TapSeen, Unchanged,
    UnchangedSeen, Violations, ViolationsSeen,
};
use crate::{Reason, ReasonCode, Refusal, Verdict};

/// What a check tries and expects.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(tag = "kind", rename_all = "kebab-case", deny_unknown_fields)]
pub enum Expectation {
    /// A query gives exactly these rows.
    Rows(Rows),
    /// A query that looks for violations finds none, and had rows to look at.
    Violations(Violations),
    /// A write is refused, and its nearest neighbour accepted.
    Rejects(Rejects),
    /// A write is accepted.
    Accepts(Accepts),
    /// Several statements, each with its own outcome.
    Sequence(Sequence),
    /// A query uses an index.
    Plan(PlanUse),
    /// Objects are defined as declared.
    Catalog(CatalogFacts),
    /// The phase changed exactly what is declared.
    Changes(Changes),
    /// The phase left legacy rows as they were.
    Unchanged(Unchanged),
    /// The phase and those before it can be undone and done again.
    Rollback(Rollback),
    /// A pgTAP file has every test pass.
    Tap(Tap),
}

impl Expectation {
    /// The name of the kind.
    #[must_use]
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Rows(_) => "rows",
            Self::Violations(_) => "violations",
            Self::Rejects(_) => "rejects",
            Self::Accepts(_) => "accepts",
            Self::Sequence(_) => "sequence",
            Self::Plan(_) => "plan",
            Self::Catalog(_) => "catalog",
            Self::Changes(_) => "changes",
            Self::Unchanged(_) => "unchanged",
            Self::Rollback(_) => "rollback",
            Self::Tap(_) => "tap",
        }
    }

    /// Whether the check only reads, and so may run on a database that must not be written to. Declared definitions
    /// must be built to be normalised, and that writes.
    pub(crate) fn only_reads(&self) -> bool {
        match self {
            Self::Rows(_) | Self::Violations(_) | Self::Plan(_) => true,
            Self::Catalog(facts) => facts.declared().is_empty(),
            _ => false,
        }
    }

    /// Whether the check commits, on the sessions that its steps name or by what its file says, and so needs a database of
    /// its own.
    #[must_use]
    pub fn commits(&self) -> bool {
        match self {
            Self::Sequence(sequence) => sequence.names_sessions(),
            Self::Tap(_) => true,
            _ => false,
        }
    }

    /// Whether the check compares the state with that before its phase.
    pub(crate) fn needs_the_phase(&self) -> bool {
        matches!(self, Self::Changes(_) | Self::Unchanged(_) | Self::Rollback(_))
    }

    /// Whether what a check of this kind sees can become what it expects (`phasegate adopt`).
    #[must_use]
    pub fn is_adoptable(&self) -> bool {
        matches!(self, Self::Rows(_) | Self::Catalog(_) | Self::Changes(_))
    }

    /// The declared definitions that the database must normalise.
    #[must_use]
    pub fn declared(&self) -> Vec<(String, String)> {
        match self {
            Self::Catalog(facts) => facts.declared(),
            Self::Changes(changes) => changes.declared(),
            _ => Vec::new(),
        }
    }

    /// Puts the keys of declared objects into lower case, as the catalog of a database has them that compares names
    /// without case.
    ///
    /// # Errors
    /// When two keys are then the same.
    pub fn fold_keys(&mut self) -> Result<(), String> {
        match self {
            Self::Catalog(facts) => fold(&mut facts.objects),
            Self::Changes(changes) => {
                fold(&mut changes.add)?;
                fold(&mut changes.alter)?;
                changes.drop = changes.drop.iter().map(|key| key.to_ascii_lowercase()).collect();
                Ok(())
            }
            Self::Rollback(rollback) => fold(&mut rollback.except),
            _ => Ok(()),
        }
    }
}

fn fold<T>(objects: &mut BTreeMap<String, T>) -> Result<(), String> {
    for (key, object) in std::mem::take(objects) {
        let folded = key.to_ascii_lowercase();
        if objects.insert(folded, object).is_some() {
            return Err(format!("`{key}` is declared twice: names are the same in capitals"));
        }
    }
    Ok(())
}

/// What was seen when a check was tried.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(tag = "kind", rename_all = "kebab-case", deny_unknown_fields)]
pub enum Observation {
    /// The statements before the check did not succeed, so that nothing was tried.
    SetupFailed {
        /// The error.
        error: Refusal,
    },
    /// The check cannot be judged in this run, or on this server.
    NotApplicable {
        /// Why.
        reason: Reason,
    },
    /// Something broke while the check was tried, so that it came to no claim (rule 11).
    Broken {
        /// What broke.
        reason: Reason,
    },
    /// What the check gave is more than is recorded, so that it came to no claim; others can be tried.
    TooLarge {
        /// What it is more than.
        reason: Reason,
    },
    /// Of a check of kind `rows`.
    Rows(RowsSeen),
    /// Of a check of kind `violations`.
    Violations(ViolationsSeen),
    /// Of a check of kind `rejects`.
    Rejects(RejectsSeen),
    /// Of a check of kind `accepts`.
    Accepts(AcceptsSeen),
    /// Of a check of kind `sequence`.
    Sequence(SequenceSeen),
    /// Of a check of kind `plan`.
    Plan(PlanSeen),
    /// Of a check of kind `catalog`.
    Catalog(CatalogSeen),
    /// Of a check of kind `changes`.
    Changes(ChangesSeen),
    /// Of a check of kind `unchanged`.
    Unchanged(UnchangedSeen),
    /// Of a check of kind `rollback`.
    Rollback(RollbackSeen),
    /// Of a check of kind `tap`.
    Tap(TapSeen),
}

impl Observation {
    /// Whether it is something that a check can expect to see again: the objects of a catalog, what changed of them, or rows.
    #[must_use]
    pub fn is_adoptable(&self) -> bool {
        match self {
            Self::Rows(seen) => seen.error.is_none() && seen.table.is_some(),
            Self::Changes(seen) => seen.difference.is_some(),
            Self::Catalog(_) => true,
            _ => false,
        }
    }
}

/// Judges what was seen, from nothing but what was expected and seen.
#[must_use]
pub fn judge(expectation: &Expectation, seen: &Observation) -> Judged {
    let unjudged = |verdict, reason: &Reason| Judged { verdict, reason: Some(reason.clone()), examined: None };
    match (expectation, seen) {
        (_, Observation::SetupFailed { error }) if error.finds_damage() => Judged::refused(error),
        (_, Observation::SetupFailed { error }) => {
            Judged::error(ReasonCode::SetupFailed, format!("given was refused: {}", error.summary()))
        }
        (_, Observation::NotApplicable { reason }) => unjudged(Verdict::NotApplicable, reason),
        (_, Observation::Broken { reason } | Observation::TooLarge { reason }) => unjudged(Verdict::Error, reason),
        (Expectation::Rows(expected), Observation::Rows(seen)) => expected.judge(seen),
        (Expectation::Violations(expected), Observation::Violations(seen)) => expected.judge(seen),
        (Expectation::Rejects(expected), Observation::Rejects(seen)) => expected.judge(seen),
        (Expectation::Accepts(expected), Observation::Accepts(seen)) => expected.judge(seen),
        (Expectation::Sequence(expected), Observation::Sequence(seen)) => expected.judge(seen),
        (Expectation::Plan(expected), Observation::Plan(seen)) => expected.judge(seen),
        (Expectation::Catalog(expected), Observation::Catalog(seen)) => expected.judge(seen),
        (Expectation::Changes(expected), Observation::Changes(seen)) => expected.judge(seen),
        (Expectation::Unchanged(expected), Observation::Unchanged(seen)) => expected.judge(seen),
        (Expectation::Rollback(expected), Observation::Rollback(seen)) => expected.judge(seen),
        (Expectation::Tap(expected), Observation::Tap(seen)) => expected.judge(seen),
        _ => Judged::error(ReasonCode::Harness, "what was seen is of another kind than what was expected"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::judge::Fact;

    fn declared(keys: &[&str]) -> Expectation {
        let object = |key: &&str| ((*key).to_owned(), Fact::Absent);
        Expectation::Catalog(CatalogFacts { objects: keys.iter().map(object).collect(), exactly: Vec::new() })
    }

    #[test]
    fn keys_that_differ_in_case_alone_are_one_key_and_may_not_be_declared_twice() {
        let mut one = declared(&["column Orders.Qty", "index I"]);
        one.fold_keys().expect("two keys");
        assert_eq!(one, declared(&["column orders.qty", "index i"]));
        let twice = declared(&["index I", "index i"]).fold_keys();
        assert_eq!(twice.expect_err("one key"), "`index i` is declared twice: names are the same in capitals");
    }
}
