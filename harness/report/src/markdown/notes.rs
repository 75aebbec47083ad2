//! What a reader must not miss: failures, findings, deviations.

use phasegate_evidence::{ApplyFailure, SuitePlan, SuiteResult, judge::Step};

use super::escape::{block, code, text};
use crate::{
    record::{CheckRecord, Record},
    severity::severity,
    story::{story, told},
};

/// Everything that failed, in one place before the phases.
pub(super) fn failures(record: &Record, result: &SuiteResult, checks: &[CheckRecord<'_>]) -> String {
    let mut page = String::new();
    if let Some(failure) = &result.baseline_failure {
        page.push_str("\n### The baseline did not apply\n\n");
        page.push_str(&apply_failure(failure));
    }
    for phase in &result.phases {
        if let Some(failure) = &phase.failure {
            page.push_str(&format!("\n### Phase {} did not apply\n\n", text(&phase.phase)));
            page.push_str(&apply_failure(failure));
        }
    }
    let failed: Vec<&CheckRecord<'_>> = checks.iter().filter(|check| check.is_failure()).collect();
    if !failed.is_empty() {
        page.push_str("\n### Failed checks\n\n| check | gate | what it tries | reason |\n|---|---|---|---|\n");
    }
    for check in &failed {
        let reason = check.result.reason.as_ref();
        page.push_str(&format!(
            "| {} | {} | {} | {} {} |\n",
            code(&check.plan.id),
            text(&check.gate.gate),
            text(&check.plan.title),
            reason.map(|reason| code(reason.code.as_str())).unwrap_or_default(),
            reason.map(|reason| text(&reason.detail)).unwrap_or_default(),
        ));
    }
    for check in failed {
        page.push_str(&met(record, check));
    }
    page
}

/// All that a failed check met.
fn met(record: &Record, check: &CheckRecord<'_>) -> String {
    let story = told(&story(record, check));
    let at = check.at.as_ref().map(|at| format!(", at {}", code(&at.to_string())));
    let story = if story.is_empty() { String::new() } else { format!("\n{}", block("text", &story)) };
    format!("\n{} met{}:\n{story}", code(&check.plan.id), at.unwrap_or_default())
}

fn apply_failure(failure: &ApplyFailure) -> String {
    let place = match failure.statement {
        0 => code(&failure.file),
        statement => format!("{}, statement {statement}", code(&format!("{}:{}", failure.file, failure.line))),
    };
    let mut page = format!("At {place}:\n\n{}\n| | |\n|---|---|\n", block("text", &failure.message));
    let mut row = |name: &str, value: &Option<String>| {
        if let Some(value) = value {
            page.push_str(&format!("| {name} | {} |\n", text(value)));
        }
    };
    row("SQLSTATE", &failure.sqlstate);
    row("refused by", &failure.cause);
    row("detail", &failure.detail);
    row("hint", &failure.hint);
    page
}

/// Every finding with the SQL that shows it.
pub(super) fn findings(suite: &SuitePlan, result: &SuiteResult) -> String {
    if suite.findings.is_empty() {
        return String::new();
    }
    let mut page = "\n### Findings\n\nWhat the contract does not demand and a validator must know. A finding fails no \
                    gate.\n"
        .to_owned();
    for (finding, result) in suite.findings.iter().zip(&result.findings) {
        let seen = match (result.confirmed, &result.reason) {
            (Some(true), _) => "confirmed on this server".to_owned(),
            (Some(false), Some(reason)) => format!("**not confirmed** on this server: {}", text(&reason.to_string())),
            (Some(false), None) => "**not confirmed** on this server".to_owned(),
            (None, _) => "**not tried**".to_owned(),
        };
        page.push_str(&format!(
            "\n#### {}: {} · {}\n\nAfter phase {}; {seen}.\n\n{}",
            severity(finding.severity),
            text(&finding.title),
            code(&finding.id),
            text(&finding.phase),
            block("sql", &finding.steps.iter().map(shown).collect::<Vec<_>>().join("\n")),
        ));
    }
    page
}

/// The SQL of a step, after the session that runs it where that has a name.
fn shown(step: &Step) -> String {
    let sql = terminated(&step.run);
    match (&step.session, &step.blocked_by) {
        (None, _) => sql,
        (Some(session), None) => format!("-- on session {session}\n{sql}"),
        (Some(session), Some(blocker)) => format!("-- on session {session}, which waits for {blocker}\n{sql}"),
    }
}

fn terminated(sql: &str) -> String {
    let sql = sql.trim();
    if sql.ends_with(';') { sql.to_owned() } else { format!("{sql};") }
}

/// Every deviation in full.
pub(super) fn deviations(suite: &SuitePlan) -> String {
    if suite.deviations.is_empty() {
        return String::new();
    }
    let mut page =
        "\n### Deviations\n\nWhere the suite knowingly reads its sources otherwise.\n\n| deviation | the suite does | \
         instead of | because |\n|---|---|---|---|\n"
            .to_owned();
    for deviation in &suite.deviations {
        page.push_str(&format!(
            "| {} | {} | {} | {} |\n",
            code(&deviation.id),
            text(&deviation.reading),
            text(&deviation.instead_of),
            text(&deviation.reason),
        ));
    }
    page
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_step_is_shown_with_the_session_that_runs_it() {
        let on = |session: Option<&str>, blocker: Option<&str>| {
            let [session, blocked_by] = [session, blocker].map(|name| name.map(str::to_owned));
            shown(&Step { session, blocked_by, ..Step::of("SELECT 1") })
        };
        assert_eq!(on(None, None), "SELECT 1;");
        assert_eq!(on(Some("a"), None), "-- on session a\nSELECT 1;");
        assert_eq!(on(Some("b"), Some("a")), "-- on session b, which waits for a\nSELECT 1;");
    }
}
