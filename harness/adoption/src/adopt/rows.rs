//! The rows that a query gave, in place of those that a check expects.

use phasegate_evidence::Cell;
use toml::{Spanned, de::DeValue};

use super::{
    entries::Entries,
    notation::{cell, row, within},
    text::Text,
};

type Rows = [Vec<Cell>];

/// Rows where none were written yet.
pub(super) fn written(met: &Rows) -> String {
    format!("rows = {}", within(['[', ']'], &met.iter().map(|cells| row(cells)).collect::<Vec<_>>(), ""))
}

/// Changes the rows that differ, and of a row the values that differ.
pub(super) fn change(
    text: &mut Text<'_>,
    list: &Spanned<DeValue<'_>>,
    expected: &Rows,
    met: &Rows,
) -> Result<(), String> {
    let entries = Entries::of_list(list).filter(|entries| entries.places.len() == expected.len());
    let entries = entries.ok_or("its `rows` are no list of rows: write them out, or mend them where they stand")?;
    let same = |pairs: &mut dyn Iterator<Item = (&Vec<Cell>, &Vec<Cell>)>| pairs.take_while(|(a, b)| a == b).count();
    let before = same(&mut expected.iter().zip(met));
    let after = same(&mut expected[before..].iter().rev().zip(met[before..].iter().rev()));
    let mut removed: Vec<usize> = (before..expected.len() - after).collect();
    let mut added: Vec<&Vec<Cell>> = met[before..met.len() - after].iter().collect();
    let last = removed.last().copied().or(before.checked_sub(1));
    // A row of as many values is the same row with other values.
    while let (Some(index), Some(cells)) = (removed.first().copied(), added.first())
        && expected[index].len() == cells.len()
        && let Some(values) = list.get_ref().get(index).and_then(Entries::of_list)
    {
        let differing = values.places.into_iter().zip(expected[index].iter().zip(*cells));
        for (place, (_, met)) in differing.filter(|(_, (expected, met))| expected != met) {
            text.replace(place, cell(met));
        }
        removed.remove(0);
        added.remove(0);
    }
    let added: Vec<String> = added.into_iter().map(|cells| row(cells)).collect();
    entries.change(text, &removed, &added, last);
    Ok(())
}
