//! From each requirement of the sources to the gates and checks that answer it, and to their verdicts.

use maud::{Markup, html};
use phasegate_evidence::{SuitePlan, Verdict};

use super::{
    check::Numbered,
    show::{Part, line, verdict, wide},
};
use crate::count::count;

/// A gate or check that answers a requirement.
struct Answer<'a> {
    kind: &'static str,
    id: &'a str,
    says: &'a str,
    place: String,
    verdict: Verdict,
}

/// The requirements that the plan names, in the order in which it names them.
pub(super) fn requirements(plan: &SuitePlan, checks: &[Numbered<'_>]) -> Markup {
    let (found, unnamed) = gather(checks);
    let table = html! {
        thead { tr { th scope="col" { "requirement" } th scope="col" { "verdict" } th scope="col" { "answered by" } } }
        tbody {
            @for (requirement, answers) in &found {
                tr {
                    th scope="row" { (line(requirement)) }
                    td { (verdict(Verdict::of_parts(answers.iter().map(|answer| answer.verdict)))) }
                    td {
                        @for answer in answers {
                            div { (answer.kind) " " a href=(answer.place) { (line(answer.id)) } " " (line(answer.says)) " " (verdict(answer.verdict)) }
                        }
                    }
                }
            }
        }
    };
    html! {
        section.long id=(Part::Requirements.id(plan)) {
            h3 { "Traceability" }
            p { "Source: " (line(&plan.source)) }
            @if !found.is_empty() { (wide("requirements", &table)) }
            @if unnamed > 0 { p { (count(unnamed, "gate names", "gates name")) " no requirement." } }
        }
    }
}

/// Each requirement with its answers, and how many gates name none, neither by themselves nor by a check.
fn gather<'a>(checks: &'a [Numbered<'a>]) -> (Vec<(&'a str, Vec<Answer<'a>>)>, usize) {
    let mut found: Vec<(&str, Vec<Answer<'_>>)> = Vec::new();
    let mut places = std::collections::BTreeMap::new();
    let mut note = |requirements: &'a [String], answer: &dyn Fn() -> Answer<'a>| {
        for requirement in requirements {
            let place = *places.entry(requirement.as_str()).or_insert_with(|| {
                found.push((requirement, Vec::new()));
                found.len() - 1
            });
            found[place].1.push(answer());
        }
    };
    let mut unnamed = 0;
    for of_gate in checks.chunk_by(|one, next| std::ptr::eq(one.check.gate, next.check.gate)) {
        let [first, ..] = of_gate else { continue };
        let gate = first.check.gate;
        note(&gate.requirement, &|| Answer {
            kind: "gate",
            id: &gate.gate,
            says: &gate.claim,
            place: format!("#g{}", first.number),
            verdict: Verdict::of_parts(of_gate.iter().map(|numbered| numbered.check.result.verdict)),
        });
        for numbered in of_gate {
            note(&numbered.check.plan.requirement, &|| Answer {
                kind: "check",
                id: &numbered.check.plan.id,
                says: &numbered.check.plan.title,
                place: format!("#c{}", numbered.number),
                verdict: numbered.check.result.verdict,
            });
        }
        let names_none = of_gate.iter().all(|numbered| numbered.check.plan.requirement.is_empty());
        unnamed += usize::from(gate.requirement.is_empty() && names_none);
    }
    (found, unnamed)
}
