//! `[given]`: named states that checks start from, one of which may build on others.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt,
};

use serde::{
    Deserialize, Deserializer,
    de::{MapAccess, Visitor, value::MapAccessDeserializer},
};
use toml::{Spanned, de::DeValue};

use super::names::names;
use crate::suite::{
    SuiteError,
    source::{Source, Table, Value},
};

/// A state as `suite.toml` says it: SQL, or a file of it and the states that it builds on.
pub(in crate::suite) enum StateFile {
    Sql(String),
    File(BuiltState),
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::suite) struct BuiltState {
    #[serde(default)]
    pub(in crate::suite) on: Vec<Spanned<String>>,
    /// The file of its SQL, relative to the suite.
    pub(in crate::suite) sql: Spanned<String>,
}

impl<'de> Deserialize<'de> for StateFile {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        struct Either;
        impl<'de> Visitor<'de> for Either {
            type Value = StateFile;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("SQL, or { on = [\"another state\"], sql = \"file.sql\" }")
            }
            fn visit_str<E>(self, sql: &str) -> Result<StateFile, E> {
                Ok(StateFile::Sql(sql.to_owned()))
            }
            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<StateFile, A::Error> {
                BuiltState::deserialize(MapAccessDeserializer::new(map)).map(StateFile::File)
            }
        }
        from.deserialize_any(Either)
    }
}

/// A state as checks start from it.
pub(in crate::suite) struct State {
    pub(in crate::suite) on: Vec<Spanned<String>>,
    /// Its own statements.
    pub(in crate::suite) sql: String,
    /// The place of its name.
    pub(in crate::suite) span: std::ops::Range<usize>,
}

/// The states of a suite, and which of them a check was given.
#[derive(Default)]
pub(in crate::suite) struct States {
    states: BTreeMap<String, State>,
    used: BTreeSet<String>,
}

impl States {
    /// Takes up the states of a suite, of which each must build on others that are there, and none on itself.
    pub(in crate::suite) fn new(source: Source<'_>, states: BTreeMap<String, State>) -> Result<Self, SuiteError> {
        let states = Self { states, used: BTreeSet::new() };
        for (name, state) in &states.states {
            if let Some(on) = state.on.iter().find(|on| !states.states.contains_key(on.get_ref())) {
                let why = format!("there is no state `{on}` for `{name}` to build on; there is {}", states.list());
                return Err(source.error(on.span(), why));
            }
        }
        for (name, state) in &states.states {
            if let Some((range, _)) = names(&state.sql).next() {
                let why = format!("the state `{name}` says `{}`, and nothing gives a state values", &state.sql[range]);
                return Err(source.error(state.span.clone(), why));
            }
            if let Some(circle) = states.way_back(name, &mut vec![name]) {
                let why = format!("the state `{name}` builds on itself: {circle}");
                return Err(source.error(state.span.clone(), why));
            }
        }
        Ok(states)
    }

    /// The way on which a state leads back to the first of the trail.
    fn way_back<'s>(&'s self, name: &str, trail: &mut Vec<&'s str>) -> Option<String> {
        for on in self.states.get(name).into_iter().flat_map(|state| &state.on) {
            let on = on.get_ref().as_str();
            if trail.first() == Some(&on) {
                return Some([trail.as_slice(), &[on]].concat().join(" on "));
            }
            if !trail.contains(&on) {
                trail.push(on);
                if let Some(circle) = self.way_back(on, trail) {
                    return Some(circle);
                }
                trail.pop();
            }
        }
        None
    }

    /// Puts the SQL of what a gate and a check are given into the check, each state once.
    pub(super) fn put_into<'t>(
        &mut self,
        source: Source<'t>,
        of_the_gate: Option<&Value<'t>>,
        check: &mut Table<'t>,
    ) -> Result<(), SuiteError> {
        let own = check.remove("given");
        let mut sql = Vec::new();
        let mut laid = BTreeSet::new();
        for given in of_the_gate.into_iter().chain(&own) {
            match given.get_ref() {
                DeValue::String(own) => sql.push(own.trim().to_owned()),
                DeValue::Array(names) if !names.is_empty() => {
                    for name in names.iter() {
                        self.lay(source, name, &mut laid, &mut sql)?;
                    }
                }
                _ => return Err(source.error(given.span(), "expected SQL, or the names of states: given = [\"name\"]")),
            }
        }
        if let Some(given) = own.as_ref().or(of_the_gate) {
            let text = DeValue::String(sql.join("\n").into());
            check.insert(Spanned::new(given.span(), "given".into()), Spanned::new(given.span(), text));
        }
        Ok(())
    }

    fn lay(
        &mut self,
        source: Source<'_>,
        name: &Value<'_>,
        laid: &mut BTreeSet<String>,
        sql: &mut Vec<String>,
    ) -> Result<(), SuiteError> {
        match name.get_ref().as_str().filter(|name| self.states.contains_key(*name)) {
            Some(name) => {
                self.used.insert(name.to_owned());
                self.build(name, laid, sql);
                Ok(())
            }
            None => {
                let name_of = name.get_ref().as_str().unwrap_or("what is no text");
                let why = format!("there is no state `{name_of}` in `[given]` of suite.toml; there is {}", self.list());
                Err(source.error(name.span(), why))
            }
        }
    }

    fn build(&self, name: &str, laid: &mut BTreeSet<String>, sql: &mut Vec<String>) {
        if let Some(state) = self.states.get(name)
            && laid.insert(name.to_owned())
        {
            state.on.iter().for_each(|on| self.build(on.get_ref(), laid, sql));
            sql.push(state.sql.clone());
        }
    }

    /// Refuses a state that neither a check nor another state uses.
    pub(in crate::suite) fn all_used(&self, source: Source<'_>) -> Result<(), SuiteError> {
        let built_on: BTreeSet<&str> =
            self.states.values().flat_map(|state| &state.on).map(|on| on.get_ref().as_str()).collect();
        let unused = |name: &str| !self.used.contains(name) && !built_on.contains(name);
        match self.states.iter().find(|(name, _)| unused(name)) {
            None => Ok(()),
            Some((name, state)) => {
                let why = format!("no gate, check or state uses the state `{name}`: use it, or delete it");
                Err(source.error(state.span.clone(), why))
            }
        }
    }

    fn list(&self) -> String {
        if self.states.is_empty() {
            return "none".to_owned();
        }
        self.states.keys().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")
    }
}
