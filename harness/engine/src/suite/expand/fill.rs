//! Values put into every text of a table, its keys included.

use std::{borrow::Cow, collections::BTreeSet, ops::Range};

use toml::{Spanned, de::DeValue};

use super::names::{names, replaced};
use crate::suite::{
    SuiteError,
    source::{Source, Table, Value},
};

/// A table with the values of a row in place of their names. A text that is nothing but one name becomes the value itself,
/// which may then be a list or a number. The names that were met are added to `used`.
pub(super) fn fill<'t>(
    source: Source<'_>,
    table: &Table<'t>,
    row: &Table<'t>,
    used: &mut BTreeSet<String>,
) -> Result<Table<'t>, SuiteError> {
    let mut filled = Table::new();
    for (key, value) in table {
        let text = fill_text(source, key.get_ref(), key.span(), row, used)?;
        if filled.contains_key(text.as_ref()) {
            return Err(source.error(key.span(), format!("`{text}` is there twice once its names have their values")));
        }
        filled.insert(Spanned::new(key.span(), text.into_owned().into()), fill_value(source, value, row, used)?);
    }
    Ok(filled)
}

fn fill_value<'t>(
    source: Source<'_>,
    value: &Value<'t>,
    row: &Table<'t>,
    used: &mut BTreeSet<String>,
) -> Result<Value<'t>, SuiteError> {
    let filled = match value.get_ref() {
        DeValue::String(text) => {
            let whole = names(text).find(|(range, _)| *range == (0..text.len()));
            if let Some((_, name)) = whole
                && let Some(given) = row.get(name)
            {
                used.insert(name.to_owned());
                return Ok(placed(given, &value.span()));
            }
            DeValue::String(fill_text(source, text, value.span(), row, used)?.into_owned().into())
        }
        DeValue::Array(values) => {
            let filled: Result<Vec<_>, _> = values.iter().map(|value| fill_value(source, value, row, used)).collect();
            DeValue::Array(filled?.into_iter().collect())
        }
        DeValue::Table(table) => DeValue::Table(fill(source, table, row, used)?),
        other => other.clone(),
    };
    Ok(Spanned::new(value.span(), filled))
}

/// A value of the suite has no place in this file, and takes that of the name which it replaces.
pub(super) fn placed<'t>(value: &Value<'t>, place: &Range<usize>) -> Value<'t> {
    if !value.span().is_empty() {
        return value.clone();
    }
    let placed_within = |value: &Value<'t>| placed(value, place);
    let inner = match value.get_ref() {
        DeValue::Array(values) => {
            DeValue::Array(values.iter().map(placed_within).collect::<Vec<_>>().into_iter().collect())
        }
        DeValue::Table(table) => {
            let entry = |(key, value): (&Spanned<Cow<'t, str>>, &Value<'t>)| {
                (Spanned::new(place.clone(), key.get_ref().clone()), placed_within(value))
            };
            DeValue::Table(table.iter().map(entry).collect())
        }
        other => other.clone(),
    };
    Spanned::new(place.clone(), inner)
}

fn fill_text<'s>(
    source: Source<'_>,
    text: &'s str,
    span: Range<usize>,
    row: &Table<'_>,
    used: &mut BTreeSet<String>,
) -> Result<Cow<'s, str>, SuiteError> {
    let mut met = false;
    for (range, name) in names(text) {
        let Some(value) = row.get(name) else {
            continue;
        };
        if as_text(value).is_none() {
            let name = &text[range];
            let why = format!("`{name}` stands for a list or a table, which cannot be part of a text");
            return Err(source.error_within(span, name, why));
        }
        used.insert(name.to_owned());
        met = true;
    }
    Ok(if met { replaced(text, |name| row.get(name).and_then(as_text)).into() } else { text.into() })
}

fn as_text<'v>(value: &'v Value<'_>) -> Option<&'v str> {
    match value.get_ref() {
        DeValue::String(text) => Some(text),
        DeValue::Integer(number) => Some(number.as_str()),
        DeValue::Float(number) => Some(number.as_str()),
        DeValue::Boolean(truth) => Some(if *truth { "true" } else { "false" }),
        _ => None,
    }
}

/// Refuses a table in which a name is left: nothing gave it a value.
pub(in crate::suite) fn nothing_left(source: Source<'_>, table: &Table<'_>) -> Result<(), SuiteError> {
    for (key, value) in table {
        no_name(source, key.get_ref(), key.span())?;
        no_name_within(source, value)?;
    }
    Ok(())
}

fn no_name_within(source: Source<'_>, value: &Value<'_>) -> Result<(), SuiteError> {
    match value.get_ref() {
        DeValue::String(text) => no_name(source, text, value.span()),
        DeValue::Array(values) => values.iter().try_for_each(|value| no_name_within(source, value)),
        DeValue::Table(table) => nothing_left(source, table),
        _ => Ok(()),
    }
}

fn no_name(source: Source<'_>, text: &str, span: Range<usize>) -> Result<(), SuiteError> {
    match names(text).next() {
        None => Ok(()),
        Some((range, _)) => {
            let name = &text[range];
            Err(source.error_within(span, name, format!("nothing gives `{name}` a value")))
        }
    }
}
