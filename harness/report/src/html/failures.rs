//! Everything that failed, in one place before the phases.

use maud::{Markup, html};
use phasegate_evidence::{ApplyFailure, SuiteResult};

use super::{
    check::{Numbered, is_failure},
    show::{block, line, verdict, wide},
};

/// Everything that failed; nothing where nothing did.
pub(super) fn failures(result: &SuiteResult, checks: &[Numbered<'_>]) -> Markup {
    let failed: Vec<&Numbered<'_>> =
        checks.iter().filter(|numbered| is_failure(numbered.check.result.verdict)).collect();
    let phases: Vec<(&str, &ApplyFailure)> =
        result.phases.iter().filter_map(|phase| Some((phase.phase.as_str(), phase.failure.as_ref()?))).collect();
    if failed.is_empty() && phases.is_empty() && result.baseline_failure.is_none() {
        return html! {};
    }
    html! {
        section.failures {
            h3 { "What failed" }
            @if let Some(failure) = &result.baseline_failure { (not_applied("The baseline", failure)) }
            @for (phase, failure) in phases { (not_applied(&format!("Phase {phase}"), failure)) }
            @if !failed.is_empty() { (wide("failed checks", &table(&failed))) }
        }
    }
}

fn table(failed: &[&Numbered<'_>]) -> Markup {
    html! {
        thead {
            tr {
                th scope="col" { "check" } th scope="col" { "verdict" } th scope="col" { "what it tries" }
                th scope="col" { "reason" }
            }
        }
        tbody {
            @for numbered in failed {
                @let check = &numbered.check;
                tr {
                    td { (numbered.link(&check.plan.id)) }
                    td { (verdict(check.result.verdict)) }
                    td { (line(&check.plan.title)) }
                    td { @if let Some(reason) = &check.result.reason { code { (reason.code.as_str()) } " " (line(&reason.detail)) } }
                }
            }
        }
    }
}

/// A phase or a baseline that did not apply.
pub(super) fn not_applied(what: &str, failure: &ApplyFailure) -> Markup {
    html! {
        div.failure {
            p { strong { (line(what)) " did not apply" } " at " code { (line(&failure.place())) }
                @if failure.statement > 0 { ", statement " (failure.statement) } }
            (block(&failure.message, "the evidence"))
            dl.facts {
                @if let Some(sqlstate) = &failure.sqlstate { dt { "SQLSTATE" } dd { code { (line(sqlstate)) } } }
                @if let Some(cause) = &failure.cause { dt { "refused by" } dd { code { (line(cause)) } } }
                @if let Some(detail) = &failure.detail { dt { "detail" } dd { (line(detail)) } }
                @if let Some(hint) = &failure.hint { dt { "hint" } dd { (line(hint)) } }
            }
        }
    }
}
