//! From each requirement of the sources to what answers it, and to what came of that.

use maud::{Markup, html};
use phasegate_evidence::{AnswerKind, SuitePlan, SuiteResult};

use super::{
    check::Numbered,
    show::{Part, line, verdict, wide},
};
use crate::{
    count::count,
    requirements::{Answered, CameTo, Requirement, Requirements},
};

/// The requirements that the plan names, in the order in which it names them.
pub(super) fn requirements(plan: &SuitePlan, result: &SuiteResult, checks: &[Numbered<'_>]) -> Markup {
    let first = checks.first().map_or(0, |numbered| numbered.number);
    let found = Requirements::of(plan, result);
    let table = html! {
        thead { tr { th scope="col" { "requirement" } th scope="col" { "verdict" } th scope="col" { "answered by" } } }
        @for (section, requirements) in found.sections() {
            tbody {
                @if let Some(section) = section { tr { th.rows colspan="3" scope="rowgroup" { (line(section)) } } }
                @for requirement in requirements { (row(requirement, first)) }
            }
        }
    };
    html! {
        section.long id=(Part::Requirements.id(plan)) {
            h3 { "Traceability" }
            p { "Source: " (line(&plan.source)) }
            @if !found.traced.is_empty() {
                p { (found.gist()) }
                (wide("requirements", &table))
            }
            @if found.gates_without > 0 {
                p { (count(found.gates_without, "gate answers", "gates answer")) " no requirement of the sources." }
            }
        }
    }
}

fn row(requirement: &Requirement<'_>, first: usize) -> Markup {
    let plan = requirement.plan;
    html! {
        tr {
            th scope="row" {
                (line(&plan.requirement))
                @if let Some(title) = &plan.title { div.faint { (line(title)) } }
            }
            td {
                @match requirement.verdict() {
                    Some(of_answers) => (verdict(of_answers)),
                    None => "not judged by this run",
                }
                @if let Some(part) = requirement.in_part() { div.faint { (part) } }
            }
            td {
                @for answered in &requirement.answers { (answer(answered, first)) }
                @if let Some(note) = &plan.note { div { "note " (line(note)) } }
            }
        }
    }
}

/// An answer of a suite whose first check has this number on the page.
fn answer(answered: &Answered<'_>, first: usize) -> Markup {
    let Answered { answer, says, place, came_to } = answered;
    let id = answer.to_string();
    let letter = if answer.kind == AnswerKind::Gate { 'g' } else { 'c' };
    html! {
        div {
            (answer.kind) " "
            @match place {
                Some(place) => a href=(format!("#{letter}{}", first + place)) { (line(&id)) },
                None => code { (line(&id)) },
            }
            " " (line(says)) " "
            @match came_to { CameTo::Verdict(of_it) => (verdict(*of_it)), CameTo::Unjudged(words) => span.faint { (words) } }
        }
    }
}
