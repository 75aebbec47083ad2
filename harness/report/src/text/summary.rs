use phasegate_evidence::{Counts, Digest, PAGE_FILE, RunResult, Verdict, judge::Judging};

use super::{
    failures, notes,
    style::{faint, of_verdict, strong},
    table, tried,
    wrap::{LABEL_WIDTH, labelled, wrap},
};
use crate::{
    count::count,
    duration::duration,
    record::{GATES_ALONE, Record},
    server::server_line,
    visible::one_line,
};

/// What the summary says of a run beyond its folder.
#[derive(Debug, Default)]
pub struct Context<'a> {
    /// The folder as the user would name it.
    pub folder: String,
    /// The command as the user would type it.
    pub command: &'a str,
    /// The digest of the whole folder.
    pub run_digest: Option<&'a Digest>,
    /// Where the database of a failed run was kept.
    pub kept: Option<&'a str>,
}

/// What a run came to, made from its folder, styled by ANSI escapes.
pub fn summary(record: &Record, context: &Context<'_>) -> String {
    let mut text = String::new();
    for (plan, result) in record.suites() {
        text.push_str(&format!("\n  {}\n", strong(&plan.suite)));
        text.push_str(&wrap(&one_line(&plan.title), "  ", "  "));
        if record.is_gates_alone() {
            text.push_str(&format!("  {}\n", strong(GATES_ALONE)));
        }
        let said = [record.resumed(plan), record.kept_going(result)];
        for words in said.iter().flatten() {
            text.push_str(&wrap(&one_line(words), "  ", "  "));
        }
        text.push('\n');
        text.push_str(&table::phases(plan, result));
        text.push_str(&tried::tried(record.plan.judging, plan, result));
        text.push_str(&notes::findings(plan, result));
        text.push_str(&notes::deviations(plan));
        let checks = record.checks(plan, result);
        text.push_str(&failures::not_applicable(&checks));
        text.push_str(&failures::not_run(&checks));
        text.push_str(&failures::stopped(result));
        text.push_str(&failures::not_applied(record, result));
        let adopt = format!("{} adopt {}", context.command, context.folder);
        let adopt = (!record.is_gates_alone()).then_some(adopt.as_str());
        text.push_str(&failures::failed_checks(record, &checks, adopt));
    }
    text.push_str(&closing(record, context));
    text
}

fn closing(record: &Record, context: &Context<'_>) -> String {
    let mut text = String::from("\n");
    for server in record.servers() {
        text.push_str(&labelled(2, "server", LABEL_WIDTH, &server_line(server)));
    }
    if let Some(after) = record.precedent() {
        let approvals: Vec<String> = after.approvals.iter().map(ToString::to_string).collect();
        let words = format!("{}, approved by {}", after.run, approvals.join("; "));
        text.push_str(&labelled(2, "began after", LABEL_WIDTH, &one_line(&words)));
    }
    text.push_str(&labelled(2, "took", LABEL_WIDTH, &duration(record.elapsed_us())));
    text.push_str(&labelled(2, "folder", LABEL_WIDTH, &context.folder));
    if record.folder.path().join(PAGE_FILE).is_file() {
        text.push_str(&labelled(2, "page", LABEL_WIDTH, &format!("{}/{PAGE_FILE}", context.folder)));
    }
    text.push_str(&digests(Some(&record.result_digest), Some(&record.head), context.run_digest));
    text.push_str(&kept(context.kept));
    let verdict = if record.is_finished() { record.result.verdict } else { Verdict::NotRun };
    let word = if record.is_finished() { verdict.to_string() } else { "interrupted".to_owned() };
    let totals = totals(&record.result).join("\n  ");
    text.push_str(&format!("\n  {}: {totals}\n", of_verdict(verdict, &word)));
    let next = match verdict {
        Verdict::Passed => format!("verify it: {} verify {}", context.command, context.folder),
        _ => format!("read all of it: {} report {} --to md", context.command, context.folder),
    };
    text.push_str(&format!("  {}\n", faint(&next)));
    let goes_on = record.plan.judging == Judging::Run && !record.plan.keep_going;
    if context.kept.is_some() && goes_on && verdict != Verdict::Passed {
        let (command, folder) = (context.command, &context.folder);
        let on = format!("once mended, go on: {command} run --resume {folder} --database-url <the database above>");
        text.push_str(&format!("  {}\n", faint(&on)));
    }
    text
}

/// Where the databases of a failed run were kept. Commands are not wrapped, so that they can be copied.
fn kept(kept: Option<&str>) -> String {
    let Some(kept) = kept else {
        return String::new();
    };
    let lines = kept.lines().flat_map(|line| line.split("; ")).map(|line| format!("    {line}\n"));
    format!("\n  {}\n\n{}", strong("kept, to look at"), lines.collect::<String>())
}

/// The three digests of a run, each on its line.
pub(super) fn digests(result: Option<&Digest>, head: Option<&Digest>, run: Option<&Digest>) -> String {
    [("result digest", result), ("head digest", head), ("run digest", run)]
        .into_iter()
        .filter_map(|(name, digest)| digest.map(|digest| labelled(2, name, LABEL_WIDTH, digest.as_str())))
        .collect()
}

/// Gates and checks that passed, of how many; those beyond the source in a line of their own.
pub(super) fn totals(result: &RunResult) -> Vec<String> {
    let totals = &result.totals;
    let line = |gates, checks| format!("{} and {} passed", of(gates, "gate"), of(checks, "check"));
    let mut lines = vec![line(&totals.gates, &totals.checks)];
    if totals.added.gates.total() > 0 {
        lines.push(format!("added: {}", line(&totals.added.gates, &totals.added.checks)));
    }
    lines
}

fn of(counts: &Counts, one: &str) -> String {
    let all = count(usize::try_from(counts.total()).unwrap_or(usize::MAX), one, &format!("{one}s"));
    match counts.not_applicable {
        0 => format!("{} of {all}", counts.passed),
        apart => format!("{} of {all} ({apart} not applicable)", counts.passed),
    }
}
