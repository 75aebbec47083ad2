//! Rows and checksums before and after each phase.

use maud::{Markup, html};
use phasegate_evidence::{Digest, Event, SuitePlan, SuiteResult, judge::Expectation};

use super::{
    check::Numbered,
    show::{Part, line, output, verdict, wide},
};
use crate::{
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
                    thead { tr { th scope="col" { "table" } th scope="col" { "rows" } } }
                    tbody { @for (table, rows) in rows { tr { td { code { (line(table)) } } td.number { (rows) } } } }
                }))
            }
            p {
                "A checksum is the SHA-256 of a catalog. Rows have none: a check of kind " code { "unchanged" } " or "
                code { "rollback" } " compares each legacy row with what it was."
            }
            (wide("catalogs and legacy rows before and after", &catalogs))
        }
    }
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
