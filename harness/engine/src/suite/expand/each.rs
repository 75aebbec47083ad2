//! `each`: one check, or one scenario, for each row of values.

use std::collections::BTreeSet;

use toml::{Spanned, de::DeValue};

use super::{fill::fill, names::is_name};
use crate::suite::{
    SuiteError,
    source::{Source, Table, Value},
};

/// The tables that a table stands for: one for each row of its `each`, or itself alone.
pub(in crate::suite) fn each<'t>(source: Source<'t>, mut table: Table<'t>) -> Result<Vec<Table<'t>>, SuiteError> {
    match table.remove("each") {
        None => Ok(vec![table]),
        Some(each) => {
            let rows = rows(source, "each", &each)?;
            if let Some(DeValue::Table(with)) = table.get("with").map(Spanned::get_ref)
                && let Some(name) = with.keys().find(|name| rows[0].contains_key(name.get_ref().as_ref()))
            {
                return Err(
                    source.error(name.span(), format!("`each` and `with` both give `{name}`: name one otherwise"))
                );
            }
            filled(source, "each", &table, &rows)
        }
    }
}

/// The rows of a list, all with the same names.
pub(super) fn rows<'t>(source: Source<'t>, key: &str, list: &Value<'t>) -> Result<Vec<Table<'t>>, SuiteError> {
    let wrong = || source.error(list.span(), format!("expected rows of values: {key} = [{{ name = \"value\" }}, ...]"));
    let list = list.get_ref().as_array().filter(|rows| !rows.is_empty()).ok_or_else(wrong)?;
    let mut rows: Vec<Table<'t>> = Vec::new();
    for row in list.iter() {
        let table = row.get_ref().as_table().ok_or_else(wrong)?;
        if let Some(name) = table.keys().find(|name| !is_name(name.get_ref())) {
            let why =
                format!("`{name}` is no name: it begins with a lower-case letter and goes on with those, digits and _");
            return Err(source.error(name.span(), why));
        }
        if let Some(first) = rows.first()
            && !first.keys().eq(table.keys())
        {
            let list = |row: &Table<'_>| row.keys().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ");
            let why = format!("a row of `{key}` gives {}, and the first gives {}", list(table), list(first));
            return Err(source.error(row.span(), why));
        }
        rows.push(table.clone());
    }
    Ok(rows)
}

/// A table filled with each of the rows, none of whose values may be of no use.
pub(super) fn filled<'t>(
    source: Source<'t>,
    key: &str,
    table: &Table<'t>,
    rows: &[Table<'t>],
) -> Result<Vec<Table<'t>>, SuiteError> {
    let mut used = BTreeSet::new();
    let tables = rows.iter().map(|row| fill(source, table, row, &mut used)).collect::<Result<Vec<_>, _>>()?;
    let names = rows.first().into_iter().flat_map(Table::keys);
    if let Some(name) = names.into_iter().find(|name| !used.contains(name.get_ref().as_ref())) {
        return Err(source.error(name.span(), format!("`{key}` gives `{name}`, and nothing says `${{{name}}}`")));
    }
    let mut seen = BTreeSet::new();
    for id in tables.iter().filter_map(|table| table.get("id").or(table.get("slug"))) {
        if let DeValue::String(text) = id.get_ref()
            && !seen.insert(text.as_ref())
        {
            let why = format!("two rows of `{key}` lead to {text}: name what tells them apart as `${{name}}`");
            return Err(source.error(id.span(), why));
        }
    }
    Ok(tables)
}
