//! `phasegate prove`.

use std::sync::Mutex;

use phasegate_engine::{self as engine, ProveRequest, plan::plan, suite::load};
use phasegate_evidence::{Event, judge::Judging};

use super::{
    attest::attesting,
    conclude::{conclude, lock},
    interrupt::interrupts,
    junit::made_ready,
    runtime::block_on,
};
use crate::{
    args::{Global, ProveArgs},
    console::Progress,
    exit::{Exit, Failure},
};

/// Runs a suite, tries every defect and plays every scenario of it, and records it as a run does.
pub(super) fn prove(global: &Global, asked: &ProveArgs) -> Result<Exit, Failure> {
    let attesting = attesting(&asked.attest)?;
    let junit = made_ready(&asked.junit)?;
    let suites = load(&global.suites()?, std::slice::from_ref(&asked.suite)).map_err(Failure::usage)?;
    let plan = plan(&suites, Judging::Prove);
    let progress = Mutex::new(Progress::of(&plan));
    let suite = suites.into_iter().next().ok_or_else(|| Failure::usage(format!("no suite `{}`", asked.suite)))?;
    let limits = asked.limits.limits();
    let request =
        ProveRequest { suite, server: asked.server.request(), runs: global.runs(), limits, keep: asked.keep.when() };
    let mut listener = |event: &Event| lock(&progress).event(event);
    let mut notice = |line: &str| lock(&progress).notice(line);
    let finished = block_on(engine::prove(request, &mut listener, &mut notice, interrupts()?))?;
    conclude(global, &progress, finished, attesting.as_ref(), junit)
}
