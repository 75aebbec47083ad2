//! The head of the report, of a suite, and how to verify it all.

use phasegate_evidence::{Counts, SuitePlan, SuiteResult, Verdict};

use super::escape::{code, text};
use crate::{
    count::{count, passed},
    duration::duration,
    record::{Record, phases},
    server::server_line,
    time::utc,
};

/// Verdict, facts and totals of the run.
pub(super) fn head(record: &Record) -> String {
    let mut page = format!("# Phasegate: {}\n\n", record.result.verdict);
    if !record.is_finished() {
        page.push_str("**The run did not come to its end; its evidence does not verify.**\n\n");
    }
    page.push_str("| | |\n|---|---|\n");
    let mut row = |name: &str, value: &str| page.push_str(&format!("| {name} | {value} |\n"));
    row("run", &code(record.name()));
    if let Some(started) = record.started_unix_ms() {
        row("started", &utc(started));
        row("took", &duration(record.elapsed_us()));
    }
    row("Phasegate", &text(&record.plan.phasegate));
    for server in record.servers() {
        row("server", &text(&server_line(server)));
    }
    if let Some(after) = record.precedent() {
        let approvals: Vec<String> = after.approvals.iter().map(|approval| text(&approval.to_string())).collect();
        let (run, digest) = (code(&after.run), code(after.run_digest.as_str()));
        row("began after", &format!("{run}, run digest {digest}, approved by {}", approvals.join("; ")));
    }
    row("result digest", &code(record.result_digest.as_str()));
    row("head digest", &code(record.head.as_str()));
    page.push_str(&totals(record));
    page
}

fn totals(record: &Record) -> String {
    let totals = &record.result.totals;
    let mut page = String::from("\n| |");
    Verdict::ALL.iter().for_each(|verdict| page.push_str(&format!(" {verdict} |")));
    page.push_str("\n|---|---|---|---|---|---|\n");
    let mut row = |name: &str, counts: &Counts| {
        page.push_str(&format!("| {name} |"));
        Verdict::ALL.iter().for_each(|verdict| page.push_str(&format!(" {} |", counts.of(*verdict))));
        page.push('\n');
    };
    row("gates", &totals.gates);
    row("checks", &totals.checks);
    if totals.added.gates.total() > 0 {
        row("added gates", &totals.added.gates);
        row("added checks", &totals.added.checks);
    }
    page
}

/// Where the servers came from, and how they were set.
pub(super) fn servers(record: &Record) -> String {
    let mut page = String::new();
    for server in record.servers().into_iter().filter(|server| !server.origin.is_empty() || !server.settings.is_empty())
    {
        page.push_str(&format!("\n## Server: {}\n\n| | |\n|---|---|\n", text(&server_line(server))));
        let origin = server.origin.iter().map(|(name, version)| ("from", name, version));
        let settings = server.settings.iter().map(|(name, value)| ("set", name, value));
        for (what, name, value) in origin.chain(settings) {
            page.push_str(&format!("| {what} {} | {} |\n", code(name), code(value)));
        }
    }
    page
}

/// What was validated, and against which sources.
pub(super) fn suite(plan: &SuitePlan, result: &SuiteResult) -> String {
    format!(
        "**{}** · source: {} · {}, digest {}\n",
        result.verdict,
        text(&plan.source),
        count(plan.inputs.len(), "input file", "input files"),
        code(result.inputs.as_str()),
    )
}

/// The phases in a table.
pub(super) fn overview(plan: &SuitePlan, result: &SuiteResult) -> String {
    let mut page = "\n| phase | | verdict | gates | checks | added gates |\n|---|---|---|---|---|---|\n".to_owned();
    for (phase, result) in phases(plan, result) {
        let (added, own): (Vec<_>, Vec<_>) = result.gates.iter().partition(|gate| gate.added);
        page.push_str(&format!(
            "| {} | {} | {} | {} | {} | {} |\n",
            text(&phase.phase),
            text(&phase.title),
            result.verdict,
            passed(own.iter().map(|gate| gate.verdict)),
            passed(own.iter().flat_map(|gate| &gate.checks).map(|check| check.verdict)),
            passed(added.iter().map(|gate| gate.verdict)),
        ));
    }
    page
}

/// How a stranger checks the report.
pub(super) fn verification(record: &Record) -> String {
    format!(
        "\n## How to verify\n\nThis page, `report.html`, `junit.xml` and `result.json` are derived from `plan.json` and `events.jsonl`; \
         the folder's `outputs` hold what was seen, each file named by its SHA-256. To recompute all of it, offline and \
         without a database:\n\n```\nphasegate verify <this folder> --expect {}\n```\n\nA folder that was forged as a \
         whole verifies too, but not with a digest that was taken from the run itself: from its console output, or from \
         a signature.\n",
        record.result_digest
    )
}
