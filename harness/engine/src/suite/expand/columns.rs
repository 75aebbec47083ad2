//! `"columns t" = "a integer NOT NULL, b text"`: the columns of a table in one text, as in CREATE TABLE.

use toml::{Spanned, de::DeValue};

use crate::suite::{
    SuiteError,
    source::{Source, Table},
};

/// Puts one object for each column in place of `columns`, in what a check declares of the catalog.
pub(in crate::suite) fn columns(source: Source<'_>, check: &mut Table<'_>) -> Result<(), SuiteError> {
    if let Some(DeValue::Table(objects)) = check.get_mut("catalog").map(Spanned::get_mut) {
        apart(source, objects)?;
    }
    if let Some(DeValue::Table(changes)) = check.get_mut("changes").map(Spanned::get_mut) {
        for key in ["add", "alter"] {
            if let Some(DeValue::Table(objects)) = changes.get_mut(key).map(Spanned::get_mut) {
                apart(source, objects)?;
            }
        }
    }
    Ok(())
}

fn apart(source: Source<'_>, objects: &mut Table<'_>) -> Result<(), SuiteError> {
    for (key, value) in std::mem::take(objects) {
        let Some(table) = key.get_ref().strip_prefix("columns ") else {
            insert(source, objects, key, value)?;
            continue;
        };
        let Some(columns) = value.get_ref().as_str() else {
            let why = format!("expected the columns of {table} in one text, as in CREATE TABLE");
            return Err(source.error(value.span(), why));
        };
        for column in top_level(columns) {
            let Some((name, definition)) = column.split_once(char::is_whitespace) else {
                return Err(source.error(value.span(), format!("column `{column}` of {table} has no definition")));
            };
            let key = Spanned::new(key.span(), format!("column {table}.{name}").into());
            let definition = definition.split_whitespace().collect::<Vec<_>>().join(" ");
            insert(source, objects, key, Spanned::new(value.span(), DeValue::String(definition.into())))?;
        }
    }
    Ok(())
}

fn insert<'t>(
    source: Source<'_>,
    objects: &mut Table<'t>,
    key: Spanned<std::borrow::Cow<'t, str>>,
    value: Spanned<DeValue<'t>>,
) -> Result<(), SuiteError> {
    if objects.contains_key(key.get_ref().as_ref()) {
        return Err(source.error(key.span(), format!("`{key}` is declared twice")));
    }
    objects.insert(key, value);
    Ok(())
}

/// The parts between commas that stand neither in parentheses nor in quotes.
fn top_level(text: &str) -> Vec<&str> {
    let mut parts = Vec::new();
    let (mut depth, mut quote, mut start) = (0_u32, None, 0);
    for (at, letter) in text.char_indices() {
        match (quote, letter) {
            (Some(open), _) if open == letter => quote = None,
            (Some(_), _) => {}
            (None, '\'' | '"') => quote = Some(letter),
            (None, '(') => depth += 1,
            (None, ')') => depth = depth.saturating_sub(1),
            (None, ',') if depth == 0 => {
                parts.push(text[start..at].trim());
                start = at + 1;
            }
            _ => {}
        }
    }
    parts.push(text[start..].trim());
    parts
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_parted_at_commas_outside_parentheses_and_quotes() {
        let text = "a numeric(4,3) NOT NULL,\n b text DEFAULT 'x, it''s (y', \"c,d\" integer";
        assert_eq!(top_level(text), ["a numeric(4,3) NOT NULL", "b text DEFAULT 'x, it''s (y'", "\"c,d\" integer"]);
    }
}
