//! The implementation log of a run: which step ran from when to when, and how it ended. Its columns and words are those of
//! the logs that migrations of this kind are signed off by (seed 001, "Phase-by-Phase Status").

use std::collections::BTreeMap;

use phasegate_evidence::{
    Event, OUTPUTS_FOLDER, PhaseResult, Seen, SuitePlan, SuiteResult, Table, Verdict,
    judge::{Expectation, Observation},
};

use crate::{
    count::{count, passed},
    record::{CheckRecord, Record, phases},
};

/// One step: the baseline, or a phase with its exit gates.
pub(crate) struct Step {
    /// `STEP_` and the phase's slug in capitals.
    pub(crate) name: String,
    /// When it began, in milliseconds since 1970, if it did.
    pub(crate) started_unix_ms: Option<u64>,
    /// When it ended, in milliseconds since 1970, if it did.
    pub(crate) ended_unix_ms: Option<u64>,
    /// `SUCCESS`, `FAILED` with where, or `NOT RUN`.
    pub(crate) status: &'static str,
    /// What it did, or what stopped it.
    pub(crate) notes: String,
}

/// When the steps of a suite began and ended, in milliseconds since 1970, by the phase; the baseline's under no name.
#[derive(Default)]
struct Times<'a> {
    started: BTreeMap<&'a str, u64>,
    ended: BTreeMap<&'a str, u64>,
    statements: BTreeMap<&'a str, usize>,
}

/// The steps of a suite in order.
pub(crate) fn steps(record: &Record, suite: &SuitePlan, result: &SuiteResult) -> Vec<Step> {
    let times = times(record, &suite.suite);
    let began = record.started_unix_ms().unwrap_or_default();
    let step = |slug: &str, phase: &str, status, notes: String| Step {
        name: step_name(slug),
        started_unix_ms: times.started.get(phase).copied(),
        ended_unix_ms: times.ended.get(phase).copied(),
        status,
        notes: match (times.started.get(phase), times.ended.get(phase)) {
            (_, Some(ended)) if *ended < began => format!("taken over from an earlier run; {notes}"),
            (Some(started), _) if *started < began => format!("applied in an earlier run, judged here; {notes}"),
            _ => notes,
        },
    };
    let mut steps = Vec::new();
    if times.ended.contains_key("") {
        let (status, notes) = match &result.baseline_failure {
            Some(failure) => ("FAILED (did not apply)", failure.to_string()),
            None => ("SUCCESS", "baseline and legacy rows in place".to_owned()),
        };
        steps.push(step("baseline", "", status, notes));
    }
    for (phase, result) in phases(suite, result) {
        let statements = times.statements.get(phase.phase.as_str()).copied().unwrap_or(0);
        steps.push(step(&phase.slug, &phase.phase, status(result), notes(&phase.title, statements, result)));
    }
    steps
}

fn times<'a>(record: &'a Record, wanted: &str) -> Times<'a> {
    let mut times = Times::default();
    for link in &record.links {
        let at = link.at_unix_ms;
        match &link.event {
            Event::SuiteStarted { suite } if suite == wanted => {
                times.started.insert("", at);
            }
            Event::BaselineApplied { suite, duration_us, .. } if suite == wanted => {
                times.ended.insert("", at);
                // One that was taken over began before this run.
                let started = times.started.entry("").or_insert(at);
                *started = (*started).min(at.saturating_sub(duration_us / 1000));
            }
            Event::BaselineFailed { suite, .. } if suite == wanted => {
                times.ended.insert("", at);
            }
            Event::PhaseStarted { suite, phase } if suite == wanted => {
                times.started.insert(phase, at);
            }
            Event::StatementApplied { suite, phase, .. } if suite == wanted => {
                *times.statements.entry(phase).or_default() += 1;
            }
            Event::PhaseFailed { suite, phase, .. } | Event::PhaseJudged { suite, phase, .. } if suite == wanted => {
                times.ended.insert(phase, at);
            }
            _ => {}
        }
    }
    times
}

