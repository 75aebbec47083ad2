//! `phasegate run`.

use std::sync::Mutex;

use phasegate_engine::{
    plan::plan,
    run::{self, Request},
    suite::load,
};
use phasegate_evidence::Event;

use super::{
    conclude::{conclude, lock},
    interrupt::interrupts,
    report::unwritable,
    runtime::runtime,
};
use crate::{
    args::{Global, RunArgs},
    console::Progress,
    exit::{Exit, Failure},
};

/// Runs suites, writes the reports into the run folder, and prints what came of it.
pub(super) fn run(global: &Global, asked: &RunArgs) -> Result<Exit, Failure> {
    let runtime = runtime()?;
    // Before anything else, so that an early Ctrl-C is not lost.
    let cancel = interrupts(&runtime);
    let suites = load(&global.suites()?, &asked.names).map_err(Failure::usage)?;
    let plan = plan(&suites).map_err(|error| unwritable(&error))?;
    let progress = Mutex::new(Progress::of(&plan));
    let request = Request { suites, server: asked.server.request(), runs: global.runs(), run: None };
    let mut listener = |event: &Event| lock(&progress).event(event);
    let mut notice = |line: &str| lock(&progress).notice(line);
    let outcome = runtime.block_on(run::run(request, &mut listener, &mut notice, cancel));
    conclude(global, &progress, outcome)
}
