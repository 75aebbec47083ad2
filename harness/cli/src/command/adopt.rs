//! `phasegate adopt`.

use std::io::{self, IsTerminal as _, Write as _};

use phasegate_adoption::adopt::{AdoptError, Proposal, propose};
use phasegate_evidence::RunFolder;
use serde::Serialize;

use super::{print_json::print_json, verify::verified};
use crate::{
    args::{AdoptArgs, Format, Global, display_path, program_name},
    console,
    exit::{Exit, Failure},
};

#[derive(Serialize)]
struct Answer<'a> {
    run: &'a str,
    /// Whether the files were written, rather than only shown.
    written: bool,
    adopted: Vec<Line<'a>>,
    left: Vec<Line<'a>>,
    files: Vec<File>,
}

#[derive(Serialize)]
struct Line<'a> {
    suite: &'a str,
    check: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    why: Option<&'a str>,
}

#[derive(Serialize)]
struct File {
    file: String,
    diff: String,
}

/// Shows what a run observed in the checks that ask for it or failed, and writes it into them once somebody has said so.
pub(super) fn adopt(global: &Global, asked: &AdoptArgs) -> Result<Exit, Failure> {
    let path = global.run(&asked.run);
    let folder = RunFolder::open(&path)?;
    let run = display_path(&path);
    let proposal = propose(&folder, &verified(&folder)?, &global.suites()?, &asked.checks);
    let proposal = proposal.map_err(|error| refused(&run, &error))?;
    let shows = global.format == Format::Human;
    if shows {
        console::print(&diff(&proposal))?;
    }
    for left in &proposal.left {
        console::note(&format!("left as it is: check {} {}", left.check, left.why));
    }
    let is_written = !proposal.files.is_empty() && (asked.yes || (shows && agrees(&proposal)?));
    if is_written {
        proposal.write().map_err(|error| refused(&run, &error))?;
    }
    match global.format {
        Format::Json => print_json(&answer(&proposal, &run, is_written))?,
        Format::Human => console::print(&closing(&proposal, is_written))?,
    }
    let is_done = proposal.left.is_empty() && (is_written || proposal.adopted.is_empty());
    Ok(if is_done { Exit::Passed } else { Exit::GateFailed })
}

fn refused(run: &str, error: &AdoptError) -> Failure {
    let program = program_name();
    match error {
        AdoptError::Unverified => {
            let what = format!("nothing is adopted from {run}: {error}; `{program} verify {run}` says why");
            Failure::new(Exit::Unverified, what)
        }
        error => Failure::usage(format!("nothing is adopted from {run}: {error}")),
    }
}

fn diff(proposal: &Proposal) -> String {
    proposal.files.iter().map(|changed| changed.diff(&display_path(&changed.path))).collect()
}

/// Asks on a terminal. Where there is none, nobody agrees.
fn agrees(proposal: &Proposal) -> Result<bool, Failure> {
    if !io::stdin().is_terminal() || !io::stderr().is_terminal() {
        return Ok(false);
    }
    let unasked = |error: io::Error| Failure::usage(format!("failed to ask: {error}"));
    let checks = proposal.adopted.len();
    write!(io::stderr(), "\nIs this what the migration is to do, and shall it be written into {checks} checks? [y/N] ")
        .map_err(unasked)?;
    let mut answer = String::new();
    io::stdin().read_line(&mut answer).map_err(unasked)?;
    Ok(matches!(answer.trim(), "y" | "Y" | "yes"))
}

fn closing(proposal: &Proposal, is_written: bool) -> String {
    let ids: Vec<&str> = proposal.adopted.iter().map(|adopted| adopted.check.as_str()).collect();
    let checks = ids.join(", ");
    match (ids.as_slice(), is_written) {
        ([], _) => "nothing to adopt\n".to_owned(),
        (_, true) => format!("adopted: {checks}; run them: {} run {}\n", program_name(), suites(proposal)),
        (_, false) => format!("not written: {checks}; --yes writes what is shown\n"),
    }
}

fn suites(proposal: &Proposal) -> String {
    let mut suites: Vec<&str> = proposal.adopted.iter().map(|adopted| adopted.suite.as_str()).collect();
    suites.dedup();
    suites.join(" ")
}

fn answer<'a>(proposal: &'a Proposal, run: &'a str, written: bool) -> Answer<'a> {
    let adopted = proposal.adopted.iter().map(|of| Line { suite: &of.suite, check: &of.check, why: None });
    let left = proposal.left.iter().map(|of| Line { suite: &of.suite, check: &of.check, why: Some(&of.why) });
    let files = proposal.files.iter().map(|changed| {
        let file = display_path(&changed.path);
        File { diff: changed.diff(&file), file }
    });
    Answer { run, written, adopted: adopted.collect(), left: left.collect(), files: files.collect() }
}
