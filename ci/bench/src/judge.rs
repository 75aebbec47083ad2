//! The source's own checks of a suite, judged on one database.

use std::{path::Path, time::Instant};

use phasegate_database::Database;
use phasegate_engine::{
    Events, Limits, States, judge_gates_on,
    suite::{self, Phase, Suite},
};
use phasegate_evidence::{Event, Verdict};
use serde_json::{Value, json};

use crate::failure::Failure;

/// The suite of this name.
pub(crate) fn load(suites: &str, name: &str) -> Result<Suite, Failure> {
    suite::load(Path::new(suites), &[name.to_owned()])?
        .pop()
        .ok_or_else(|| Failure::new(format!("there is no suite {name}")))
}

/// Every gate of the source in one phase, so that all of them are judged on one state.
pub(crate) fn all_gates(suite: &Suite) -> Result<Phase, Failure> {
    let gates = suite.phases.iter().flat_map(|phase| &phase.gates);
    let gates = gates.filter(|gate| !gate.added).cloned().collect();
    let last = suite.phases.last();
    let last = last.ok_or_else(|| Failure::new("the suite has no phase"))?;
    let mut phase = last.clone();
    phase.gates = gates;
    Ok(phase)
}

/// Judges them as a run does, from connecting to the last verdict; says how long that took and how many passed.
pub(crate) async fn timed(states: &States, on: &Database, phase: &Phase) -> Result<Value, Failure> {
    let (mut checks, mut checks_us, mut failed) = (0, 0, Vec::new());
    let mut listener = |event: &Event| {
        if let Event::CheckJudged { check, verdict, duration_us, .. } = event {
            checks += 1;
            checks_us += duration_us;
            if *verdict != Verdict::Passed {
                failed.push(check.clone());
            }
        }
    };
    let start = Instant::now();
    judge_gates_on(states, on, phase, &mut Events::unrecorded(&mut listener)).await?;
    let took = milliseconds(start);
    Ok(json!({ "ms": took, "checks": checks, "checks_ms": checks_us as f64 / 1000.0, "failed": failed }))
}

/// The parts of the same: where the time goes.
pub(crate) async fn parts(states: &States, on: &Database, phase: &Phase) -> Result<Value, Failure> {
    let start = Instant::now();
    let mut session = states.host().connect(on).await?;
    let connect_ms = milliseconds(start);
    let start = Instant::now();
    session.catalog().await?;
    let catalog_ms = milliseconds(start);
    session.close().await?;
    let judged = timed(states, on, phase).await?;
    Ok(json!({ "connect_ms": connect_ms, "catalog_ms": catalog_ms, "checks_ms": judged["checks_ms"] }))
}

/// The same as a process of its own, with nothing read or started before.
pub(crate) async fn process(suites: &str, name: &str, url: &str, database: &str) -> Result<(), Failure> {
    let start = Instant::now();
    let suite = load(suites, name)?;
    let load_ms = milliseconds(start);
    let server = phasegate_server::external(url).start().await?;
    let phase = all_gates(&suite)?;
    let states = States::kept(&suite, Some(&server), "judge", Limits::default())?;
    let on = Database(database.to_owned());
    let mut judged = timed(&states, &on, &phase).await?;
    states.close().await?;
    judged["load_ms"] = json!(load_ms);
    println!("{judged}");
    Ok(())
}

pub(crate) fn milliseconds(start: Instant) -> f64 {
    start.elapsed().as_secs_f64() * 1000.0
}
