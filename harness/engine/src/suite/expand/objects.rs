//! What a check declares of the catalog, object by object: several declarations as one, and the columns of a table, which
//! may stand in one text as in CREATE TABLE: `"columns t" = "a integer NOT NULL, b text"`.

use toml::{Spanned, de::DeValue};

use crate::suite::{
    SuiteError,
    source::{Source, Table, Value},
};

/// Puts the objects of a check, of its `catalog` or its `changes`, into one table of them.
pub(in crate::suite) fn objects(source: Source<'_>, check: &mut Table<'_>) -> Result<(), SuiteError> {
    if let Some(declared) = check.get_mut("catalog") {
        apart(source, declared)?;
    }
    if let Some(DeValue::Table(changes)) = check.get_mut("changes").map(Spanned::get_mut) {
        for key in ["add", "alter"] {
            if let Some(declared) = changes.get_mut(key) {
                apart(source, declared)?;
                if key == "add" {
                    order_of_new_tables(declared);
                }
            }
        }
    }
    Ok(())
}

/// The columns of a table that is new stand in the order in which they are declared.
fn order_of_new_tables(declared: &mut Value<'_>) {
    let span = declared.span();
    let DeValue::Table(objects) = declared.get_mut() else { return };
    let new: Vec<String> =
        objects.keys().filter_map(|key| key.get_ref().strip_prefix("table ").map(str::to_owned)).collect();
    for table in new {
        let prefix = format!("column {table}.");
        let mut columns: Vec<(usize, &str)> = objects
            .iter()
            .filter_map(|(key, _)| Some((key.span().start, key.get_ref().strip_prefix(&prefix)?)))
            .collect();
        columns.sort_by_key(|(place, _)| *place);
        let order = columns.into_iter().map(|(_, name)| name).collect::<Vec<_>>().join(", ");
        let key = format!("order {table}");
        if !order.is_empty() && !objects.contains_key(key.as_str()) {
            objects.insert(
                Spanned::new(span.clone(), key.into()),
                Spanned::new(span.clone(), DeValue::String(order.into())),
            );
        }
    }
}

fn apart(source: Source<'_>, declared: &mut Value<'_>) -> Result<(), SuiteError> {
    let span = declared.span();
    let mut objects = Table::new();
    gather(source, std::mem::replace(declared, Spanned::new(span.clone(), DeValue::Boolean(false))), &mut objects)?;
    *declared = Spanned::new(span, DeValue::Table(objects));
    Ok(())
}

fn gather<'t>(source: Source<'_>, declared: Value<'t>, objects: &mut Table<'t>) -> Result<(), SuiteError> {
    let span = declared.span();
    match declared.into_inner() {
        DeValue::Table(table) => {
            table.into_iter().try_for_each(|(key, value)| match key.get_ref().strip_prefix("columns ") {
                Some(table) => columns(source, table, &key, &value, objects),
                None => insert(source, objects, key, value),
            })
        }
        DeValue::Array(several) => several.into_iter().try_for_each(|declared| gather(source, declared, objects)),
        _ => Err(source.error(span, "expected objects and their definitions, or a list of such tables")),
    }
}

fn columns<'t>(
    source: Source<'_>,
    table: &str,
    key: &Spanned<std::borrow::Cow<'t, str>>,
    columns: &Value<'t>,
    objects: &mut Table<'t>,
) -> Result<(), SuiteError> {
    let Some(text) = columns.get_ref().as_str() else {
        let why = format!("expected the columns of {table} in one text, as in CREATE TABLE");
        return Err(source.error(columns.span(), why));
    };
    for (ordinal, column) in columns_of(text).enumerate() {
        let (name, definition) = column.map_err(|column| {
            source.error(columns.span(), format!("column `{column}` of {table} has no definition"))
        })?;
        // Each column lies behind the one before it, so that their order is not lost.
        let place = key.span().start + ordinal;
        let key = Spanned::new(place..key.span().end.max(place), format!("column {table}.{name}").into());
        insert(source, objects, key, Spanned::new(columns.span(), DeValue::String(definition.into())))?;
    }
    Ok(())
}

/// The columns of a table that stand in one text, each with its definition; a column that has none is an error.
pub fn columns_of(text: &str) -> impl Iterator<Item = Result<(&str, String), &str>> {
    top_level(text).into_iter().map(|column| {
        let (name, definition) = column.split_once(char::is_whitespace).ok_or(column)?;
        Ok((name, on_one_line(definition)))
    })
}

/// The text with a blank in place of all white space that stands in no quotes: what is quoted is the author's own.
fn on_one_line(text: &str) -> String {
    let (mut line, mut quote) = (String::with_capacity(text.len()), None);
    for letter in text.trim().chars() {
        match (quote, letter) {
            (None, '\'' | '"') => quote = Some(letter),
            (Some(open), _) if open == letter => quote = None,
            _ => {}
        }
        if quote.is_some() || !letter.is_whitespace() {
            line.push(letter);
        } else if !line.ends_with(' ') {
            line.push(' ');
        }
    }
    line
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
    fn white_space_within_quotes_is_the_authors_own_and_elsewhere_it_is_one_blank() {
        let text = "a text\n    DEFAULT 'x  y\n', b  integer";
        let columns: Vec<_> = columns_of(text).map(|column| column.expect("a definition")).collect();
        assert_eq!(columns, [("a", "text DEFAULT 'x  y\n'".to_owned()), ("b", "integer".to_owned())]);
        assert_eq!(columns_of("a integer, b").nth(1), Some(Err("b")));
    }

    #[test]
    fn columns_are_parted_at_commas_outside_parentheses_and_quotes() {
        let text = "a numeric(4,3) NOT NULL,\n b text DEFAULT 'x, it''s (y', \"c,d\" integer";
        assert_eq!(top_level(text), ["a numeric(4,3) NOT NULL", "b text DEFAULT 'x, it''s (y'", "\"c,d\" integer"]);
    }
}
