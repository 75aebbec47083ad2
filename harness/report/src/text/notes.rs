//! Findings and deviations: what a validator must know although nothing failed.

use phasegate_evidence::{SuitePlan, SuiteResult};

use super::{
    style::{faint, strong},
    wrap::{labelled, shorten, wrap},
};
use crate::{count::count, severity::severity, visible::one_line};

/// The findings, the gravest first, each cut to a line; the report has them in full, with their SQL.
pub(super) fn findings(plan: &SuitePlan, result: &SuiteResult) -> String {
    if plan.findings.is_empty() {
        return String::new();
    }
    let title = count(plan.findings.len(), "finding", "findings");
    let what = faint("that no gate asks for and a validator must know (in full in report.md)");
    let mut text = format!("\n{}\n", wrap(&format!("{} {what}", strong(&title)), "  ", "  "));
    let mut findings: Vec<_> = plan.findings.iter().zip(&result.findings).collect();
    findings.sort_by_key(|(finding, _)| finding.severity as u8);
    for (finding, result) in findings {
        let seen = match result.confirmed {
            Some(true) => "",
            Some(false) => "not confirmed: ",
            None => "not tried: ",
        };
        let line = format!("    {:<8}{seen}{}", severity(finding.severity), one_line(&finding.title));
        text.push_str(&format!("{}\n", shorten(&line)));
    }
    text
}

/// The deviations by name; the report has them in full.
pub(super) fn deviations(plan: &SuitePlan) -> String {
    if plan.deviations.is_empty() {
        return String::new();
    }
    let title = count(plan.deviations.len(), "deviation", "deviations");
    let ids: Vec<&str> = plan.deviations.iter().map(|deviation| deviation.id.as_str()).collect();
    format!(
        "\n  {} {}\n\n{}",
        strong(&title),
        faint("from the source documents (in full in report.md)"),
        labelled(4, "", 0, &ids.join(", "))
    )
}
