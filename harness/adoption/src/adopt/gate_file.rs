//! A check in the file of its gate, with what was seen in place of what it expects.

use phasegate_evidence::judge::{Check, Expectation, Observation};
use toml::{
    Spanned,
    de::{DeTable, DeValue},
};

use super::{
    changes,
    corrections::of_catalog,
    entries::in_order,
    objects::{self, Names},
    rows,
    text::Text,
};

/// The word for an object that is not there.
const ABSENT: &str = "absent";

/// The file with what was seen in the check; everything else in it stays byte for byte.
///
/// # Errors
/// In a sentence about the check, when it has no place that could be written to.
pub(super) fn adopted(file: &str, check: &Check, seen: &Observation, names: Names) -> Result<String, String> {
    let root = DeTable::parse(file).map_err(|error| error.message().to_owned())?;
    let table = of_check(root.get_ref(), &check.id)?;
    let mut text = Text::new(file);
    let asks = in_order(table).into_iter().find(|(key, _)| key.get_ref() == "adopt");
    let mut asks = asks.map(|(key, value)| key.span().start..value.span().end);
    match (&check.expectation, seen) {
        (Expectation::Rows(expected), Observation::Rows(seen)) => {
            let met = seen.table.as_ref().map(|table| table.rows.as_slice()).unwrap_or_default();
            match (table.get("rows"), asks.take()) {
                (Some(list), line) => {
                    asks = line;
                    rows::change(&mut text, list, &expected.rows, met)?;
                }
                (None, Some(line)) => text.replace(line, rows::written(met)),
                (None, None) => {
                    return Err("expects rows that are not written in it: mend them where they stand".into());
                }
            }
        }
        (Expectation::Catalog(expected), Observation::Catalog(seen)) => {
            let corrections = of_catalog(expected, seen);
            objects::change(&mut text, part(table, "catalog")?, corrections, (names, Some(ABSENT)))?;
        }
        (Expectation::Changes(expected), Observation::Changes(seen)) => {
            let difference = seen.difference.as_ref().ok_or("there was no state before its phase to compare with")?;
            changes::change(&mut text, part(table, "changes")?, (expected, difference, seen), names)?;
        }
        _ => return Err("saw something of another kind than it expects".to_owned()),
    }
    if let Some(line) = asks {
        text.remove(line);
    }
    Ok(text.changed())
}

fn part<'v, 't>(table: &'v DeTable<'t>, key: &str) -> Result<&'v Spanned<DeValue<'t>>, String> {
    table.get(key).ok_or_else(|| format!("its `{key}` is not written in it: mend it where it stands"))
}

/// The table of the check, if it is the place of this check alone.
fn of_check<'v, 't>(root: &'v DeTable<'t>, id: &str) -> Result<&'v DeTable<'t>, String> {
    let by_hand = "write the expectation by hand, or the check as one of its own";
    if root.contains_key("after") {
        return Err(format!("stands after several phases (`after`), and has no single place: {by_hand}"));
    }
    let checks = root.get("check").and_then(|checks| checks.get_ref().as_array());
    let tables = checks.into_iter().flat_map(|checks| checks.iter());
    let own = tables
        .filter_map(|check| check.get_ref().as_table())
        .find(|check| check.get("id").and_then(|written| written.get_ref().as_str()) == Some(id));
    match own {
        Some(table) if !table.contains_key("each") => Ok(table),
        _ => Err(format!("stands for one row of several (`each`), and has no single place: {by_hand}")),
    }
}
