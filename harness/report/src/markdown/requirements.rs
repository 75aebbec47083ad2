//! From each requirement of the sources to what answers it, and to what came of that.

use phasegate_evidence::{SuitePlan, SuiteResult, Verdict};

use super::escape::{code, text};
use crate::{
    count::count,
    requirements::{Answered, CameTo, Requirement, Requirements},
};

/// The requirements that the plan names, in the order in which it names them; nothing where it names none.
pub(super) fn requirements(plan: &SuitePlan, result: &SuiteResult) -> String {
    let found = Requirements::of(plan, result);
    if found.traced.is_empty() {
        return String::new();
    }
    let mut page = format!("\n### Traceability\n\nSource: {}\n\n{}\n", text(&plan.source), found.gist());
    for (section, requirements) in found.sections() {
        if let Some(section) = section {
            page.push_str(&format!("\n#### {}\n", text(section)));
        }
        page.push_str("\n| requirement | verdict | answered by |\n|---|---|---|\n");
        requirements.iter().for_each(|requirement| page.push_str(&row(requirement)));
    }
    if found.gates_without > 0 {
        let gates = count(found.gates_without, "gate answers", "gates answer");
        page.push_str(&format!("\n{gates} no requirement of the sources.\n"));
    }
    page
}

fn row(requirement: &Requirement<'_>) -> String {
    let plan = requirement.plan;
    let title = plan.title.as_ref().map(|title| format!(": {}", text(title))).unwrap_or_default();
    let verdict =
        requirement.verdict().map_or_else(|| "not judged by this run".to_owned(), |verdict| verdict.to_string());
    let part = requirement.in_part().map(|part| format!(", {part}")).unwrap_or_default();
    let note = plan.note.as_ref().map(|note| format!("note: {}", text(note)));
    let answers: Vec<String> = requirement.answers.iter().map(answer).chain(note).collect();
    format!("| {}{title} | {verdict}{part} | {} |\n", text(&plan.requirement), answers.join(", "))
}

fn answer(answered: &Answered<'_>) -> String {
    let named = format!("{} {}", answered.answer.kind, code(&answered.answer.to_string()));
    match answered.came_to {
        CameTo::Verdict(Verdict::Passed) => named,
        CameTo::Verdict(other) => format!("{named} **{other}**"),
        CameTo::Unjudged(words) => format!("{named} ({words})"),
    }
}
