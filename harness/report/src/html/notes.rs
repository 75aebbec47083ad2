//! What a reader must not miss beside the failures: what was not judged, findings, deviations.

use maud::{Markup, html};
use phasegate_evidence::{FindingResult, Severity, SuitePlan, SuiteResult, Verdict};

use super::{
    check::Numbered,
    expected::steps,
    show::{Part, line, verdict, wide},
};
use crate::severity::severity;

/// What this server could not judge and what was not reached, each with its reason.
pub(super) fn not_judged(checks: &[Numbered<'_>]) -> Markup {
    let is_unjudged =
        |numbered: &&Numbered<'_>| matches!(numbered.check.result.verdict, Verdict::NotApplicable | Verdict::NotRun);
    let unjudged: Vec<&Numbered<'_>> = checks.iter().filter(is_unjudged).collect();
    if unjudged.is_empty() {
        return html! {};
    }
    let table = html! {
        thead {
            tr { th scope="col" { "check" } th scope="col" { "verdict" } th scope="col" { "what it tries" } th scope="col" { "reason" } }
        }
        tbody {
            @for numbered in unjudged {
                @let check = &numbered.check;
                tr {
                    td { (numbered.link(&check.plan.id)) } td { (verdict(check.result.verdict)) }
                    td { (line(&check.plan.title)) }
                    td { @if let Some(reason) = &check.result.reason { (line(&reason.to_string())) } }
                }
            }
        }
    };
    html! { section.long { h3 { "Not judged" } p { "A skip is never a pass." } (wide("checks not judged", &table)) } }
}

/// Every finding with the SQL that shows it, the gravest first.
pub(super) fn findings(plan: &SuitePlan, result: &SuiteResult) -> Markup {
    if plan.findings.is_empty() {
        return html! {};
    }
    let mut findings: Vec<_> = plan.findings.iter().zip(&result.findings).collect();
    findings.sort_by_key(|(finding, _)| finding.severity as u8);
    html! {
        section.long id=(Part::Findings.id(plan)) {
            h3 { "Findings" }
            p { "What the contract does not demand and a validator must know. A finding fails no gate." }
            @for (finding, result) in findings {
                details.finding open[finding.severity == Severity::High] {
                    summary {
                        strong.severity data-severity=(severity(finding.severity)) { (severity(finding.severity)) } " "
                        (line(&finding.title)) " " code.id { (line(&finding.id)) }
                    }
                    p { "After phase " (line(&finding.phase)) ": " (seen(result)) }
                    dl { (steps(&finding.steps)) }
                }
            }
        }
    }
}

fn seen(result: &FindingResult) -> Markup {
    match (result.confirmed, &result.reason) {
        (Some(true), _) => html! { "confirmed on this server" },
        (Some(false), Some(reason)) => {
            html! { strong { "not confirmed" } " on this server: " (line(&reason.to_string())) }
        }
        (Some(false), None) => html! { strong { "not confirmed" } " on this server" },
        (None, _) => html! { strong { "not tried" } },
    }
}

/// Every deviation in full.
pub(super) fn deviations(plan: &SuitePlan) -> Markup {
    if plan.deviations.is_empty() {
        return html! {};
    }
    let table = html! {
        thead {
            tr { th scope="col" { "deviation" } th scope="col" { "the suite does" } th scope="col" { "instead of" } th scope="col" { "because" } }
        }
        tbody {
            @for deviation in &plan.deviations {
                tr {
                    td { code { (line(&deviation.id)) } } td { (line(&deviation.reading)) }
                    td { (line(&deviation.instead_of)) } td { (line(&deviation.reason)) }
                }
            }
        }
    };
    html! {
        section.long id=(Part::Deviations.id(plan)) {
            h3 { "Deviations" }
            p { "Where the suite knowingly reads its sources otherwise." }
            (wide("deviations", &table))
        }
    }
}