/// `STEP_4_TENANTS_AUTH` for `4-tenants-auth`.
fn step_name(slug: &str) -> String {
    let letters = slug.chars().map(|letter| if letter.is_alphanumeric() { letter } else { '_' });
    format!("STEP_{}", letters.collect::<String>().to_uppercase())
}

fn status(result: &PhaseResult) -> &'static str {
    match result.verdict {
        Verdict::Passed | Verdict::NotApplicable => "SUCCESS",
        Verdict::NotRun => "NOT RUN",
        Verdict::Failed | Verdict::Error if result.failure.is_some() => "FAILED (did not apply)",
        Verdict::Failed | Verdict::Error => "FAILED (exit gates)",
    }
}

fn notes(title: &str, statements: usize, result: &PhaseResult) -> String {
    let gates = passed(result.gates.iter().map(|gate| gate.verdict));
    match (&result.failure, result.verdict) {
        (Some(failure), _) => failure.to_string(),
        (None, Verdict::NotRun) => title.to_owned(),
        (None, _) => format!("{title}; {}; gates {gates}", count(statements, "statement", "statements")),
    }
}

/// The rows of each table before the first phase.
pub(crate) fn legacy_rows<'a>(record: &'a Record, wanted: &str) -> Option<&'a BTreeMap<String, u64>> {
    record.events().find_map(|event| match event {
        Event::BaselineApplied { suite, rows, .. } if suite == wanted && !rows.is_empty() => Some(rows),
        _ => None,
    })
}

/// What the log shows of a check under a heading.
pub(crate) enum Shown<'a> {
    /// The rows that it saw.
    Rows(&'a Table),
    /// Why there are none, or where they lie.
    Words(String),
}

/// The headings that checks have in the log, each with those that stand below it, in the order of the suite: of checks after
/// several phases, those after the last in which one was tried.
pub(crate) fn headings<'r, 'a>(
    checks: impl IntoIterator<Item = &'r CheckRecord<'a>>,
) -> Vec<(&'a str, Vec<&'r CheckRecord<'a>>)>
where
    'a: 'r,
{
    let mut headings: Vec<(&str, Vec<&CheckRecord<'_>>)> = Vec::new();
    for check in checks {
        let Some(heading) = check.plan.log.as_deref() else { continue };
        let at = headings.iter().position(|(known, _)| *known == heading).unwrap_or_else(|| {
            headings.push((heading, Vec::new()));
            headings.len() - 1
        });
        let below = &mut headings[at].1;
        match below.first() {
            Some(first) if first.phase.phase == check.phase.phase => below.push(check),
            Some(_) if check.seen.is_none() => {}
            _ => *below = vec![check],
        }
    }
    headings
}

/// What the log shows of a check.
pub(crate) fn shown<'a>(check: &CheckRecord<'a>) -> Shown<'a> {
    let table = match check.seen {
        Some(Seen::Here(seen)) => match seen.as_ref() {
            Observation::Rows(seen) => seen.table.as_ref(),
            _ => None,
        },
        Some(Seen::Stored(digest)) => return Shown::Words(format!("in {OUTPUTS_FOLDER}/{digest}")),
        None => None,
    };
    let reason = check.result.reason.as_ref().map(|reason| format!(": {reason}")).unwrap_or_default();
    table.map_or_else(|| Shown::Words(format!("{}{reason}", check.result.verdict)), Shown::Rows)
}

/// How many violations a check found that looks for them; where that is no number of the events, its verdict.
pub(crate) fn violations(check: &CheckRecord<'_>) -> Option<String> {
    if !matches!(check.plan.expectation, Expectation::Violations(_)) {
        return None;
    }
    let seen = match check.seen {
        Some(Seen::Here(seen)) => Some(seen.as_ref()),
        _ => None,
    };
    Some(match (check.result.verdict, seen) {
        (Verdict::Passed, _) => "0".to_owned(),
        (_, Some(Observation::Violations(seen))) if seen.error.is_none() => seen.violations.rows.len().to_string(),
        (verdict, _) => verdict.to_string(),
    })
}
