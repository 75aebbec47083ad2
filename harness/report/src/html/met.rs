//! What was met when a check was tried, in words and rows.

use maud::{Markup, html};
use phasegate_evidence::{
    Definition, Refusal, Table,
    judge::{CatalogSeen, Direction, Expectation, Neighbour, Observation, RejectsSeen, RollbackSeen, SequenceSeen},
};

use super::{
    changes::difference,
    show::{block, line, refusal, table, term},
};

/// Where the whole of a text lies that is cut.
const EVIDENCE: &str = "the evidence";

/// What was seen. The expectation tells whether there was a neighbour to see.
pub(super) fn met(expectation: &Expectation, seen: &Observation) -> Markup {
    html! {
        dl {
            @match seen {
                Observation::SetupFailed { error } => (term("given", &refusal(error))),
                Observation::NotApplicable { reason } => (term("not applicable", &line(&reason.to_string()))),
                Observation::Broken { reason } => (term("broke", &line(&reason.to_string()))),
                Observation::TooLarge { reason } => (term("too large", &line(&reason.to_string()))),
                Observation::Rows(seen) => {
                    @if let Some(rows) = &seen.table { (term("rows", &table("actual rows", rows))) }
                    @if let Some(examined) = seen.examined { (term("examined", &html! { (examined) })) }
                    (error(seen.error.as_ref()))
                },
                Observation::Violations(seen) => {
                    (term("violations", &violations(&seen.violations)))
                    (term("examined", &html! { (seen.examined) }))
                    (error(seen.error.as_ref()))
                },
                Observation::Rejects(seen) => (rejects(expectation, seen)),
                Observation::Accepts(seen) => (term("write", &written(seen.refused.as_ref(), seen.affected))),
                Observation::Sequence(seen) => (steps(seen)),
                Observation::Plan(seen) => {
                    @if !seen.lines.is_empty() { (term("plan", &block(&seen.lines.join("\n"), EVIDENCE))) }
                    (error(seen.error.as_ref()))
                },
                Observation::Catalog(seen) => (catalog(seen)),
                Observation::Changes(seen) => {
                    @match &seen.difference {
                        Some(changed) => (term("changed", &difference("what the phase changed", changed))),
                        None => (term("changed", &html! { "unknown: there is no catalog from before the phase" })),
                    }
                },
                Observation::Unchanged(seen) => {
                    @for (name, rows) in seen.rows_before.iter().flatten() {
                        (term(&format!("rows of {name} before the phase"), &html! { (rows) }))
                    }
                    (term("changed rows", &lines(&seen.changes)))
                    (error(seen.error.as_ref()))
                },
                Observation::Tap(seen) => {
                    (term("TAP", &block(&seen.lines.join("\n"), EVIDENCE)))
                    @if let Some((line, why)) = &seen.refused { (term(&format!("line {line}"), &refusal(why))) }
                },
                Observation::Rollback(seen) => (rollback(seen)),
            }
        }
    }
}

fn error(error: Option<&Refusal>) -> Markup {
    html! { @if let Some(error) = error { (term("the query", &refusal(error))) } }
}

fn written(refused: Option<&Refusal>, affected: u64) -> Markup {
    refused.map_or_else(|| html! { "accepted; rows written: " (affected) }, refusal)
}

fn violations(found: &Table) -> Markup {
    html! { @if found.rows.is_empty() { "none" } @else { (table("violations", found)) } }
}

fn rejects(expectation: &Expectation, seen: &RejectsSeen) -> Markup {
    let has_neighbour =
        !matches!(expectation, Expectation::Rejects(rejects) if matches!(rejects.neighbour, Neighbour::None(_)));
    html! {
        (term("write", &seen.refused.as_ref().map_or_else(|| html! { "accepted" }, refusal)))
        @if has_neighbour && (seen.neighbour_refused.is_some() || seen.neighbour_affected.is_some()) {
            (term("neighbour", &written(seen.neighbour_refused.as_ref(), seen.neighbour_affected.unwrap_or(0))))
        }
    }
}

/// What became of each step.
pub(super) fn steps(seen: &SequenceSeen) -> Markup {
    html! {
        @for (at, step) in seen.steps.iter().enumerate() {
            (term(&format!("step {}", at + 1), &html! {
                @if !step.blocked_by.is_empty() { p { "waited for " (line(&step.blocked_by.join(", "))) } }
                @if step.still_waiting { p { "was still waiting" } }
                @else { p { (written(step.refused.as_ref(), step.affected)) } }
                @if !step.table.rows.is_empty() { (table("actual rows", &step.table)) }
            }))
        }
    }
}

fn catalog(seen: &CatalogSeen) -> Markup {
    html! {
        @for (key, fact) in &seen.objects {
            (term(key, &html! {
                @match &fact.met { Some(met) => (block(met, EVIDENCE)), None => p { "is not there" } }
                @match &fact.expected {
                    Some(Definition::Known(expected)) if fact.met.as_ref() != Some(expected) => {
                        p { "declared, in the server's form:" }
                        (block(expected, EVIDENCE))
                    },
                    Some(Definition::Unresolved(why)) => p { "what is declared cannot be built: " (line(why)) },
                    _ => {},
                }
            }))
        }
        @for (key, definition) in &seen.others { (term(&format!("also: {key}"), &block(definition, EVIDENCE))) }
    }
}

fn rollback(seen: &RollbackSeen) -> Markup {
    html! {
        @for step in &seen.steps {
            @let way = match step.direction { Direction::Up => "up", Direction::Down => "down" };
            (term(&format!("phase {} {way}", step.phase), &html! {
                @match &step.refused {
                    Some(failure) => (block(&failure.to_string(), EVIDENCE)),
                    None => p {
                        "applied"
                        @if step.difference.is_empty() && step.rows_changed.is_empty() { "; catalog and rows as they were" }
                    },
                }
                @if !step.difference.is_empty() { (difference("what is not as it was", &step.difference)) }
                @if !step.rows_changed.is_empty() { (lines(&step.rows_changed)) }
            }))
        }
        (term("steps", &html! { (seen.steps.len()) " of " (seen.planned) }))
        (term("legacy rows compared at each step", &html! { (seen.rows) }))
        @if let Some(check) = &seen.rests_on { (term("rests on", &html! { "check " code { (line(check)) } })) }
    }
}

fn lines(lines: &[String]) -> Markup {
    html! { @if lines.is_empty() { "none" } @else { (block(&lines.join("\n"), EVIDENCE)) } }
}
