//! The difference between two catalogs.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::Catalog;

/// What one catalog has that another has not.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Difference {
    /// Objects only in the later one.
    pub added: BTreeMap<String, String>,
    /// Objects only in the earlier one.
    pub dropped: BTreeMap<String, String>,
    /// Objects in both whose definitions differ.
    pub altered: BTreeMap<String, Alteration>,
}

/// The two definitions of an object that was altered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Alteration {
    /// The earlier one.
    pub before: String,
    /// The later one.
    pub after: String,
}

impl Difference {
    /// The difference from one catalog to a later one.
    #[must_use]
    pub fn between(before: &Catalog, after: &Catalog) -> Self {
        let mut difference = Self::default();
        for (key, definition) in &after.0 {
            match before.get(key) {
                None => {
                    difference.added.insert(key.clone(), definition.clone());
                }
                Some(earlier) if earlier != definition => {
                    let alteration = Alteration { before: earlier.to_owned(), after: definition.clone() };
                    difference.altered.insert(key.clone(), alteration);
                }
                Some(_) => {}
            }
        }
        for (key, definition) in &before.0 {
            if after.get(key).is_none() {
                difference.dropped.insert(key.clone(), definition.clone());
            }
        }
        difference
    }

    /// The difference but for these objects.
    #[must_use]
    pub(crate) fn but_for<T>(&self, except: &BTreeMap<String, T>) -> Self {
        let mut rest = self.clone();
        rest.added.retain(|key, _| !except.contains_key(key));
        rest.dropped.retain(|key, _| !except.contains_key(key));
        rest.altered.retain(|key, _| !except.contains_key(key));
        rest
    }

    /// Whether it says something of this object.
    pub(crate) fn names(&self, key: &str) -> bool {
        self.added.contains_key(key) || self.dropped.contains_key(key) || self.altered.contains_key(key)
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// The first few differences in words.
    #[must_use]
    pub fn summary(&self) -> String {
        let added = self.added.keys().map(|key| format!("{key} is new"));
        let dropped = self.dropped.keys().map(|key| format!("{key} is gone"));
        let altered = self
            .altered
            .iter()
            .map(|(key, alteration)| format!("{key} is `{}`, was `{}`", alteration.after, alteration.before));
        let all: Vec<String> = added.chain(dropped).chain(altered).collect();
        let more = all.len().saturating_sub(3);
        let first = all.into_iter().take(3).collect::<Vec<_>>().join("; ");
        if more > 0 { format!("{first}; and {more} more") } else { first }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn catalog(pairs: &[(&str, &str)]) -> Catalog {
        Catalog(pairs.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect())
    }

    #[test]
    fn equal_catalogs_do_not_differ() {
        let one = catalog(&[("table a", "table")]);
        assert!(Difference::between(&one, &one.clone()).is_empty());
    }

    #[test]
    fn what_is_new_gone_or_other_is_told_apart() {
        let before = catalog(&[("column a.x", "integer"), ("index i", "ON a (x)")]);
        let after = catalog(&[("column a.x", "bigint"), ("index j", "ON a (x)")]);
        let difference = Difference::between(&before, &after);
        assert_eq!(difference.summary(), "index j is new; index i is gone; column a.x is `bigint`, was `integer`");
    }
}
