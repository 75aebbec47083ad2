//! The implementation log, in the form of the logs that migrations of this kind are signed off by.

use phasegate_evidence::{SuitePlan, SuiteResult};

use super::escape::{code, text};
use crate::{
    log::{legacy_rows, steps, violations},
    record::{CheckRecord, Record},
    time::iso,
};

/// Each step with its times, the legacy rows, and each check that looks for violations with how many it found.
pub(super) fn log(record: &Record, plan: &SuitePlan, result: &SuiteResult, checks: &[CheckRecord<'_>]) -> String {
    let mut page =
        "\n### Implementation log\n\n| Step | Start (UTC) | End (UTC) | Status | Notes |\n|---|---|---|---|---|\n"
            .to_owned();
    let time = |unix_ms: Option<u64>| unix_ms.map_or_else(|| "-".to_owned(), iso);
    for step in steps(record, plan, result) {
        page.push_str(&format!(
            "| {} | {} | {} | {} | {} |\n",
            text(&step.name),
            time(step.started_unix_ms),
            time(step.ended_unix_ms),
            step.status,
            text(&step.notes),
        ));
    }
    if let Some(rows) = legacy_rows(record, &plan.suite) {
        page.push_str("\nLegacy rows before the first phase:\n\n| Table | Count |\n|---|---|\n");
        rows.iter().for_each(|(table, rows)| page.push_str(&format!("| {} | {rows} |\n", text(table))));
    }
    let found: Vec<_> = checks.iter().filter_map(|check| Some((check, violations(check)?))).collect();
    if !found.is_empty() {
        page.push_str("\n| Check | Violations |\n|---|---|\n");
    }
    for (check, number) in found {
        page.push_str(&format!("| {} {} | {number} |\n", code(&check.plan.id), text(&check.plan.title)));
    }
    page
}
