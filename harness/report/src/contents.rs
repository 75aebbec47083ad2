//! What the tables of a suite held before and after each phase.

use std::collections::{BTreeMap, BTreeSet};

use phasegate_evidence::{Event, SuitePlan, TableContent};

use crate::record::Record;

/// What became of the tables in a phase.
pub(crate) struct Contents<'a> {
    pub(crate) phase: &'a str,
    /// The tables that hold something else than before, or were made or dropped.
    pub(crate) changed: Vec<Changed<'a>>,
    /// Those that hold what they held.
    pub(crate) unchanged: Vec<&'a str>,
}

/// A table that holds something else than before.
pub(crate) struct Changed<'a> {
    pub(crate) table: &'a str,
    /// What it held; nothing where it was not there.
    pub(crate) before: Option<&'a TableContent>,
    /// What it holds; nothing where it is not there any more.
    pub(crate) after: Option<&'a TableContent>,
}

/// What became of the tables of a suite, phase by phase; of a phase of which the events say nothing, nothing.
pub(crate) fn contents<'a>(record: &'a Record, plan: &SuitePlan) -> Vec<Contents<'a>> {
    let mut all = Vec::new();
    let mut before = None;
    for event in record.events() {
        match event {
            Event::BaselineApplied { suite, tables, .. } if *suite == plan.suite => before = Some(tables),
            Event::PhaseApplied { suite, phase, tables, .. } | Event::PhaseFailed { suite, phase, tables, .. }
                if *suite == plan.suite =>
            {
                if let Some(before) = before.filter(|before| !before.is_empty() && !tables.is_empty()) {
                    all.push(between(phase, before, tables));
                }
                before = Some(tables);
            }
            _ => {}
        }
    }
    all
}

fn between<'a>(
    phase: &'a str,
    before: &'a BTreeMap<String, TableContent>,
    after: &'a BTreeMap<String, TableContent>,
) -> Contents<'a> {
    let mut contents = Contents { phase, changed: Vec::new(), unchanged: Vec::new() };
    let names: BTreeSet<&String> = before.keys().chain(after.keys()).collect();
    for table in names {
        let (before, after) = (before.get(table), after.get(table));
        if before == after {
            contents.unchanged.push(table);
        } else {
            contents.changed.push(Changed { table, before, after });
        }
    }
    contents
}

/// What each table held before the first phase.
pub(crate) fn legacy<'a>(record: &'a Record, wanted: &str) -> Option<&'a BTreeMap<String, TableContent>> {
    record.events().find_map(|event| match event {
        Event::BaselineApplied { suite, tables, .. } if suite == wanted => Some(tables),
        _ => None,
    })
}

/// The number of rows, or a dash.
pub(crate) fn rows(content: Option<&TableContent>) -> String {
    content.map_or_else(|| "-".to_owned(), |content| content.rows.to_string())
}

/// The beginning of the checksum, or a dash.
pub(crate) fn checksum(content: Option<&TableContent>) -> &str {
    content.map_or("-", |content| content.digest.short())
}
