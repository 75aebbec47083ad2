//! What a check has to expect otherwise, by what it saw. Whatever holds, in whatever words, needs no correction.

use std::collections::BTreeMap;

use phasegate_evidence::{
    Alteration, Definition, Difference,
    judge::{CatalogFacts, CatalogSeen, Changes, ChangesSeen, Expectation, Observation, judge},
};

use super::objects::Corrections;

/// Of the objects of a catalog.
pub(super) fn of_catalog(expected: &CatalogFacts, seen: &CatalogSeen) -> Corrections {
    let holds = |key: &String| {
        let objects = expected.objects.get_key_value(key).map(|(key, fact)| (key.clone(), fact.clone()));
        let met = seen.objects.get_key_value(key).map(|(key, met)| (key.clone(), met.clone()));
        let fact = CatalogFacts { objects: objects.into_iter().collect(), exactly: Vec::new() };
        let seen = CatalogSeen { objects: met.into_iter().collect(), others: BTreeMap::new() };
        judge(&Expectation::Catalog(fact), &Observation::Catalog(seen)).verdict.opens_the_gate()
    };
    let declared = seen.objects.iter().filter(|(key, _)| !holds(key));
    let declared = declared.map(|(key, seen)| (key.clone(), seen.met.clone()));
    let others = seen.others.iter().map(|(key, definition)| (key.clone(), Some(definition.clone())));
    declared.chain(others).collect()
}

/// Of the objects that a phase adds, and of those that it alters.
pub(super) fn of_changes(expected: &Changes, difference: &Difference, seen: &ChangesSeen) -> [Corrections; 2] {
    let altered = difference.altered.iter().map(|(key, alteration)| (key.clone(), alteration.after.clone()));
    let altered: BTreeMap<String, String> = altered.collect();
    let [added, altered] = [(&expected.add, &difference.added, true), (&expected.alter, &altered, false)].map(
        |(declared, met, is_new)| {
            let holds = |key: &str| {
                let (Some(words), Some(met)) = (declared.get(key), met.get(key)) else { return false };
                is_defined_so(key, (words, seen.normalised.get(key)), met, is_new)
            };
            let keys = declared.keys().chain(met.keys()).filter(|key| !holds(key));
            keys.map(|key| (key.clone(), met.get(key).cloned())).collect()
        },
    );
    [added, altered]
}

/// Whether an object was made what the check declares.
fn is_defined_so(key: &str, (words, normalised): (&str, Option<&Definition>), met: &str, is_new: bool) -> bool {
    let one = |value: &str| BTreeMap::from([(key.to_owned(), value.to_owned())]);
    let normalised = normalised.map(|definition| (key.to_owned(), definition.clone())).into_iter().collect();
    let alteration = Alteration { before: String::new(), after: met.to_owned() };
    let (expected, difference) = match is_new {
        true => {
            (Changes { add: one(words), ..Changes::default() }, Difference { added: one(met), ..Difference::default() })
        }
        false => (
            Changes { alter: one(words), ..Changes::default() },
            Difference { altered: BTreeMap::from([(key.to_owned(), alteration)]), ..Difference::default() },
        ),
    };
    let seen = Observation::Changes(ChangesSeen { difference: Some(difference), normalised });
    judge(&Expectation::Changes(expected), &seen).verdict.opens_the_gate()
}
