//! `phasegate run`.

use std::sync::Mutex;

use phasegate_engine::{self as engine, Request, Resume, plan::plan, suite::load};
use phasegate_evidence::{Event, judge::Judging};

use super::{
    attest::attesting,
    conclude::{conclude, lock},
    interrupt::interrupts,
    junit::made_ready,
    require_signed::requires_signed,
    resume::resume,
    runtime::block_on,
};
use crate::{
    args::{Global, RunArgs},
    console::Progress,
    exit::{Exit, Failure},
};

/// Runs suites, writes the reports into the run folder, and prints what came of it.
pub(super) fn run(global: &Global, asked: &RunArgs) -> Result<Exit, Failure> {
    let attesting = attesting(&asked.attest)?;
    let junit = made_ready(&asked.junit)?;
    let server = asked.server.request();
    let resume = asked.resume.as_deref().map(|named| resume(global, named, &server)).transpose()?;
    let of_run = resume.iter().flat_map(Resume::suites).map(str::to_owned).collect();
    let names = if asked.names.is_empty() { of_run } else { asked.names.clone() };
    let suites = load(&global.suites()?, &names).map_err(Failure::usage)?;
    let plan = plan(&suites, Judging::Run);
    let after = match (&asked.require_signed, &asked.trusted_keys) {
        (Some(signed), Some(keys)) => Some(requires_signed(&global.run(signed), keys, (&suites, &plan))?),
        _ => None,
    };
    let progress = Mutex::new(Progress::of(&plan));
    let limits = asked.limits.limits();
    let keep_going = asked.keep_going;
    let request =
        Request { suites, server, runs: global.runs(), limits, keep_going, keep: asked.keep.when(), after, resume };
    let mut listener = |event: &Event| lock(&progress).event(event);
    let mut notice = |line: &str| lock(&progress).notice(line);
    let finished = block_on(engine::run(request, &mut listener, &mut notice, interrupts()?))?;
    conclude(global, &progress, finished, attesting.as_ref(), junit)
}
