//! The gates were tried: what a run of `prove` shows beyond a run.

use phasegate_evidence::{Proof, SuitePlan, SuiteResult};

use super::escape::{code, text};
use crate::{
    record::Record,
    tried::{Tried, must_end, proof_line},
};

/// Each defect with the reason that its check gave, and each scenario with how it ended.
pub(super) fn tried(record: &Record, plan: &SuitePlan, result: &SuiteResult) -> String {
    let Some(tried) = Tried::of(record.plan.judging, plan, result) else {
        return before(record.proof(&plan.suite));
    };
    let mut page = format!(
        "\n### The gates were tried\n\n- {}\n- {}\n",
        text(&tried.defects_line()),
        text(&tried.scenarios_line())
    );
    if !tried.without_defect.is_empty() {
        let ids: Vec<String> = tried.without_defect.iter().map(|id| code(id)).collect();
        page.push_str(&format!("- without a defect: {}\n", ids.join(", ")));
    }
    if !result.defects.is_empty() {
        page.push_str("\n| defect of check | | the check gave |\n|---|---|---|\n");
    }
    for defect in &result.defects {
        let (check, reason) = (code(&defect.check), text(&defect.reason.to_string()));
        page.push_str(&format!("| {check} | {} | {reason} |\n", defect.verdict));
    }
    if !result.scenarios.is_empty() {
        page.push_str("\n| scenario | | must end | ended |\n|---|---|---|---|\n");
    }
    for (planned, scenario) in plan.scenarios.iter().zip(&result.scenarios) {
        let ended = scenario.reason.as_ref().map_or_else(|| "so".to_owned(), ToString::to_string);
        let must = text(&must_end(&planned.expected));
        let what = format!("{}: {}", code(&scenario.scenario), text(&planned.title));
        page.push_str(&format!("| {what} | {} | {must} | {} |\n", scenario.verdict, text(&ended)));
    }
    page
}

/// What a run before this one tried of the same suite, if one did.
fn before(proof: Option<&Proof>) -> String {
    match proof {
        None => "\n### The gates were not tried\n\nNot tried: neither by this run, nor by one of the same files that lay beside it.\n".to_owned(),
        Some(proof) => format!(
            "\n### The gates were tried\n\nBy the run {} of the same files, result digest {}: {}.\n",
            code(&proof.run),
            code(proof.result.as_str()),
            text(&proof_line(proof)),
        ),
    }
}
