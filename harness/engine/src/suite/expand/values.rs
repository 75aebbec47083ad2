//! `[with]` in `suite.toml`: values that every gate and scenario of the suite may name.

use std::collections::{BTreeMap, BTreeSet};

use toml::{Spanned, de::DeValue};

use super::{
    fill::{fill, nothing_left, placed},
    given::States,
};
use crate::suite::{
    SuiteError,
    source::{Source, Table, Value},
};

/// The value that a phase gives to its gates: what it says of itself can be held against the database.
const REVISION: &str = "revision";

/// What a suite says once for all its gates.
#[derive(Default)]
pub(in crate::suite) struct Common {
    /// The states that checks start from.
    pub(in crate::suite) states: States,
    /// The values that gates and scenarios may name.
    pub(in crate::suite) values: Values,
}

/// The values of a suite, and which of them were of use.
#[derive(Default)]
pub(in crate::suite) struct Values {
    values: Table<'static>,
    places: BTreeMap<String, std::ops::Range<usize>>,
    used: BTreeSet<String>,
}

impl Values {
    /// Takes up the values of a suite, each of which may name others that name none.
    pub(in crate::suite) fn new(
        source: Source<'_>,
        with: BTreeMap<Spanned<String>, toml::Value>,
    ) -> Result<Self, SuiteError> {
        let mut values = Table::new();
        let mut places = BTreeMap::new();
        for (name, value) in with {
            let Some(value) = owned(value) else {
                let why = format!("the value of `{name}` holds a number or a time: put it in quotes");
                return Err(source.error(name.span(), why));
            };
            places.insert(name.get_ref().clone(), name.span());
            values.insert(Spanned::new(name.span(), name.into_inner().into()), value);
        }
        let mut used = BTreeSet::new();
        let values = fill(source, &values, &values, &mut used)?;
        for (name, value) in &values {
            let value = placed(value, &name.span());
            nothing_left(source, &Table::from_iter([(name.clone(), value)]))?;
        }
        Ok(Self { values, places, used })
    }

    /// Gives `revision` the value that it has in gates which stand after a phase of this revision, unless the suite gives it one.
    pub(in crate::suite) fn set_revision(&mut self, revision: Option<&str>) {
        if self.places.contains_key(REVISION) {
            return;
        }
        self.values.remove(REVISION);
        if let Some(revision) = revision {
            let revision = Spanned::new(0..0, DeValue::String(revision.to_owned().into()));
            self.values.insert(Spanned::new(0..0, REVISION.into()), revision);
        }
    }

    /// Puts the values into a table, but for names to which the table itself gives a value.
    pub(in crate::suite) fn put_into<'t>(
        &mut self,
        source: Source<'t>,
        table: Table<'t>,
    ) -> Result<Table<'t>, SuiteError> {
        // Most tables name nothing, and are not worth a copy.
        if nothing_left(source, &table).is_ok() {
            return Ok(table);
        }
        let mut values = self.values.clone();
        if let Some(DeValue::Table(with)) = table.get("with").map(Spanned::get_ref) {
            with.keys().for_each(|name| drop(values.remove(name.get_ref().as_ref())));
        }
        fill(source, &table, &values, &mut self.used)
    }

    /// Refuses a value that nothing names.
    pub(in crate::suite) fn all_used(&self, source: Source<'_>) -> Result<(), SuiteError> {
        match self.places.iter().find(|(name, _)| !self.used.contains(*name)) {
            None => Ok(()),
            Some((name, place)) => {
                let why = format!("no gate, scenario or value says `${{{name}}}`: use it, or delete it");
                Err(source.error(place.clone(), why))
            }
        }
    }
}

/// The value without a place of its own, which it takes from where it is put.
fn owned(value: toml::Value) -> Option<Value<'static>> {
    let value = match value {
        toml::Value::String(text) => DeValue::String(text.into()),
        toml::Value::Boolean(truth) => DeValue::Boolean(truth),
        toml::Value::Array(values) => {
            DeValue::Array(values.into_iter().map(owned).collect::<Option<Vec<_>>>()?.into_iter().collect())
        }
        toml::Value::Table(table) => {
            let entry = |(key, value): (String, _)| Some((Spanned::new(0..0, key.into()), owned(value)?));
            DeValue::Table(table.into_iter().map(entry).collect::<Option<_>>()?)
        }
        _ => return None,
    };
    Some(Spanned::new(0..0, value))
}
