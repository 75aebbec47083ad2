//! From each requirement of the sources to what answers it, and to its verdict.

use phasegate_evidence::Verdict;

use super::escape::{code, text};
use crate::{count::count, record::CheckRecord, requirements::Requirements};

/// The requirements that the plan names, in the order in which it names them; nothing where it names none.
pub(super) fn requirements(checks: &[CheckRecord<'_>]) -> String {
    let found = Requirements::of(&checks.iter().collect::<Vec<_>>());
    if found.answered.is_empty() {
        return String::new();
    }
    let mut page = "\n### Traceability\n\n| requirement | verdict | answered by |\n|---|---|---|\n".to_owned();
    for (requirement, answers) in &found.answered {
        let verdict = Verdict::of_parts(answers.iter().map(|answer| answer.verdict));
        let answers: Vec<String> = answers
            .iter()
            .map(|answer| match answer.verdict {
                Verdict::Passed => format!("{} {}", answer.kind, code(answer.id)),
                other => format!("{} {} **{other}**", answer.kind, code(answer.id)),
            })
            .collect();
        page.push_str(&format!("| {} | {verdict} | {} |\n", text(requirement), answers.join(", ")));
    }
    if found.gates_without > 0 {
        page.push_str(&format!("\n{} no requirement.\n", count(found.gates_without, "gate names", "gates name")));
    }
    page
}
