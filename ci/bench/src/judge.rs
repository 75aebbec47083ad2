//! The source's own checks of a suite, judged on one database.

use std::{collections::BTreeMap, path::Path, time::Instant};

use phasegate_engine::{
    catalog::Catalog,
    database::{Database, Host},
    gate::{Context, Facts, judge_check},
    lab::Lab,
    run::{PhaseState, judge_gates},
    suite::{self, Check, Phase, Suite},
};
use phasegate_evidence::{ServerFacts, Verdict};
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
    Ok(Phase { gates, ..last.clone() })
}

/// Judges them as a run does, from connecting to the last verdict; says how long that took and how many passed.
pub(crate) async fn timed(host: &Host, on: &Database, phase: &Phase, server: &ServerFacts) -> Result<Value, Failure> {
    let before = Catalog::default();
    let legacy = BTreeMap::new();
    let start = Instant::now();
    // A run knows the catalog since the phase was applied. Here it has to be read, for it is part of the work.
    let mut session = host.connect(on).await?;
    let after = session.catalog().await?;
    session.close().await?;
    let state = PhaseState { before: &before, after: &after, legacy: &legacy, server };
    let outcomes = judge_gates(host, on, phase, state).await?;
    let took = milliseconds(start);
    let checks_took: u128 = outcomes.iter().map(|outcome| outcome.took.as_micros()).sum();
    let failed: Vec<&str> = outcomes
        .iter()
        .filter(|outcome| outcome.judged.verdict != Verdict::Passed)
        .map(|outcome| outcome.check.id.as_str())
        .collect();
    Ok(json!({
        "ms": took,
        "checks": outcomes.len(),
        "checks_ms": checks_took as f64 / 1000.0,
        "failed": failed,
    }))
}

/// The parts of the same on one session: where the time goes.
pub(crate) async fn parts(host: &Host, on: &Database, phase: &Phase) -> Result<Value, Failure> {
    let start = Instant::now();
    let mut session = host.connect(on).await?;
    let connect = milliseconds(start);
    let start = Instant::now();
    let read = session.catalog().await?;
    let catalog = milliseconds(start);
    let checks: Vec<&Check> = phase.gates.iter().flat_map(|gate| &gate.checks).collect();
    let start = Instant::now();
    let expectations = checks.iter().map(|check| &check.expectation);
    let facts = Facts::of(&read, &mut session, expectations).await?;
    let normalise = milliseconds(start);
    let start = Instant::now();
    let context = Context { facts: Some(&facts), ..Context::default() };
    for check in checks {
        judge_check(&mut session, check, context).await?;
    }
    let judge = milliseconds(start);
    session.close().await?;
    Ok(json!({
        "connect_ms": connect,
        "catalog_ms": catalog,
        "normalise_ms": normalise,
        "checks_ms": judge,
    }))
}

/// The same as a process of its own, with nothing read or started before.
pub(crate) async fn process(suites: &str, name: &str, url: &str, database: &str) -> Result<(), Failure> {
    let start = Instant::now();
    let suite = load(suites, name)?;
    let load_ms = milliseconds(start);
    let server = phasegate_server::external(url).start().await?;
    let phase = all_gates(&suite)?;
    let lab = Lab::new(suite, Some(&server), "phasegate_judge")?;
    let on = Database(database.to_owned());
    let mut judged = timed(lab.host(), &on, &phase, lab.facts()).await?;
    lab.close().await?;
    judged["load_ms"] = json!(load_ms);
    println!("{judged}");
    Ok(())
}

pub(crate) fn milliseconds(start: Instant) -> f64 {
    start.elapsed().as_secs_f64() * 1000.0
}
