//! One phase: how it was applied, and every gate with its claim and checks.

use phasegate_evidence::{Digest, Event, GatePlan, GateResult, PhasePlan, PhaseResult, SuitePlan, Verdict};

use super::escape::{code, text};
use crate::{
    commands::{commands, revisions},
    count::count,
    duration::duration,
    record::{CheckRecord, Place, Record, gates},
};

/// One phase of the report.
pub(super) fn phase(
    record: &Record,
    suite: &SuitePlan,
    plan: &PhasePlan,
    result: &PhaseResult,
    checks: &[CheckRecord<'_>],
) -> String {
    let mut page = format!("\n### Phase {}: {} · {}\n\n", text(&plan.phase), text(&plan.title), result.verdict);
    page.push_str(&applied(record, suite, plan));
    for (gate, gate_result) in gates(plan, result) {
        let in_gate = |check: &&CheckRecord<'_>| check.phase.phase == plan.phase && check.gate.gate == gate.gate;
        page.push_str(&gate_heading(gate, gate_result));
        for check in checks.iter().filter(in_gate) {
            page.push_str(&check_line(check));
        }
    }
    page
}

/// How the phase was applied: statements, duration, catalogs.
fn applied(record: &Record, suite: &SuitePlan, plan: &PhasePlan) -> String {
    let here = |s: &str, p: &str| s == suite.suite && p == plan.phase;
    let statements = record
        .events()
        .filter(|event| matches!(event, Event::StatementApplied { suite, phase, .. } if here(suite, phase)))
        .count();
    let statements = count(statements, "statement", "statements");
    let outcome = record.events().find_map(|event| match event {
        Event::PhaseApplied { suite, phase, catalog_after, difference, duration_us, .. } if here(suite, phase) => {
            Some(format!(
                "Applied: {statements} in {}. Catalog after it: {}. Difference: {}.",
                duration(*duration_us),
                output(catalog_after),
                output(difference),
            ))
        }
        Event::PhaseFailed { suite, phase, catalog_unchanged, catalog_after, .. } if here(suite, phase) => {
            let unchanged = if *catalog_unchanged { "as before the phase" } else { "**changed**" };
            let catalog = match catalog_after {
                Some(catalog) => format!("The catalog after it is {unchanged}: {}.", output(catalog)),
                None => "The catalog after it could not be read.".to_owned(),
            };
            Some(format!("**Did not apply**; {statements} before the failure. {catalog}"))
        }
        _ => None,
    });
    let revision = plan.revision.as_ref().map(|revision| format!("Revision {}. ", code(revision)));
    let mut page =
        format!("{}{}\n", revision.unwrap_or_default(), outcome.as_deref().unwrap_or("Not applied by this run."));
    for ran in commands(record, &suite.suite, &plan.phase) {
        let outputs = ran.outputs.map(|(name, digest)| format!("{name} {}", output(digest))).join(", ");
        page.push_str(&format!("\nCommand {}: {}; {outputs}.\n", code(ran.command), text(ran.ended)));
    }
    for revision in revisions(record, &suite.suite, &plan.phase) {
        let [before, after] = [&revision.before, &revision.after].map(|says| code(says));
        page.push_str(&format!("\n{}: {before} before the phase, {after} after it.\n", code(revision.table)));
    }
    page
}

fn output(digest: &Digest) -> String {
    format!("[`{}`](outputs/{digest})", digest.short())
}

fn gate_heading(gate: &GatePlan, result: &GateResult) -> String {
    let added = if gate.added { " · added" } else { "" };
    let mut page = format!("\n#### {} {} · {}{added}\n\n", text(&gate.gate), text(&gate.claim), result.verdict);
    if !gate.requirement.is_empty() {
        let requirements: Vec<String> = gate.requirement.iter().map(|requirement| text(requirement)).collect();
        page.push_str(&format!("Answers: {}.\n\n", requirements.join("; ")));
    }
    page
}

fn check_line(check: &CheckRecord<'_>) -> String {
    let verdict = match check.result.verdict {
        Verdict::Passed => "passed".to_owned(),
        other => format!("**{other}**"),
    };
    let mut line =
        format!("- {verdict} · {} {} ({}", code(&check.plan.id), text(&check.plan.title), text(check.plan.kind()));
    if let Some(examined) = check.result.examined {
        line.push_str(&format!(", {examined} examined"));
    }
    match check.saw {
        Some(Place::Output(digest)) => line.push_str(&format!(", saw {}", output(digest))),
        Some(Place::Event(at)) => line.push_str(&format!(", saw event {at}")),
        None => {}
    }
    line.push(')');
    if !check.plan.requirement.is_empty() {
        let requirements: Vec<String> = check.plan.requirement.iter().map(|requirement| text(requirement)).collect();
        line.push_str(&format!(", answers: {}", requirements.join("; ")));
    }
    if let Some(reason) = &check.result.reason {
        line.push_str(&format!("  \n  {}: {}", code(reason.code.as_str()), text(&reason.detail)));
    }
    line + "\n"
}
