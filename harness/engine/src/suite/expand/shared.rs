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
}

impl<'t> Shared<'t> {
    /// Takes it out of the gate.
    pub(in crate::suite) fn take(source: Source<'t>, gate: &mut Table<'t>) -> Self {
        let values = KEYS.into_iter().filter_map(|key| Some((key, gate.remove(key)?))).collect();
        Self { source, values, used: BTreeSet::new() }
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
        if runs_the_write(check) && !check.contains_key("write") && self.lend("write", check) {
            self.lend_values(check);
        }
        Ok(())
    }

    fn lend(&mut self, key: &'static str, check: &mut Table<'t>) -> bool {
        match self.values.get(key) {
            Some(value) if !check.contains_key(key) => {
                check.insert(Spanned::new(value.span(), key.into()), value.clone());
                self.used.insert(key);
                true
            }
            _ => false,
        }
    }

    /// The values of the gate's write, under those that the check gives for it.
    fn lend_values(&mut self, check: &mut Table<'t>) {
        if self.lend("with", check) {
            return;
        }
        let of_the_gate = self.values.get("with").map(Spanned::get_ref);
        if let (Some(DeValue::Table(theirs)), Some(DeValue::Table(own))) =
            (of_the_gate, check.get_mut("with").map(Spanned::get_mut))
        {
            for (name, value) in theirs {
                if !own.contains_key(name.get_ref().as_ref()) {
                    own.insert(name.clone(), value.clone());
                }
            }
            self.used.insert("with");
        }
    }

    /// Refuses what no check took.
    pub(in crate::suite) fn all_used(&self) -> Result<(), SuiteError> {
        match self.values.iter().find(|(key, _)| !self.used.contains(*key)) {
            None => Ok(()),
            Some((key, value)) => {
                let why = format!("no check takes the gate's `{key}`: each says its own, or needs none");
                Err(self.source.error(value.span(), why))
            }
        }
    }
}
