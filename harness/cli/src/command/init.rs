//! `phasegate init`.

use std::fmt::Write as _;

use phasegate_adoption::init::{
    Ci, Hints, InitError, Job, Migrations, Remark, Written, find, ignore_runs, job, write as write_suite,
};
use phasegate_database::Kind;
use phasegate_engine::RunError;
use phasegate_report::count;
use serde::Serialize;

use super::{conclude, interrupt::interrupts, print_json::print_json, runtime::block_on};
use crate::{
    args::{CiKind, Format, Global, InitArgs, program_name},
    console,
    exit::{Exit, Failure},
};

/// What `init --format json` prints.
#[derive(Serialize)]
struct Initiated<'a> {
    tool: &'a str,
    because: &'a str,
    kind: &'a str,
    server: &'a str,
    phases: Vec<Phase<'a>>,
    seen: usize,
    stopped: Option<String>,
    written: &'a [String],
    remarks: Vec<Said<'a>>,
}

#[derive(Serialize)]
struct Phase<'a> {
    phase: String,
    revision: &'a str,
    title: &'a str,
}

#[derive(Serialize)]
struct Said<'a> {
    phase: Option<String>,
    remark: &'a str,
}

/// Writes a suite for the migrations of a project, and says what was found and why.
pub(super) fn init(global: &Global, asked: &InitArgs) -> Result<Exit, Failure> {
    let root = asked.project.as_path();
    let hints = Hints {
        tool: asked.tool.as_deref(),
        kind: asked.kind.as_deref().map(kind).transpose()?,
        baseline: asked.baseline.as_deref(),
    };
    let migrations = find(root, hints).map_err(failure)?;
    if global.format == Format::Human {
        console::print(&found(&migrations))?;
    }
    let mut notice = |line: &str| console::note(line);
    let server = asked.server.request();
    let mut written = block_on(write_suite(root, &migrations, server, &mut notice, interrupts()?))?.map_err(failure)?;
    written.files.extend(ignore_runs(root).map_err(failure)?);
    if let Some(ci) = asked.ci {
        let ci = match ci {
            CiKind::Github => Ci::Github,
            CiKind::Gitlab => Ci::Gitlab,
        };
        match job(root, ci, &migrations).map_err(failure)? {
            Job::Written(file) => written.files.push(file),
            Job::ToAdd(file, job) => {
                let text = format!("{} is there already; add this job to it:\n\n{job}", file.display());
                written.remarks.push(Remark { phase: None, text });
            }
        }
    }
    match global.format {
        Format::Human => {
            console::print(&format!("{}next   {} run\n", story(&migrations, &written), program_name()))?;
        }
        Format::Json => print_json(&initiated(&migrations, &written))?,
    }
    Ok(Exit::Passed)
}

fn kind(named: &str) -> Result<Kind, Failure> {
    Kind::named(named).ok_or_else(|| {
        let known = Kind::ALL.map(|kind| kind.capabilities().name).join(" or ");
        Failure::usage(format!("no kind of database `{named}`; there is {known}"))
    })
}

pub(super) fn failure(error: InitError) -> Failure {
    match error {
        InitError::Run(error @ RunError::Usage(_)) => Failure::usage(error),
        InitError::Run(error) => conclude::failure(error, None),
        error => Failure::usage(error),
    }
}

/// What was found, and what told it.
pub(super) fn found(migrations: &Migrations) -> String {
    let (kind, why) = &migrations.kind;
    let mut text = format!("found  {}: {}\n", migrations.tool, migrations.because);
    let timescaledb = if migrations.timescaledb { " with TimescaleDB" } else { "" };
    let _ = writeln!(text, "       for {}{timescaledb}: {why}", kind.capabilities().name);
    let baseline = match (migrations.baseline.as_slice(), migrations.history.as_slice()) {
        ([], []) => {
            "the baseline is an empty database: no baseline.sql, legacy.sql or seed.sql lies beside them".to_owned()
        }
        (files, []) => format!("the baseline is {}", files.join(", ")),
        (files, [history @ .., last]) => {
            let files: String = files.iter().map(|file| format!("{file}, then ")).collect();
            format!("the baseline is {files}the {} migrations up to {}", history.len() + 1, last.revision)
        }
    };
    let _ = writeln!(text, "       {baseline}");
    text
}

/// What was seen and written, and what the reader should look at.
pub(super) fn story(migrations: &Migrations, written: &Written) -> String {
    let phases = count(migrations.steps.len(), "phase", "phases");
    let applies = if migrations.steps.len() == 1 { "applies" } else { "apply" };
    let mut text = format!("saw    {} of {phases} {applies}, on {}\n", written.seen, written.server);
    if let Some(failure) = &written.stopped {
        let _ = writeln!(text, "       the next one does not: {failure}");
    }
    let gates = written.files.iter().filter(|file| file.contains("/gates/")).count();
    let others = written.files.iter().filter(|file| !file.contains("/gates/"));
    let _ = writeln!(text, "wrote  {} in phasegate/gates", count(gates, "gate", "gates"));
    others.for_each(|file| {
        let _ = writeln!(text, "       {file}");
    });
    let _ = writeln!(text, "read   what stands in `changes` is what was seen, and not what was meant: read each");
    for Remark { phase, text: remark } in &written.remarks {
        let _ = match phase {
            Some(phase) => writeln!(text, "       phase {phase} {remark}"),
            None => writeln!(text, "       {remark}"),
        };
    }
    text
}

fn initiated<'a>(migrations: &'a Migrations, written: &'a Written) -> Initiated<'a> {
    let phase = |(index, step): (usize, &'a phasegate_adoption::init::Step)| Phase {
        phase: (index + 1).to_string(),
        revision: &step.revision,
        title: &step.title,
    };
    let said = |remark: &'a Remark| Said { phase: remark.phase.map(|phase| phase.to_string()), remark: &remark.text };
    Initiated {
        tool: migrations.tool,
        because: &migrations.because,
        kind: migrations.kind.0.capabilities().name,
        server: &written.server,
        phases: migrations.steps.iter().enumerate().map(phase).collect(),
        seen: written.seen,
        stopped: written.stopped.as_ref().map(ToString::to_string),
        written: &written.files,
        remarks: written.remarks.iter().map(said).collect(),
    }
}
