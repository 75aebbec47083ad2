//! Findings and deviations: what a validator must know although nothing failed.

use phasegate_evidence::{SuitePlan, SuiteResult};

use super::{Paint, wrap::beside};
use crate::report::{count, severity};

/// The findings, each in a line or two.
pub(super) fn findings(plan: &SuitePlan, result: &SuiteResult, paint: Paint) -> String {
    if plan.findings.is_empty() {
        return String::new();
    }
    let title = count(plan.findings.len(), "finding", "findings");
    let mut text = format!(
        "\n  {} {}\n\n",
        paint.strong(&title),
        paint.faint("(no gate asks for these; a validator must know them)")
    );
    for (finding, result) in plan.findings.iter().zip(&result.findings) {
        let seen = match (result.confirmed, &result.reason) {
            (Some(true), _) => String::new(),
            (Some(false), Some(reason)) => format!(" (not confirmed here: {reason})"),
            (Some(false), None) => " (not confirmed here)".to_owned(),
            (None, _) => " (not tried)".to_owned(),
        };
        text.push_str(&beside(
            4,
            severity(finding.severity),
            8,
            &format!("{}{seen}", finding.title),
        ));
    }
    text
}

/// The deviations by name; the report has them in full.
pub(super) fn deviations(plan: &SuitePlan, paint: Paint) -> String {
    if plan.deviations.is_empty() {
        return String::new();
    }
    let title = count(plan.deviations.len(), "deviation", "deviations");
    let ids: Vec<&str> = plan
        .deviations
        .iter()
        .map(|deviation| deviation.id.as_str())
        .collect();
    format!(
        "\n  {} {}\n\n{}",
        paint.strong(&title),
        paint.faint("from the source documents (in full in report.md)"),
        beside(4, "", 0, &ids.join(", "))
    )
}
