//! What a phase changed in the catalog, object by object, and what stands at the end.

use maud::{Markup, html};
use phasegate_evidence::{Catalog, Difference, Digest, Event, SuitePlan};

use super::show::{line, output, wide};
use crate::{
    count::count,
    outputs::{Outputs, Shown},
    record::Record,
};

/// How many objects of one difference, or of one list, the page holds.
const OBJECTS_MAX: usize = 1000;

/// A difference between two catalogs; `name` says what it is.
pub(super) fn difference(name: &str, changed: &Difference) -> Markup {
    let added = changed.added.iter().map(|(key, after)| ("added", key, None, Some(after)));
    let altered =
        changed.altered.iter().map(|(key, change)| ("altered", key, Some(&change.before), Some(&change.after)));
    let dropped = changed.dropped.iter().map(|(key, before)| ("dropped", key, Some(before), None));
    let all = changed.added.len() + changed.altered.len() + changed.dropped.len();
    let table = html! {
        thead { tr { th scope="col" { "change" } th scope="col" { "object" } th scope="col" { "definition" } } }
        tbody {
            @for (what, key, before, after) in added.chain(altered).chain(dropped).take(OBJECTS_MAX) {
                tr {
                    td.change data-change=(what) { (what) }
                    td { code { (line(key)) } }
                    td {
                        @if let Some(before) = before { del { code { (line(before)) } } }
                        @if let Some(after) = after { ins { code { (line(after)) } } }
                    }
                }
            }
        }
    };
    html! {
        (wide(name, &table))
        @if all > OBJECTS_MAX { p.cut { "and " (count(all - OBJECTS_MAX, "object", "objects")) " more, in the evidence" } }
    }
}

/// The guards and the compression that the last phase left, as its catalog has them.
pub(super) fn final_state(record: &Record, outputs: &Outputs<'_>, plan: &SuitePlan) -> Markup {
    let Some(digest) = last_catalog(record, &plan.suite) else { return html! {} };
    let Shown::Whole(catalog) = outputs.catalog::<Catalog>(digest) else { return html! {} };
    let parts = [("Triggers", "trigger "), ("Hypertables", "hypertable "), ("Compression", "compression ")];
    html! {
        section.long {
            h3 { "Triggers and compression at the end" }
            p { "As the catalog after the last phase that was applied has them: " (output(digest)) }
            @for (name, kind) in parts {
                @let found: Vec<_> = catalog.0.iter().filter(|(key, _)| key.starts_with(kind)).collect();
                @if found.is_empty() { p { (name) ": none." } } @else {
                    details {
                        summary { (name) ": " (found.len()) }
                        (wide(name, &html! {
                            thead { tr { th scope="col" { "object" } th scope="col" { "definition" } } }
                            tbody {
                                @for (key, definition) in found.iter().take(OBJECTS_MAX) {
                                    tr { td { code { (line(key)) } } td { code { (line(definition)) } } }
                                }
                            }
                        }))
                    }
                }
            }
        }
    }
}

fn last_catalog<'a>(record: &'a Record, wanted: &str) -> Option<&'a Digest> {
    let after = record.events().filter_map(|event| match event {
        Event::PhaseApplied { suite, catalog_after, .. } if suite == wanted => Some(catalog_after),
        _ => None,
    });
    after.last()
}
