//! One phase: how it was applied, what it changed, and every gate with its claim and checks.

use maud::{Markup, html};
use phasegate_evidence::{Difference, Digest, Event, GatePlan, GateResult, PhasePlan, PhaseResult, SuitePlan};

use super::{
    changes::difference,
    check::{Numbered, check},
    failures::not_applied,
    show::{Part, line, output, verdict},
};
use crate::{
    commands::{commands, revisions},
    count::count,
    duration::duration,
    outputs::{Outputs, Shown},
    record::{Record, gates},
};

/// One phase of a suite whose checks are these.
pub(super) fn phase(
    record: &Record,
    outputs: &Outputs<'_>,
    suite: &SuitePlan,
    plan: &PhasePlan,
    result: &PhaseResult,
    checks: &[Numbered<'_>],
) -> Markup {
    let at = suite.phases.iter().position(|other| other.phase == plan.phase).unwrap_or(0);
    let first = checks.iter().position(|numbered| numbered.check.phase.phase == plan.phase).unwrap_or(checks.len());
    let mut rest = &checks[first..];
    html! {
        section id=(Part::Phase(at).id(suite)) {
            h3 { "Phase " (line(&plan.phase)) ": " (line(&plan.title)) " " (verdict(result.verdict)) }
            @if let Some(revision) = &plan.revision { p { "Revision " code { (line(revision)) } } }
            @if let Some(failure) = &result.failure { (not_applied(&format!("Phase {}", plan.phase), failure)) }
            (applied(record, outputs, suite, plan))
            @for ran in commands(record, &suite.suite, &plan.phase) {
                p {
                    "Command " code { (line(ran.command)) } ": " (line(ran.ended))
                    @for (name, digest) in ran.outputs { ", " (name) " " (output(digest)) }
                }
            }
            @for revision in revisions(record, &suite.suite, &plan.phase) {
                p {
                    code { (line(revision.table)) } ": " code { (line(&revision.before)) } " before the phase, "
                    code { (line(&revision.after)) } " after it"
                }
            }
            @for (gate, result) in gates(plan, result) {
                @let (own, later) = rest.split_at(gate.checks.len().min(rest.len()));
                ({ rest = later; self::gate(record, outputs, gate, result, own) })
            }
        }
    }
}

/// How the phase was applied: statements, duration, and the difference that it made.
fn applied(record: &Record, outputs: &Outputs<'_>, suite: &SuitePlan, plan: &PhasePlan) -> Markup {
    let here = |s: &str, p: &str| s == suite.suite && p == plan.phase;
    let statements = record
        .events()
        .filter(|event| matches!(event, Event::StatementApplied { suite, phase, .. } if here(suite, phase)))
        .count();
    let statements = count(statements, "statement", "statements");
    let outcome = record.events().find_map(|event| match event {
        Event::PhaseApplied { suite, phase, catalog_before, catalog_after, difference, duration_us, .. } if here(suite, phase) => {
            Some(html! {
                p { "Applied: " (statements) " in " (duration(*duration_us)) ". Catalog before: " (output(catalog_before))
                    ", after: " (output(catalog_after)) "." }
                (changed(outputs, difference))
            })
        }
        Event::PhaseFailed { suite, phase, catalog_unchanged, catalog_after, .. } if here(suite, phase) => Some(html! {
            p {
                (statements) " before the failure. "
                @match catalog_after {
                    Some(catalog) => {
                        "The catalog after it is "
                        @if *catalog_unchanged { "as before the phase" } @else { strong { "changed" } }
                        ": " (output(catalog)) "."
                    },
                    None => "The catalog after it could not be read.",
                }
            }
        }),
        _ => None,
    });
    outcome.unwrap_or_else(|| html! { p { "Not applied by this run." } })
}

/// The difference between the catalogs before and after a phase.
fn changed(outputs: &Outputs<'_>, digest: &Digest) -> Markup {
    match outputs.catalog::<Difference>(digest) {
        Shown::Whole(changed) if changed.is_empty() => html! { p { "The catalog did not change." } },
        Shown::Whole(changed) => html! {
            details.changes {
                summary {
                    "What changed in the catalog: " (changed.added.len()) " added, " (changed.altered.len()) " altered, "
                    (changed.dropped.len()) " dropped"
                }
                (difference("what changed in the catalog", &changed))
                p.faint { "evidence: " (output(digest)) }
            }
        },
        Shown::Begins(_, bytes) => html! {
            p { "What changed in the catalog is too large for this page: " (bytes) " bytes in " (output(digest)) "." }
        },
        Shown::Unread(why) => html! { p.warning { (why) } },
    }
}

fn gate(
    record: &Record,
    outputs: &Outputs<'_>,
    plan: &GatePlan,
    result: &GateResult,
    checks: &[Numbered<'_>],
) -> Markup {
    html! {
        section.gate id=[checks.first().map(|first| format!("g{}", first.number))] {
            h4 { (line(&plan.gate)) " " (line(&plan.claim)) " " (verdict(result.verdict)) @if plan.added { " " span.faint { "added" } } }
            @if !plan.requirement.is_empty() { p.faint { "Answers: " (line(&plan.requirement.join("; "))) } }
            @for numbered in checks { (check(record, outputs, numbered)) }
        }
    }
}
