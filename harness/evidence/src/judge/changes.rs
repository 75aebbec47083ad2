//! `changes`: the phase changed exactly the objects that are declared, each to exactly what is declared.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::{Judged, catalog::compare};
use crate::{Definition, Difference, ReasonCode};

/// The whole difference that a phase makes.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Changes {
    /// New objects.
    #[serde(default)]
    pub add: BTreeMap<String, String>,
    /// Objects with a new definition.
    #[serde(default)]
    pub alter: BTreeMap<String, String>,
    /// Objects that are gone.
    #[serde(default)]
    pub drop: BTreeSet<String>,
}

/// The difference that was met.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct ChangesSeen {
    /// The difference; `None` when there is no catalog from before the phase.
    pub difference: Option<Difference>,
    /// The declared definitions in the server's form.
    pub normalised: BTreeMap<String, Definition>,
}

impl Changes {
    /// The declared definitions, which the server must bring into its own form.
    #[must_use]
    pub fn declared(&self) -> Vec<(String, String)> {
        self.add.iter().chain(&self.alter).map(|(key, words)| (key.clone(), words.clone())).collect()
    }

    pub(super) fn judge(&self, seen: &ChangesSeen) -> Judged {
        let Some(difference) = &seen.difference else {
            return Judged::error(ReasonCode::Harness, "there is no catalog from before the phase");
        };
        let altered: BTreeMap<String, String> =
            difference.altered.iter().map(|(key, alteration)| (key.clone(), alteration.after.clone())).collect();
        let declared = self.add.len() + self.alter.len() + self.drop.len();
        if declared == 0 {
            return Judged::error(ReasonCode::Harness, "no change is declared");
        }
        let failure = self
            .undeclared(difference)
            .or_else(|| missing(&self.add, &difference.added, "new", &seen.normalised))
            .or_else(|| missing(&self.alter, &altered, "altered", &seen.normalised))
            .or_else(|| {
                let kept = self.drop.iter().find(|key| !difference.dropped.contains_key(*key))?;
                Some(Judged::failed(ReasonCode::MissingChange, format!("{kept} should be gone")))
            });
        failure.unwrap_or_else(Judged::passed).examined(declared as u64)
    }

    fn undeclared(&self, difference: &Difference) -> Option<Judged> {
        let mut rest = difference.clone();
        rest.added.retain(|key, _| !self.add.contains_key(key));
        rest.altered.retain(|key, _| !self.alter.contains_key(key));
        rest.dropped.retain(|key, _| !self.drop.contains(key));
        (!rest.is_empty()).then(|| Judged::failed(ReasonCode::UndeclaredChange, rest.summary()))
    }
}

fn missing(
    declared: &BTreeMap<String, String>,
    met: &BTreeMap<String, String>,
    how: &str,
    normalised: &BTreeMap<String, Definition>,
) -> Option<Judged> {
    declared.iter().find_map(|(key, words)| match met.get(key) {
        None => Some(Judged::failed(ReasonCode::MissingChange, format!("{key} should be {how}"))),
        Some(met) => compare(key, met, words, normalised.get(key)),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Alteration;

    fn map(pairs: &[(&str, &str)]) -> BTreeMap<String, String> {
        pairs.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect()
    }

    fn declared() -> Changes {
        Changes {
            add: map(&[("column t.a", "integer NOT NULL")]),
            alter: map(&[("column t.b", "uuid NOT NULL")]),
            drop: BTreeSet::from(["index old".to_owned()]),
        }
    }

    fn made() -> Difference {
        let alteration = Alteration { before: "uuid".into(), after: "uuid NOT NULL".into() };
        Difference {
            added: map(&[("column t.a", "integer NOT NULL")]),
            dropped: map(&[("index old", "ON t (b)")]),
            altered: BTreeMap::from([("column t.b".to_owned(), alteration)]),
        }
    }

    fn code(difference: Difference) -> String {
        let normalised =
            declared().declared().into_iter().map(|(key, words)| (key, Definition::Known(words))).collect();
        let judged = declared().judge(&ChangesSeen { difference: Some(difference), normalised });
        judged.reason.map_or("passed".into(), |reason| reason.code.to_string())
    }

    #[test]
    fn exactly_the_declared_changes_pass() {
        assert_eq!(code(made()), "passed");
    }

    #[test]
    fn a_change_more_of_any_sort_fails() {
        let mut more = made();
        more.added.insert("index extra".into(), "ON t (a)".into());
        assert_eq!(code(more), "undeclared-change");
        let mut more = made();
        more.dropped.insert("trigger t.guard".into(), "BEFORE UPDATE".into());
        assert_eq!(code(more), "undeclared-change");
        let mut more = made();
        let off = Alteration { before: "enabled forced".into(), after: "enabled".into() };
        more.altered.insert("rls t".into(), off);
        assert_eq!(code(more), "undeclared-change");
    }

    #[test]
    fn a_change_less_of_any_sort_fails() {
        assert_eq!(code(Difference { added: BTreeMap::new(), ..made() }), "missing-change");
        assert_eq!(code(Difference { dropped: BTreeMap::new(), ..made() }), "missing-change");
        assert_eq!(code(Difference { altered: BTreeMap::new(), ..made() }), "missing-change");
    }

    #[test]
    fn another_definition_than_declared_fails() {
        let other = Difference { added: map(&[("column t.a", "bigint NOT NULL")]), ..made() };
        assert_eq!(code(other), "differs");
    }
}
