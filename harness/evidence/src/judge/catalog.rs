//! `catalog`: objects are defined as declared: existence is not validity, and a name is no definition (rule 7).

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::Judged;
use crate::{Catalog, Definition, ReasonCode};

/// Declared objects.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct CatalogFacts {
    /// What each key must be.
    pub objects: BTreeMap<String, Fact>,
    /// Tables (`orders`), or kinds of objects on a table (`index orders`), on which there may be nothing else.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub exactly: Vec<String>,
}

/// What an object must be.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum Fact {
    /// Defined so.
    Exactly(String),
    /// Defined so that the definition holds each of these.
    Contains(Vec<String>),
    /// Not there.
    Absent,
}

/// What the catalog held.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct CatalogSeen {
    /// Each key with what it was.
    pub objects: BTreeMap<String, FactSeen>,
    /// What else there was where there may be nothing else.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub others: BTreeMap<String, String>,
}

/// What the catalog held under one key.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct FactSeen {
    /// The definition that was met; `None` when there is no such object.
    pub met: Option<String>,
    /// The declared definition in the server's form, where one was declared.
    pub expected: Option<Definition>,
}

impl CatalogFacts {
    /// The declared definitions, which the server must bring into its own form.
    pub(crate) fn declared(&self) -> Vec<(String, String)> {
        let exact = |(key, fact): (&String, &Fact)| match fact {
            Fact::Exactly(words) => Some((key.clone(), words.clone())),
            Fact::Contains(_) | Fact::Absent => None,
        };
        self.objects.iter().filter_map(exact).collect()
    }

    /// What of a catalog lies where only declared objects may be, and is not declared.
    #[must_use]
    pub fn others(&self, catalog: &Catalog) -> BTreeMap<String, String> {
        let is_other = |(key, definition): &(&String, &String)| {
            !self.objects.contains_key(*key) && self.exactly.iter().any(|place| catalog.lies_on(key, definition, place))
        };
        catalog.0.iter().filter(is_other).map(|(key, definition)| (key.clone(), definition.clone())).collect()
    }

    pub(super) fn judge(&self, seen: &CatalogSeen) -> Judged {
        if self.objects.is_empty() {
            return Judged::error(ReasonCode::Harness, "no object is declared");
        }
        for (key, fact) in &self.objects {
            let Some(object) = seen.objects.get(key) else {
                return Judged::error(ReasonCode::Harness, format!("{key} was not looked for"));
            };
            if let Some(failure) = fact.compare(key, object) {
                return failure;
            }
        }
        if let Some((key, definition)) = seen.others.first_key_value() {
            return Judged::failed(ReasonCode::Unexpected, format!("{key} is declared nowhere: {definition}"));
        }
        Judged::passed().examined(self.objects.len() as u64)
    }
}

impl Fact {
    fn compare(&self, key: &str, seen: &FactSeen) -> Option<Judged> {
        let Some(met) = &seen.met else {
            return match self {
                Self::Absent => None,
                _ => Some(Judged::failed(ReasonCode::Missing, format!("there is no {key}"))),
            };
        };
        match self {
            Self::Absent => Some(Judged::failed(ReasonCode::Unexpected, format!("{key} exists: {met}"))),
            Self::Contains(parts) => {
                let missing = parts.iter().find(|part| !met.contains(part.as_str()))?;
                Some(Judged::failed(ReasonCode::Differs, format!("{key} does not hold `{missing}`")))
            }
            Self::Exactly(words) => compare(key, met, words, seen.expected.as_ref()),
        }
    }
}

