//! Rows and checksums before and after each phase.

use maud::{Markup, html};
use phasegate_evidence::{Digest, Event, SuitePlan, SuiteResult, judge::Expectation};

use super::{
    check::Numbered,
    show::{Part, line, output, verdict, wide},
};
use crate::{
    contents::{self, Changed, Contents, contents, legacy},
    count::count,
    log::legacy_rows,
    record::{Record, phases},
};

/// Catalogs by their checksums, and legacy rows by the checks that compare them row by row.
pub(super) fn rows(record: &Record, plan: &SuitePlan, result: &SuiteResult, checks: &[Numbered<'_>]) -> Markup {
    let catalogs = html! {
        thead {
            tr {
                th scope="col" { "phase" } th scope="col" { "catalog before" } th scope="col" { "catalog after" }
                th scope="col" { "legacy rows" }
            }
        }
        tbody {
            @for (phase, _) in phases(plan, result) {
                @let [before, after] = catalogs(record, &plan.suite, &phase.phase);
                tr {
                    th scope="row" { (line(&phase.phase)) }
                    td { (checksum(before)) } td { (checksum(after)) }
                    td { (compared(&phase.phase, checks)) }
                }
            }
        }
    };
    html! {
        section.long id=(Part::Rows.id(plan)) {
            h3 { "Rows and checksums" }
            @if let Some(rows) = legacy_rows(record, &plan.suite) {
                p { "Legacy rows before the first phase:" }
                (wide("legacy rows", &html! {
                    thead { tr { th scope="col" { "table" } th scope="col" { "rows" } th scope="col" { "checksum" } } }
                    tbody {
                        @for (table, rows) in rows {
                            @let content = legacy(record, &plan.suite).and_then(|tables| tables.get(table));
                            tr { td { code { (line(table)) } } td.number { (rows) } td { code { (contents::checksum(content)) } } }
                        }
                    }
                }))
            }
            p {
                "A checksum is a SHA-256, of which twelve digits are shown: of a catalog, or of the columns of a table and its \
                rows in the order of its key. A check of kind " code { "unchanged" } " or " code { "rollback" }
                " compares each legacy row with what it was."
            }
            (tables(&contents(record, plan)))
            (wide("catalogs and legacy rows before and after", &catalogs))
        }
    }
}

/// The tables that each phase changed, and those that it left as they were.
fn tables(all: &[Contents<'_>]) -> Markup {
    let table = html! {
        thead {
            tr {
                th scope="col" { "phase" } th scope="col" { "table" } th scope="col" { "rows before" } th scope="col" { "rows after" }
                th scope="col" { "checksum before" } th scope="col" { "checksum after" }
            }
        }
        tbody {
            @for contents in all {
                @for Changed { table, before, after } in &contents.changed {
                    tr {
                        th scope="row" { (line(contents.phase)) } td { code { (line(table)) } }
                        td.number { (contents::rows(*before)) } td.number { (contents::rows(*after)) }
                        td { code { (contents::checksum(*before)) } } td { code { (contents::checksum(*after)) } }
                    }
                }
                @if !contents.unchanged.is_empty() {
                    tr {
                        th scope="row" { (line(contents.phase)) }
                        td.faint colspan="5" {
                            (count(contents.unchanged.len(), "table holds what it held: ", "tables hold what they held: "))
                            (line(&contents.unchanged.join(", ")))
                        }
                    }
                }
            }
        }
    };
    html! { @if all.is_empty() { p { "What the tables hold was not recorded." } } @else { (wide("rows before and after", &table)) } }
}

fn catalogs<'a>(record: &'a Record, wanted: &str, id: &str) -> [Option<&'a Digest>; 2] {
    let found = record.events().find_map(|event| match event {
        Event::PhaseApplied { suite, phase, catalog_before, catalog_after, .. } if suite == wanted && phase == id => {
            Some([Some(catalog_before), Some(catalog_after)])
        }
        Event::PhaseFailed { suite, phase, catalog_after, .. } if suite == wanted && phase == id => {
            Some([None, catalog_after.as_ref()])
        }
        _ => None,
    });
    found.unwrap_or_default()
}

fn checksum(digest: Option<&Digest>) -> Markup {
    digest.map_or_else(|| html! { "-" }, output)
}

fn compared(phase: &str, checks: &[Numbered<'_>]) -> Markup {
    let compares = |numbered: &&Numbered<'_>| {
        let check = &numbered.check;
        let kind = &check.plan.expectation;
        check.phase.phase == phase && matches!(kind, Expectation::Unchanged(_) | Expectation::Rollback(_))
    };
    let found: Vec<&Numbered<'_>> = checks.iter().filter(compares).collect();
    html! {
        @if found.is_empty() { "compared by no check" }
        @for numbered in found {
            div { (numbered.link(&numbered.check.plan.id)) " " (numbered.check.plan.kind()) " " (verdict(numbered.check.result.verdict)) }
        }
    }
}
