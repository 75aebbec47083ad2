//! What a phase changed, in place of the changes that a check declares: what it adds, alters and drops.

use std::collections::BTreeSet;

use phasegate_evidence::{
    Difference,
    judge::{Changes, ChangesSeen},
};
use toml::{
    Spanned,
    de::{DeTable, DeValue},
};

use super::{
    corrections::of_changes,
    entries::{Entries, Form, in_order},
    notation::{entry, text as string, within},
    objects::{self, Corrections, Names},
    text::Text,
};

/// Changes what is declared, and declares what was not.
pub(super) fn change(
    text: &mut Text<'_>,
    declared: &Spanned<DeValue<'_>>,
    (expected, difference, seen): (&Changes, &Difference, &ChangesSeen),
    names: Names,
) -> Result<(), String> {
    let table = declared.get_ref().as_table().ok_or("its `changes` are no table: write them out")?;
    let [added, altered] = of_changes(expected, difference, seen);
    let parts = Parts::of(text, declared, table);
    let mut missing = Vec::new();
    for (key, corrections) in [("add", added), ("alter", altered)] {
        match table.get(key) {
            Some(part) => objects::change(text, part, corrections, (names, None))?,
            None => missing.extend(new_part(key, &corrections, parts.indent)),
        }
    }
    let dropped: Vec<&String> = difference.dropped.keys().filter(|key| !expected.drop.contains(*key)).collect();
    match table.get("drop") {
        _ if difference.dropped.keys().eq(&expected.drop) => {}
        Some(list) => drops(text, list, &dropped, &difference.dropped.keys().collect(), names)?,
        None => {
            let keys: Vec<String> = dropped.into_iter().map(|key| string(key)).collect();
            missing.push(format!("drop = {}", within(['[', ']'], &keys, parts.indent)));
        }
    }
    if !missing.is_empty() {
        parts.add(text, &missing);
    }
    Ok(())
}

fn new_part(key: &str, corrections: &Corrections, indent: &str) -> Option<String> {
    let objects = corrections.iter().filter_map(|(key, met)| Some(entry(key, met.as_deref()?)));
    let objects: Vec<String> = objects.collect();
    (!objects.is_empty()).then(|| format!("{key} = {}", within(['{', '}'], &objects, indent)))
}

fn drops(
    text: &mut Text<'_>,
    list: &Spanned<DeValue<'_>>,
    missing: &[&String],
    met: &BTreeSet<&String>,
    names: Names,
) -> Result<(), String> {
    let entries = Entries::of_list(list).ok_or("its `drop` is no list: write it out")?;
    let written = list.get_ref().as_array().into_iter().flat_map(|list| list.iter()).enumerate();
    let is_gone = |key: &Spanned<DeValue<'_>>| met.contains(&names.of(key.get_ref().as_str().unwrap_or_default()));
    let removed: Vec<usize> = written.filter(|(_, key)| !is_gone(key)).map(|(index, _)| index).collect();
    let added: Vec<String> = missing.iter().map(|key| string(key)).collect();
    entries.change(text, &removed, &added, entries.places.len().checked_sub(1));
    Ok(())
}

/// The parts of `changes`, and how they are written.
struct Parts {
    entries: Entries,
    /// What stands before the name of a part.
    prefix: &'static str,
    /// The lines before the first, where the table has no header of its own.
    header: &'static str,
    /// How far the objects of a part are indented beside what is usual.
    indent: &'static str,
}

impl Parts {
    fn of(text: &Text<'_>, declared: &Spanned<DeValue<'_>>, table: &DeTable<'_>) -> Self {
        let parts = in_order(table);
        let is_below_a_header =
            |value: &Spanned<DeValue<'_>>| value.get_ref().is_table() && text.text[value.span()].starts_with('[');
        let lines = parts.iter().filter(|(_, value)| !is_below_a_header(value));
        let places: Vec<_> = lines.map(|(key, value)| key.span().start..value.span().end).collect();
        let span = declared.span();
        let written = &text.text[span.clone()];
        let own = |form, prefix, header, indent| Self { entries: Entries { places, form }, prefix, header, indent };
        if written.starts_with('{') {
            own(Form::Brackets(span), "", "", "    ")
        } else if written.starts_with('[') {
            own(Form::Lines(span.end), "", "", "")
        } else if text.text[text.line_start(span.start)..].starts_with('[') {
            // There is a header of its first part, and none of its own.
            own(Form::Lines(text.line_start(span.start)), "", "[check.changes]\n", "")
        } else {
            own(Form::Lines(span.start), "changes.", "", "")
        }
    }

    fn add(&self, text: &mut Text<'_>, parts: &[String]) {
        let Form::Lines(at) = self.entries.form else {
            return self.entries.change(text, &[], parts, self.entries.places.len().checked_sub(1));
        };
        if self.header.is_empty() {
            let parts: Vec<String> = parts.iter().map(|part| format!("{}{part}", self.prefix)).collect();
            return self.entries.change(text, &[], &parts, self.entries.places.len().checked_sub(1));
        }
        text.insert(at, format!("{}{}\n", self.header, parts.join("\n")));
    }
}
