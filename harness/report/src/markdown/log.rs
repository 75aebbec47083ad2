//! The implementation log, in the form of the logs that migrations of this kind are signed off by.

use phasegate_evidence::{Cell, SuitePlan, SuiteResult};

use super::escape::{code, text};
use crate::{
    contents::{self, Changed, Contents, contents, legacy},
    count::count,
    log::{Shown, headings, legacy_rows, shown, steps, violations},
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
        page.push_str("\nLegacy rows before the first phase:\n\n| Table | Count | Checksum |\n|---|---|---|\n");
        for (table, rows) in rows {
            let content = legacy(record, &plan.suite).and_then(|tables| tables.get(table));
            page.push_str(&format!("| {} | {rows} | {} |\n", text(table), contents::checksum(content)));
        }
    }
    page.push_str(&tables(&contents(record, plan)));
    let found: Vec<_> = checks.iter().filter_map(|check| Some((check, violations(check)?))).collect();
    if !found.is_empty() {
        page.push_str("\n| Check | Violations |\n|---|---|\n");
    }
    for (check, number) in found {
        page.push_str(&format!("| {} {} | {number} |\n", code(&check.plan.id), text(&check.plan.title)));
    }
    for (heading, below) in headings(checks) {
        page.push_str(&format!("\n#### {}\n", text(heading)));
        below.into_iter().for_each(|check| page.push_str(&logged(check)));
    }
    page
}

/// The tables that each phase changed, and how many it left as they were.
fn tables(all: &[Contents<'_>]) -> String {
    if all.is_empty() {
        return String::new();
    }
    let mut page = "\nWhat the tables held before and after each phase (checksums: the first digits of a SHA-256):\n\n\
                    | Phase | Table | Count before | Count after | Checksum before | Checksum after |\n|---|---|---|---|---|---|\n"
        .to_owned();
    for contents in all {
        for Changed { table, before, after } in &contents.changed {
            let [rows_before, rows_after] = [*before, *after].map(contents::rows);
            let [sum_before, sum_after] = [*before, *after].map(contents::checksum);
            let (phase, table) = (text(contents.phase), text(table));
            page.push_str(&format!(
                "| {phase} | {table} | {rows_before} | {rows_after} | {sum_before} | {sum_after} |\n"
            ));
        }
        let left = count(contents.unchanged.len(), "table", "tables");
        page.push_str(&format!("| {} | {left} unchanged | | | | |\n", text(contents.phase)));
    }
    page
}

/// What a check saw, under its heading.
fn logged(check: &CheckRecord<'_>) -> String {
    let (phase, id) = (text(&check.phase.phase), code(&check.plan.id));
    let mut page = format!("\nAfter phase {phase}, check {id}, {}:\n\n", check.result.verdict);
    match shown(check) {
        Shown::Rows(rows) => {
            let row = |cells: Vec<String>| format!("| {} |\n", cells.join(" | "));
            page.push_str(&row(rows.columns.iter().map(|name| text(name)).collect()));
            page.push_str(&format!("|{}\n", "---|".repeat(rows.columns.len())));
            let cell = |cell: &Cell| cell.as_deref().map_or_else(|| "NULL".to_owned(), text);
            rows.rows.iter().for_each(|cells| page.push_str(&row(cells.iter().map(cell).collect())));
        }
        Shown::Words(words) => page.push_str(&format!("{}\n", text(&words))),
    }
    page
}
