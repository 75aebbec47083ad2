//! What a catalog holds, and what rows it was that a phase found.

use std::collections::BTreeMap;

use phasegate_database::{Error, Session, refusal_of};
use phasegate_evidence::{
    Bookkeeping, Catalog, Definition, Difference, Size,
    judge::{CatalogFacts, CatalogSeen, Changes, ChangesSeen, Expectation, Fact, FactSeen, UnchangedSeen},
};

use crate::states::RowsBefore;

/// A catalog with the declared definitions in the server's form, read once for all checks on a state.
#[derive(Debug, Clone, Default)]
pub(crate) struct KnownCatalog {
    pub(crate) catalog: Catalog,
    /// By key and declaration.
    pub(crate) normalised: BTreeMap<(String, String), Definition>,
}

impl KnownCatalog {
    /// Reads the catalog and normalises what these expectations declare.
    pub(crate) async fn read<'a>(
        session: &mut Session,
        expectations: impl IntoIterator<Item = &'a Expectation>,
    ) -> Result<Self, Error> {
        let catalog = session.catalog().await?;
        Self::of(catalog, session, expectations).await
    }

    /// Normalises what these expectations declare, on a state whose catalog is known.
    pub(crate) async fn of<'a>(
        catalog: Catalog,
        session: &mut Session,
        expectations: impl IntoIterator<Item = &'a Expectation>,
    ) -> Result<Self, Error> {
        let mut declared: Vec<(String, String)> = expectations.into_iter().flat_map(Expectation::declared).collect();
        declared.sort();
        declared.dedup();
        // What is declared in the server's own form, and met so, needs not be built to be brought into it.
        let is_met = |(key, words): &(String, String)| catalog.get(key) == Some(words.as_str());
        let (met, others): (Vec<_>, Vec<_>) = declared.into_iter().partition(is_met);
        let definitions = if others.is_empty() { Vec::new() } else { session.normalise(&others).await? };
        let known = met.into_iter().map(|(key, words)| ((key, words.clone()), Definition::Known(words)));
        Ok(Self { normalised: known.chain(others.into_iter().zip(definitions)).collect(), catalog })
    }
}

pub(super) fn catalog(expected: &CatalogFacts, known: &KnownCatalog) -> CatalogSeen {
    let object = |(key, fact): (&String, &Fact)| {
        let expected = match fact {
            Fact::Exactly(words) => known.normalised.get(&(key.clone(), words.clone())).cloned(),
            Fact::Contains(_) | Fact::Absent => None,
        };
        (key.clone(), FactSeen { met: known.catalog.get(key).map(str::to_owned), expected })
    };
    let objects = expected.objects.iter().map(object).collect();
    CatalogSeen { objects, others: expected.others(&known.catalog) }
}

/// What is bookkeeping is no change.
pub(super) fn changes(
    expected: &Changes,
    before: Option<&Catalog>,
    known: &KnownCatalog,
    books: Bookkeeping<'_>,
) -> ChangesSeen {
    let normalised = expected.declared().into_iter().filter_map(|(key, words)| {
        let definition = known.normalised.get(&(key.clone(), words))?;
        Some((key, definition.clone()))
    });
    ChangesSeen {
        difference: before.map(|before| books.left_out_of(Difference::between(before, &known.catalog))),
        normalised: normalised.collect(),
    }
}

pub(super) async fn unchanged(
    session: &mut Session,
    before: Option<&RowsBefore>,
    size: Size,
) -> Result<UnchangedSeen, Error> {
    let before = match before {
        Some(Ok(before)) => before,
        unread => {
            let error = unread.and_then(|unread| unread.as_ref().err().cloned());
            return Ok(UnchangedSeen { rows_before: None, changes: Vec::new(), error });
        }
    };
    let mut seen = UnchangedSeen { rows_before: Some(before.counts()), changes: Vec::new(), error: None };
    session.begin().await?;
    let changes = refusal_of(before.changes(session, size).await);
    session.rollback().await?;
    match changes? {
        Ok(changes) => seen.changes = changes.iter().map(ToString::to_string).collect(),
        Err(refusal) => seen.error = Some(refusal),
    }
    Ok(seen)
}
