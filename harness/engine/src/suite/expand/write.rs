//! `write`, `with` and `but`: a write that is accepted, and the same with only a fault put in.

use std::collections::BTreeSet;

use toml::{Spanned, de::DeValue};

use super::names::{names, replaced};
use crate::suite::{
    SuiteError,
    source::{Source, Table, Value},
};

/// Whether a check tries the write, or a step of it does, which is one that runs nothing else.
pub(super) fn runs_the_write(check: &Table<'_>) -> bool {
    let steps = check.get("step").and_then(|steps| steps.get_ref().as_array());
    let runs_nothing_else = |step: &Value<'_>| step.get_ref().as_table().is_some_and(|step| !step.contains_key("run"));
    check.contains_key("rejects")
        || check.contains_key("accepts")
        || steps.is_some_and(|steps| steps.iter().any(runs_nothing_else))
}

/// Fills in the write of a check. A write that must be refused has the values of `but` over those of `with`, and its
/// neighbour those of `with` alone, so that the two differ in the fault and in nothing else.
pub(in crate::suite) fn write<'t>(source: Source<'t>, check: &mut Table<'t>) -> Result<(), SuiteError> {
    if !runs_the_write(check) {
        return Ok(());
    }
    let Some(write) = check.remove("write") else {
        return Ok(());
    };
    let template = Template::new(source, &write, check.remove("with"))?;
    let rejects = check.contains_key("rejects");
    if let Some(DeValue::Array(steps)) = check.get_mut("step").map(Spanned::get_mut) {
        for step in steps.iter_mut() {
            if let DeValue::Table(step) = step.get_mut()
                && !step.contains_key("run")
            {
                let run = template.filled(step.remove("but"))?;
                put(step, "run", run);
            }
        }
    } else if let Some(but) = check.remove("but") {
        let span = but.span();
        let (with_the_fault, accepted) = (template.filled(Some(but))?, template.filled(None)?);
        if with_the_fault.get_ref().as_str() == accepted.get_ref().as_str() {
            return Err(source.error(span, "`but` changes nothing: the write with it is the write without it"));
        }
        put(check, "write", with_the_fault);
        let says_itself = ["neighbour", "without", "without_neighbour"].iter().any(|key| check.contains_key(*key));
        if rejects && !says_itself {
            put(check, "neighbour", accepted);
        }
    } else {
        put(check, "write", template.filled(None)?);
    }
    Ok(())
}

fn put<'t>(table: &mut Table<'t>, key: &'static str, value: Value<'t>) {
    table.insert(Spanned::new(value.span(), key.into()), value);
}

/// A write and the values that make it an accepted one.
struct Template<'t> {
    source: Source<'t>,
    text: String,
    span: std::ops::Range<usize>,
    with: Table<'t>,
}

impl<'t> Template<'t> {
    fn new(source: Source<'t>, write: &Value<'t>, with: Option<Value<'t>>) -> Result<Self, SuiteError> {
        let Some(text) = write.get_ref().as_str() else {
            return Err(source.error(write.span(), "expected the SQL of a write"));
        };
        let with = values(source, with)?;
        let named: BTreeSet<&str> = names(text).map(|(_, name)| name).collect();
        if let Some(name) = with.keys().find(|name| !named.contains(name.get_ref().as_ref())) {
            return Err(source.error(name.span(), format!("`with` gives `{name}`, and the write does not name it")));
        }
        if let Some(name) = named.iter().find(|name| !with.contains_key(**name)) {
            let (name, why) = (format!("${{{name}}}"), format!("`with` gives `${{{name}}}` no value"));
            return Err(source.error_within(write.span(), &name, why));
        }
        Ok(Self { source, text: text.to_owned(), span: write.span(), with })
    }

    /// The write with its values, those of `but` first.
    fn filled(&self, but: Option<Value<'t>>) -> Result<Value<'t>, SuiteError> {
        let but = values(self.source, but)?;
        if let Some(name) = but.keys().find(|name| !self.with.contains_key(name.get_ref().as_ref())) {
            let why = format!("`but` gives `{name}`, which is no value of the write: `with` names those");
            return Err(self.source.error(name.span(), why));
        }
        let text = replaced(&self.text, |name| but.get(name).or(self.with.get(name))?.get_ref().as_str());
        Ok(Spanned::new(self.span.clone(), DeValue::String(text.into())))
    }
}

/// The values of `with` or `but`, each a piece of SQL.
fn values<'t>(source: Source<'t>, values: Option<Value<'t>>) -> Result<Table<'t>, SuiteError> {
    let Some(values) = values else {
        return Ok(Table::new());
    };
    let span = values.span();
    let DeValue::Table(table) = values.into_inner() else {
        return Err(source.error(span, "expected values by their names: { name = \"SQL\" }"));
    };
    match table.values().find(|value| !value.get_ref().is_str()) {
        None => Ok(table),
        Some(value) => {
            Err(source.error(value.span(), "expected a piece of SQL in quotes, such as \"NULL\" or \"'x'\""))
        }
    }
}
