//! `phasegate check`.

use std::sync::Mutex;

use phasegate_engine::{self as engine, CheckRequest, Limits, RunError, plan::plan, suite::load};
use phasegate_evidence::{Event, judge::Judging};

use super::{
    attest::attesting,
    conclude::{conclude, lock},
    interrupt::interrupts,
    junit::made_ready,
    runtime::block_on,
};
use crate::{
    args::{CheckArgs, Global},
    console::Progress,
    exit::{Exit, Failure},
};

/// Judges the gates of a suite on a database that exists, and records it as a run does.
pub(super) fn check(global: &Global, asked: &CheckArgs) -> Result<Exit, Failure> {
    let attesting = attesting(&asked.attest)?;
    let junit = made_ready(&asked.junit)?;
    let mut suites = load(&global.suites()?, std::slice::from_ref(&asked.suite)).map_err(Failure::usage)?;
    if let Some(variant) = &asked.variant {
        suites.iter_mut().try_for_each(|suite| suite.become_variant(variant)).map_err(Failure::usage)?;
    }
    let plan = plan(&suites, Judging::Check);
    let progress = Mutex::new(Progress::of(&plan));
    let mut listener = |event: &Event| lock(&progress).event(event);
    let mut cancel = interrupts()?;
    let mut finished = Err(RunError::Usage(format!("no suite `{}`", asked.suite)));
    for suite in suites {
        let request = CheckRequest {
            suite,
            database_url: asked.database_url.clone(),
            through: asked.through.clone(),
            read_only: asked.read_only,
            runs: global.runs(),
            limits: Limits { lock: asked.lock_timeout, ..asked.limits.limits() },
        };
        finished = block_on(async {
            tokio::select! {
                biased;
                // The connection closes, and with it goes whatever a check has written.
                Ok(_) = cancel.wait_for(|cancelled| *cancelled) => Err(RunError::Interrupted),
                finished = engine::check(request, &mut listener) => finished,
            }
        })?;
    }
    conclude(global, &progress, finished, attesting.as_ref(), junit)
}
