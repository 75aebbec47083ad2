//! The commands of a phase, and what the books of migration tools say before and after it.

use std::collections::{BTreeMap, BTreeSet};

use phasegate_evidence::{Digest, Event, Table, row_text};

use crate::record::Record;

/// A command that ended, with the outputs that hold what it said.
pub(crate) struct Command<'a> {
    pub(crate) command: &'a str,
    pub(crate) ended: &'a str,
    /// What holds its standard output, its standard error, and the names of what it inherited.
    pub(crate) outputs: [(&'static str, &'a Digest); 3],
}

/// The commands by which a phase was applied, or tried to be.
pub(crate) fn commands<'a>(record: &'a Record, wanted: &str, id: &str) -> Vec<Command<'a>> {
    let command = |event: &'a Event| match event {
        Event::CommandEnded { suite, phase, check: None, command, ended, stdout, stderr, inherited, .. }
            if suite == wanted && phase.as_deref() == Some(id) =>
        {
            let outputs = [("standard output", stdout), ("standard error", stderr), ("inherited variables", inherited)];
            Some(Command { command, ended, outputs })
        }
        _ => None,
    };
    record.events().filter_map(command).collect()
}

/// What books say that a phase left, and before it, each in words.
pub(crate) struct Revision<'a> {
    pub(crate) table: &'a str,
    pub(crate) before: String,
    pub(crate) after: String,
}

/// What the books of migration tools say before and after a phase.
pub(crate) fn revisions<'a>(record: &'a Record, wanted: &str, id: &str) -> Vec<Revision<'a>> {
    static NONE: BTreeMap<String, Table> = BTreeMap::new();
    let mut before = &NONE;
    for event in record.events() {
        match event {
            Event::BaselineApplied { suite, revisions, .. } if suite == wanted => before = revisions,
            Event::PhaseApplied { suite, phase, revisions, .. }
            | Event::PhaseFailed { suite, phase, revisions, .. }
                if suite == wanted =>
            {
                if phase == id {
                    let tables: BTreeSet<&String> = before.keys().chain(revisions.keys()).collect();
                    let words =
                        |of: &BTreeMap<String, Table>, table: &String| of.get(table).map_or("no table".into(), says);
                    let revision = |table: &'a String| {
                        let (before, after) = (words(before, table), words(revisions, table));
                        Revision { table, before, after }
                    };
                    return tables.into_iter().map(revision).collect();
                }
                before = revisions;
            }
            _ => {}
        }
    }
    Vec::new()
}

fn says(books: &Table) -> String {
    match books.rows.as_slice() {
        [] => "nothing".to_owned(),
        [row] => row_text(row),
        [.., last] => format!("{} rows, the last {}", books.rows.len(), row_text(last)),
    }
}