/// Why a definition is not the declared one.
pub(super) fn compare(key: &str, met: &str, words: &str, expected: Option<&Definition>) -> Option<Judged> {
    let (expected, unresolved) = match expected {
        Some(Definition::Known(expected)) => (expected.as_str(), None),
        Some(Definition::Unresolved(why)) => (words, Some(why)),
        None => (words, None),
    };
    // The server's own text stays right where it cannot build the object again, or brings it into yet another form.
    if met == expected || met == words {
        return None;
    }
    let is_only_invalid = [" INVALID", " NOT READY", " NOT VALID", " DISABLED"]
        .iter()
        .any(|state| !expected.contains(state) && met.replace(state, "") == expected);
    let code = if is_only_invalid { ReasonCode::NotValid } else { ReasonCode::Differs };
    let note = unresolved.map(|why| format!(" (the server could not build it: {why})"));
    let note = note.unwrap_or_default();
    Some(Judged::failed(code, format!("{key} is `{met}`, expected `{expected}`{note}")))
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEY: &str = "index idx";

    fn code(fact: Fact, met: Option<&str>) -> String {
        let expected = match &fact {
            Fact::Exactly(words) => Some(Definition::Known(words.clone())),
            _ => None,
        };
        let facts = CatalogFacts { objects: BTreeMap::from([(KEY.to_owned(), fact)]), exactly: Vec::new() };
        let object = FactSeen { met: met.map(str::to_owned), expected };
        let seen = CatalogSeen { objects: BTreeMap::from([(KEY.to_owned(), object)]), others: BTreeMap::new() };
        facts.judge(&seen).reason.map_or("passed".into(), |reason| reason.code.to_string())
    }

    #[test]
    fn an_object_is_held_to_its_definition() {
        let fact = || Fact::Exactly("UNIQUE ON t (a)".into());
        assert_eq!(code(fact(), Some("UNIQUE ON t (a)")), "passed");
        assert_eq!(code(fact(), Some("ON t (a)")), "differs");
        assert_eq!(code(fact(), Some("UNIQUE ON t (a) INVALID")), "not-valid");
        assert_eq!(code(fact(), None), "missing");
    }

    #[test]
    fn the_servers_own_text_matches_literally_whatever_normalising_it_gives() {
        let judged = |words: &str, normalised: Definition| {
            let met = "CHECK (a > 0) body 1f";
            let differs = compare(KEY, met, words, Some(&normalised));
            differs
                .map_or("passed".into(), |judged| judged.reason.map_or(String::new(), |reason| reason.code.to_string()))
        };
        let forms = || [Definition::Unresolved("no such function".into()), Definition::Known("CHECK ((a > 0))".into())];
        for form in forms() {
            assert_eq!(judged("CHECK (a > 0) body 1f", form), "passed");
        }
        for form in forms() {
            assert_eq!(judged("CHECK (a > 0) body 1F", form), "differs");
        }
    }

    #[test]
    fn an_object_that_must_be_absent_may_not_exist() {
        assert_eq!(code(Fact::Absent, None), "passed");
        assert_eq!(code(Fact::Absent, Some("ON t (a)")), "unexpected");
    }

    #[test]
    fn a_definition_must_hold_every_part() {
        let fact = || Fact::Contains(vec!["INVARIANT: x".into(), "Purpose".into()]);
        assert_eq!(code(fact(), Some("INVARIANT: x Purpose: y")), "passed");
        assert_eq!(code(fact(), Some("INVARIANT: x")), "differs");
        assert_eq!(code(fact(), None), "missing");
    }

    #[test]
    fn nothing_declared_is_no_pass() {
        let facts = CatalogFacts { objects: BTreeMap::new(), exactly: Vec::new() };
        let seen = CatalogSeen { objects: BTreeMap::new(), others: BTreeMap::new() };
        assert_eq!(facts.judge(&seen).verdict, crate::Verdict::Error);
    }

    #[test]
    fn what_is_declared_nowhere_fails_where_there_may_be_nothing_else() {
        let pairs =
            [("table t", "table"), ("column t.a", "integer"), ("index idx", "ON t (a)"), ("index more", "ON t (b)")];
        let catalog = Catalog(pairs.map(|(key, words)| (key.to_owned(), words.to_owned())).into());
        let others = |exactly: &str| {
            let declared = Fact::Exactly("ON t (a)".into());
            let facts =
                CatalogFacts { objects: [(KEY.to_owned(), declared)].into(), exactly: vec![exactly.to_owned()] };
            facts.others(&catalog).into_keys().collect::<Vec<_>>()
        };
        assert_eq!(others("index t"), ["index more"]);
        assert_eq!(others("t"), ["column t.a", "index more"]);
        assert!(others("index u").is_empty());
    }
}
