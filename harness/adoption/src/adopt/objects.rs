//! Objects of a catalog, in place of those that a check declares.

use std::collections::BTreeMap;

use phasegate_engine::suite::columns_of;
use toml::{Spanned, de::DeValue};

use super::{
    entries::{Entries, in_order},
    notation::{entry, text as string},
    text::Text,
};

/// What a check has to declare otherwise, by the keys of the objects: its definition, or nothing where there is no such object.
pub(super) type Corrections = BTreeMap<String, Option<String>>;

/// How the keys of a file are held against those of a catalog.
#[derive(Clone, Copy)]
pub(super) struct Names {
    /// Whether capitals tell names apart.
    pub(super) with_case: bool,
}

impl Names {
    /// A key as the catalog has it.
    pub(super) fn of(self, key: &str) -> String {
        if self.with_case { key.to_owned() } else { key.to_ascii_lowercase() }
    }
}

/// Changes what a table declares. What is `gone` is declared so, if there is a word for it, and else no longer declared.
pub(super) fn change(
    text: &mut Text<'_>,
    declared: &Spanned<DeValue<'_>>,
    mut corrections: Corrections,
    (names, gone): (Names, Option<&str>),
) -> Result<(), String> {
    let elsewhere = "what it declares is put together from several tables or from `${...}`: mend it where it stands";
    let table = declared.get_ref().as_table().ok_or(elsewhere)?;
    let entries = Entries::of_table(text.text, declared)
        .ok_or("its objects are written with dots: write them in braces, or below a header")?;
    if corrections.is_empty() {
        return Ok(());
    }
    let mut removed = Vec::new();
    for (index, (key, value)) in in_order(table).into_iter().enumerate() {
        let place = entries.places[index].clone();
        if text.text[place].contains("${") {
            return Err(elsewhere.to_owned());
        }
        if value.get_ref().is_table() && !text.text[value.span()].starts_with('{') {
            return Err(format!("`{key}` is written with dots, or below a header of its own: write it in braces"));
        }
        let met = match key.get_ref().strip_prefix("columns ") {
            Some(of) => columns(value, of, &mut corrections, names),
            None => corrections.remove(&names.of(key.get_ref())).map(|met| met.or(gone.map(str::to_owned))),
        };
        match met {
            None => {}
            Some(Some(met)) => text.replace(value.span(), string(&met)),
            Some(None) => removed.push(index),
        }
    }
    // What is gone and was never written followed from something else that is written.
    let of_object = |(key, met): (&String, &Option<String>)| Some(entry(key, met.as_deref().or(gone)?));
    let added: Vec<String> = corrections.iter().filter_map(of_object).collect();
    entries.change(text, &removed, &added, entries.places.len().checked_sub(1));
    Ok(())
}

/// The columns of a table that stand in one text, corrected: nothing where they hold, no text where none is left.
fn columns(
    value: &Spanned<DeValue<'_>>,
    table: &str,
    corrections: &mut Corrections,
    names: Names,
) -> Option<Option<String>> {
    let columns = columns_of(value.get_ref().as_str().unwrap_or_default()).filter_map(Result::ok);
    let key = |name: &str| names.of(&format!("column {table}.{name}"));
    let columns: Vec<(&str, String)> = columns.collect();
    if !columns.iter().any(|(name, _)| corrections.contains_key(&key(name))) {
        return None;
    }
    let mut corrected = Vec::new();
    for (name, definition) in columns {
        match corrections.get(&key(name)).cloned() {
            None => corrected.push(format!("{name} {definition}")),
            Some(Some(met)) => {
                corrections.remove(&key(name));
                corrected.push(format!("{name} {met}"));
            }
            // Whoever has a word for what is gone says so beside this text.
            Some(None) => {}
        }
    }
    Some((!corrected.is_empty()).then(|| corrected.join(", ")))
}
