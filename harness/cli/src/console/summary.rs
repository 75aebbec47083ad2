use phasegate_evidence::{Counts, Digest, RunResult, Verdict};

use super::{
    Paint, failures, notes, table,
    wrap::{beside, wrap},
};
use crate::report::{Record, count, duration, server_line};

/// What is known of a run beyond its folder.
#[derive(Debug, Default)]
pub(crate) struct Ending<'a> {
    /// The folder as the user would name it.
    pub(crate) folder: String,
    /// The digest of the whole folder.
    pub(crate) run_digest: Option<&'a Digest>,
    /// Where the database of a failed run was kept.
    pub(crate) kept: Option<&'a str>,
}

/// What a run came to, made from its folder.
pub(crate) fn summary(record: &Record, ending: &Ending<'_>, paint: Paint) -> String {
    let mut text = String::new();
    for (plan, result) in record.suites() {
        text.push_str(&format!("\n  {}\n", paint.strong(&plan.suite)));
        wrap(&plan.title, 96)
            .iter()
            .for_each(|line| text.push_str(&format!("  {line}\n")));
        text.push('\n');
        text.push_str(&table::phases(plan, result, paint));
        let checks = record.checks(plan, result);
        text.push_str(&failures::not_applied(record, result, paint));
        text.push_str(&failures::failed_checks(&checks, paint));
        text.push_str(&failures::not_judged(&checks, paint));
        text.push_str(&notes::findings(plan, result, paint));
        text.push_str(&notes::deviations(plan, paint));
    }
    text.push_str(&closing(record, ending, paint));
    text
}

fn closing(record: &Record, ending: &Ending<'_>, paint: Paint) -> String {
    let mut text = String::from("\n");
    for server in record.servers() {
        text.push_str(&beside(2, "server", 15, &server_line(server)));
    }
    text.push_str(&beside(2, "folder", 15, &ending.folder));
    text.push_str(&digests(
        Some(&record.result_digest),
        Some(&record.head),
        ending.run_digest,
    ));
    if let Some(kept) = ending.kept {
        text.push_str(&beside(2, "kept", 15, kept));
    }
    let verdict = if record.is_finished() {
        record.result.verdict
    } else {
        Verdict::NotRun
    };
    let word = if record.is_finished() {
        verdict.to_string()
    } else {
        "interrupted".to_owned()
    };
    text.push_str(&format!(
        "\n  {}: {}; {}\n",
        paint.verdict(verdict, &word),
        totals(&record.result),
        duration(record.elapsed_us())
    ));
    let next = match verdict {
        Verdict::Passed => "verify it",
        _ => "read all of it",
    };
    let command = match verdict {
        Verdict::Passed => format!("phasegate verify {}", ending.folder),
        _ => format!("phasegate report {} --to md", ending.folder),
    };
    text.push_str(&format!(
        "  {}\n",
        paint.faint(&format!("{next}: {command}"))
    ));
    text
}

/// The three digests of a run, each on its line.
pub(super) fn digests(
    result: Option<&Digest>,
    head: Option<&Digest>,
    run: Option<&Digest>,
) -> String {
    [
        ("result digest", result),
        ("head digest", head),
        ("run digest", run),
    ]
    .into_iter()
    .filter_map(|(name, digest)| digest.map(|digest| beside(2, name, 15, digest.as_str())))
    .collect()
}

/// Gates and checks that passed, of how many.
pub(super) fn totals(result: &RunResult) -> String {
    let totals = &result.totals;
    let mut text = format!(
        "{}, {}",
        of(&totals.gates, "gate"),
        of(&totals.checks, "check")
    );
    if totals.added.gates.total() > 0 {
        text.push_str(&format!(
            "; added: {}, {}",
            of(&totals.added.gates, "gate"),
            of(&totals.added.checks, "check")
        ));
    }
    text
}

fn of(counts: &Counts, one: &str) -> String {
    let all = count(
        usize::try_from(counts.total()).unwrap_or(usize::MAX),
        one,
        &format!("{one}s"),
    );
    match counts.not_applicable {
        0 => format!("{} of {all}", counts.passed),
        apart => format!("{} of {all} ({apart} not applicable)", counts.passed),
    }
}
