//! From each requirement of the sources to the gates and checks that answer it, and to their verdicts.

use maud::{Markup, html};
use phasegate_evidence::{SuitePlan, Verdict};

use super::{
    check::Numbered,
    show::{Part, line, verdict, wide},
};
use crate::{
    count::count,
    requirements::{Answer, Requirements},
};

/// The requirements that the plan names, in the order in which it names them.
pub(super) fn requirements(plan: &SuitePlan, checks: &[Numbered<'_>]) -> Markup {
    let first = checks.first().map_or(0, |numbered| numbered.number);
    let records: Vec<_> = checks.iter().map(|numbered| &numbered.check).collect();
    let found = Requirements::of(&records);
    let table = html! {
        thead { tr { th scope="col" { "requirement" } th scope="col" { "verdict" } th scope="col" { "answered by" } } }
        tbody {
            @for (requirement, answers) in &found.answered {
                tr {
                    th scope="row" { (line(requirement)) }
                    td { (verdict(Verdict::of_parts(answers.iter().map(|answer| answer.verdict)))) }
                    td { @for answer in answers { (self::answer(answer, first)) } }
                }
            }
        }
    };
    html! {
        section.long id=(Part::Requirements.id(plan)) {
            h3 { "Traceability" }
            p { "Source: " (line(&plan.source)) }
            @if !found.answered.is_empty() { (wide("requirements", &table)) }
            @if found.gates_without > 0 { p { (count(found.gates_without, "gate names", "gates name")) " no requirement." } }
        }
    }
}

/// An answer of a suite whose first check has this number on the page.
fn answer(answer: &Answer<'_>, first: usize) -> Markup {
    let place = format!("#{}{}", &answer.kind[..1], first + answer.place);
    html! {
        div {
            (answer.kind) " " a href=(place) { (line(answer.id)) } " " (line(answer.says)) " " (verdict(answer.verdict))
        }
    }
}
