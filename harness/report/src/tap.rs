//! The Test Anything Protocol, version 14: one test point per check.

use phasegate_evidence::Verdict;

use crate::{
    deviation::deviations,
    record::Record,
    story::{self, story, told},
    visible::one_line,
};

/// A run as TAP. What was not run is not ok: a skip is never a pass. Deviations are comments.
pub fn tap(record: &Record) -> String {
    let mut points = Vec::new();
    for (suite, result) in record.suites() {
        if let Some(failure) = &result.baseline_failure {
            points.push((Verdict::Failed, format!("{} baseline", suite.suite), story::not_applied(failure)));
        }
        for (phase, result) in crate::record::phases(suite, result) {
            if let Some(failure) = &result.failure {
                let title = format!("{} phase {} applies", suite.suite, phase.phase);
                points.push((Verdict::Failed, title, story::not_applied(failure)));
            }
        }
        for check in record.checks(suite, result) {
            let title = format!("{} {} {}", suite.suite, check.plan.id, check.plan.title);
            let reason = check.result.reason.as_ref().map(ToString::to_string).unwrap_or_default();
            let at = check.at.iter().filter(|_| check.is_failure()).map(|at| format!("\nat {at}"));
            let reason = format!("{reason}{}\n{}", at.collect::<String>(), told(&story(record, &check)));
            points.push((check.result.verdict, title, reason));
        }
    }
    let mut text = format!("TAP version 14\n1..{}\n", points.len());
    for deviation in record.suites().flat_map(|(suite, _)| deviations(suite)) {
        text.push_str(&format!("# deviation {deviation}\n"));
    }
    for (at, (verdict, title, reason)) in points.iter().enumerate() {
        let (at, title) = (at + 1, escaped(&one_line(title)));
        match verdict {
            Verdict::Passed => text.push_str(&format!("ok {at} - {title}\n")),
            Verdict::NotApplicable => {
                text.push_str(&format!("ok {at} - {title} # SKIP not applicable: {}\n", one_line(reason)));
            }
            Verdict::Failed | Verdict::Error | Verdict::NotRun => {
                text.push_str(&format!("not ok {at} - {title}\n  ---\n  verdict: {verdict}\n  reason: |\n"));
                // Leading spaces would deepen the block.
                for line in reason.trim_start().lines() {
                    text.push_str(&format!("    {line}\n"));
                }
                text.push_str("  ...\n");
            }
        }
    }
    text
}

/// A hash would begin a directive.
fn escaped(text: &str) -> String {
    text.replace('\\', "\\\\").replace('#', "\\#")
}
