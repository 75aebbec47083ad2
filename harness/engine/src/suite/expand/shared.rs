//! What a gate says once for its checks.

use std::collections::{BTreeMap, BTreeSet};

use toml::{Spanned, de::DeValue};

use super::{given::States, write::runs_the_write};
use crate::suite::{
    SuiteError,
    source::{Source, Table, Value},
};

/// The keys that a gate may say for its checks.
const KEYS: [&str; 6] = ["given", "as", "settings", "write", "with", "examined"];

/// What a gate says for its checks, and which of it was of use.
pub(in crate::suite) struct Shared<'t> {
    source: Source<'t>,
    values: BTreeMap<&'static str, Value<'t>>,
    used: BTreeSet<&'static str>,
    /// Those names of `with` that a check did not give a value of its own.
    used_names: BTreeSet<String>,
}

impl<'t> Shared<'t> {
    /// Takes it out of the gate.
    pub(in crate::suite) fn take(source: Source<'t>, gate: &mut Table<'t>) -> Self {
        let values = KEYS.into_iter().filter_map(|key| Some((key, gate.remove(key)?))).collect();
        Self { source, values, used: BTreeSet::new(), used_names: BTreeSet::new() }
    }

    /// Puts it into a check, where the check does not say the same itself. Of `given` and `with` both count.
    pub(in crate::suite) fn put_into(&mut self, check: &mut Table<'t>, states: &mut States) -> Result<(), SuiteError> {
        states.put_into(self.source, self.values.get("given"), check)?;
        self.used.insert("given");
        self.lend("as", check);
        self.lend("settings", check);
        if check.contains_key("violations") {
            self.lend("examined", check);
        }
        if runs_the_write(check) && !check.contains_key("write") && self.values.contains_key("write") {
            self.lend("write", check);
            self.lend_values(check);
        }
        Ok(())
    }

    fn lend(&mut self, key: &'static str, check: &mut Table<'t>) {
        if let Some(value) = self.values.get(key).filter(|_| !check.contains_key(key)) {
            check.insert(Spanned::new(value.span(), key.into()), value.clone());
            self.used.insert(key);
        }
    }

    /// The values of the gate's write, under those that the check gives for it.
    fn lend_values(&mut self, check: &mut Table<'t>) {
        let Some(with) = self.values.get("with") else {
            return;
        };
        let own = check.remove("with").unwrap_or_else(|| Spanned::new(with.span(), DeValue::Table(Table::new())));
        let (place, mut own) = (own.span(), own.into_inner());
        if let (DeValue::Table(of_the_gate), DeValue::Table(own)) = (with.get_ref(), &mut own) {
            for (name, value) in of_the_gate {
                if !own.contains_key(name.get_ref().as_ref()) {
                    own.insert(name.clone(), value.clone());
                    self.used_names.insert(name.get_ref().clone().into_owned());
                }
            }
        }
        self.used.insert("with");
        check.insert(Spanned::new(place.clone(), "with".into()), Spanned::new(place, own));
    }

    /// Refuses what no check took.
    pub(in crate::suite) fn all_used(&self) -> Result<(), SuiteError> {
        let error = |span, what: String| {
            let why = format!("no check takes the gate's `{what}`: each says its own, or needs none");
            Err(self.source.error(span, why))
        };
        if let Some((key, value)) = self.values.iter().find(|(key, _)| !self.used.contains(*key)) {
            return error(value.span(), (*key).to_owned());
        }
        let with = self.values.get("with").and_then(|with| with.get_ref().as_table());
        match with.into_iter().flat_map(Table::keys).find(|name| !self.used_names.contains(name.get_ref().as_ref())) {
            None => Ok(()),
            Some(name) => error(name.span(), format!("with.{name}")),
        }
    }
}
