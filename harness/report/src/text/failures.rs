//! What failed, where, and why.

use std::collections::BTreeMap;

use phasegate_evidence::{ApplyFailure, Event, SuiteResult, Verdict};

use super::{
    style::{of_verdict, strong},
    wrap::labelled,
};
use crate::{
    count::count,
    record::{CheckRecord, Record},
    story::{Part, said},
    visible::one_line,
};

const LABEL_WIDTH: usize = 12;

/// The baseline or phase that did not apply.
pub(super) fn not_applied(record: &Record, result: &SuiteResult) -> String {
    let mut text = String::new();
    if let Some(failure) = &result.baseline_failure {
        text.push_str(&one_failure("The baseline did not apply", failure, None));
    }
    for phase in &result.phases {
        if let Some(failure) = &phase.failure {
            let catalog = record.events().find_map(|event| match event {
                Event::PhaseFailed { suite, phase: id, catalog_after, catalog_unchanged, .. }
                    if *suite == result.suite && *id == phase.phase =>
                {
                    Some(match catalog_after {
                        Some(_) if *catalog_unchanged => "as it was before the phase",
                        Some(_) => "changed: the phase left part of its work behind",
                        None => "could not be read",
                    })
                }
                _ => None,
            });
            let title = format!("Phase {} did not apply", phase.phase);
            text.push_str(&one_failure(&title, failure, catalog));
        }
    }
    text
}

fn one_failure(title: &str, failure: &ApplyFailure, catalog: Option<&str>) -> String {
    let mut text = format!("\n  {}\n\n", of_verdict(Verdict::Failed, title));
    let place = match failure.statement {
        0 => failure.file.clone(),
        statement => format!("{}:{}, statement {statement}", failure.file, failure.line),
    };
    let mut row = |label: &str, value: Option<&str>| {
        text.extend(value.map(|value| labelled(4, label, LABEL_WIDTH, value)));
    };
    row("at", Some(&place));
    row("sqlstate", failure.sqlstate.as_deref());
    row("refused by", failure.cause.as_deref());
    row("message", Some(&failure.message));
    row("detail", failure.detail.as_deref());
    row("hint", failure.hint.as_deref());
    row("catalog", catalog);
    text
}

/// What broke, so that nothing more was tried.
pub(super) fn stopped(result: &SuiteResult) -> String {
    match &result.stopped {
        Some(reason) => {
            let title = of_verdict(Verdict::Error, "The run of this suite stopped");
            format!("\n  {title}\n\n{}", labelled(4, "", 0, &reason.to_string()))
        }
        None => String::new(),
    }
}

/// Every check that failed or could not be tried; `adopt` is the command by which what one saw becomes what it expects.
pub(super) fn failed_checks(record: &Record, checks: &[CheckRecord<'_>], adopt: Option<&str>) -> String {
    let failed: Vec<&CheckRecord<'_>> = checks.iter().filter(|check| check.is_failure()).collect();
    if failed.is_empty() {
        return String::new();
    }
    let title = count(failed.len(), "check failed", "checks failed");
    let mut text = format!("\n  {}\n", of_verdict(Verdict::Failed, &title));
    for check in failed {
        text.push_str(&format!("\n    {} {}\n", strong(&check.plan.id), one_line(&check.plan.title)));
        let gate = format!("{} of phase {}: {}", check.gate.gate, check.phase.phase, check.gate.claim);
        text.push_str(&labelled(6, "gate", LABEL_WIDTH, &gate));
        if let Some(reason) = &check.result.reason {
            text.push_str(&labelled(6, &check.result.verdict.to_string(), LABEL_WIDTH, &reason.to_string()));
        }
        for Part { what, met } in said(record, check) {
            for (at, line) in met.lines().enumerate() {
                text.push_str(&labelled(6, if at == 0 { &what } else { "" }, LABEL_WIDTH, line));
            }
        }
        if let Some(at) = &check.at {
            text.push_str(&labelled(6, "at", LABEL_WIDTH, &at.to_string()));
        }
        if let Some(evidence) = check.evidence() {
            text.push_str(&labelled(6, "saw", LABEL_WIDTH, &evidence));
        }
        if let Some(adopt) = adopt.filter(|_| check.is_adoptable()) {
            // Not wrapped, so that it can be copied.
            text.push_str(&format!("      {:LABEL_WIDTH$}{adopt} {}\n", "if right", check.plan.id));
        }
    }
    text
}

/// What this server cannot judge, by reason: never a pass, and never silent.
pub(super) fn not_applicable(checks: &[CheckRecord<'_>]) -> String {
    by_reason(checks, Verdict::NotApplicable, "not applicable here", |checks| {
        let ids: Vec<&str> = checks.iter().map(|check| check.plan.id.as_str()).collect();
        ids.join(", ")
    })
}

/// What was not reached, by reason and phase.
pub(super) fn not_run(checks: &[CheckRecord<'_>]) -> String {
    by_reason(checks, Verdict::NotRun, "not run", |checks| {
        let mut phases: Vec<(&str, usize)> = Vec::new();
        for check in checks {
            match phases.last_mut() {
                Some((phase, checks)) if *phase == check.phase.phase => *checks += 1,
                _ => phases.push((&check.phase.phase, 1)),
            }
        }
        let phases = phases.into_iter().map(|(phase, checks)| format!("phase {phase} ({checks})"));
        phases.collect::<Vec<_>>().join(", ")
    })
}

fn by_reason(
    checks: &[CheckRecord<'_>],
    verdict: Verdict,
    title: &str,
    which: impl Fn(&[&CheckRecord<'_>]) -> String,
) -> String {
    let mut reasons: BTreeMap<String, Vec<&CheckRecord<'_>>> = BTreeMap::new();
    for check in checks.iter().filter(|check| check.result.verdict == verdict) {
        let reason = check.result.reason.as_ref().map(ToString::to_string);
        reasons.entry(reason.unwrap_or_default()).or_default().push(check);
    }
    if reasons.is_empty() {
        return String::new();
    }
    let all = reasons.values().map(Vec::len).sum();
    let title = format!("{} {title}", count(all, "check", "checks"));
    let mut text = format!("\n  {}\n\n", of_verdict(verdict, &title));
    for (reason, checks) in reasons {
        text.push_str(&labelled(4, "", 0, &reason));
        text.push_str(&labelled(6, "", 0, &which(&checks)));
    }
    text
}
