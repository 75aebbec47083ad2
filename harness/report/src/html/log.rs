//! The implementation log.

use maud::{Markup, html};
use phasegate_evidence::{SuitePlan, SuiteResult};

use super::{
    check::Numbered,
    show::{Part, line, table as rows_table, verdict, wide},
};
use crate::{
    log::{Shown, Step, headings, shown, steps, violations},
    record::{CheckRecord, Record},
    time::iso,
};

/// Each step with its times, and each check that looks for violations with how many it found.
pub(super) fn log(record: &Record, plan: &SuitePlan, result: &SuiteResult, checks: &[Numbered<'_>]) -> Markup {
    let found: Vec<_> = checks.iter().filter_map(|numbered| Some((numbered, violations(&numbered.check)?))).collect();
    let violations = html! {
        thead { tr { th scope="col" { "Check" } th scope="col" { "Violations" } } }
        tbody {
            @for (numbered, number) in &found {
                tr { td { (numbered.link(&numbered.check.plan.id)) " " (line(&numbered.check.plan.title)) } td.number { (number) } }
            }
        }
    };
    html! {
        section.long id=(Part::Log.id(plan)) {
            h3 { "Implementation log" }
            (wide("steps", &table(&steps(record, plan, result))))
            @for (heading, below) in headings(checks.iter().map(|numbered| &numbered.check)) {
                h4 { (line(heading)) }
                @for check in below { (logged(check)) }
            }
            @if !found.is_empty() { (wide("validation results", &violations)) }
        }
    }
}

/// What a check saw, under its heading.
fn logged(check: &CheckRecord<'_>) -> Markup {
    html! {
        p { "After phase " (line(&check.phase.phase)) ", check " code { (line(&check.plan.id)) } " " (verdict(check.result.verdict)) }
        @match shown(check) {
            Shown::Rows(rows) => (rows_table(&check.plan.title, rows)),
            Shown::Words(words) => p { (line(&words)) },
        }
    }
}

fn table(steps: &[Step]) -> Markup {
    let time = |unix_ms: Option<u64>| unix_ms.map_or_else(|| "-".to_owned(), iso);
    html! {
        thead {
            tr {
                th scope="col" { "Step" } th scope="col" { "Start (UTC)" } th scope="col" { "End (UTC)" }
                th scope="col" { "Status" } th scope="col" { "Notes" }
            }
        }
        tbody {
            @for step in steps {
                tr {
                    td { code { (line(&step.name)) } }
                    td.time { (time(step.started_unix_ms)) } td.time { (time(step.ended_unix_ms)) }
                    td { (step.status) } td { (line(&step.notes)) }
                }
            }
        }
    }
}
