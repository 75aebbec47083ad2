//! Gates judged by themselves: one on the state after its phase, or all of a phase on a database.

use std::collections::BTreeMap;

use phasegate_database::{Database, Error};
use phasegate_evidence::judge::{Check, Judging};

use crate::{
    RunError,
    drive::{AfterFailure, Drive, Findings},
    events::Events,
    gates::{Setting, judge_on_clones},
    happened::{Log, Planned},
    migration::Migration,
    states::States,
    stop::Stop,
    suite::{Gate, Phase},
};

/// Judges one gate of the phase `index`; the phases before it are passed through.
///
/// # Errors
/// When the evidence cannot be written. A gate that fails is no error: the events say so.
pub async fn judge_gate(states: &States, index: usize, gate: &Gate, events: &mut Events<'_>) -> Result<(), RunError> {
    let migration = Migration::of(states.suite());
    let alone = std::slice::from_ref(gate);
    let none: &[Gate] = &[];
    let phases = states.suite().phases.iter().take(index + 1).enumerate();
    let drive = Drive {
        states,
        migration: &migration,
        resumed: None,
        existing: None,
        phases: phases.map(|(at, phase)| (phase, if at == index { alone } else { none })).collect(),
        judging: Judging::Run,
        after_failure: AfterFailure::Stop,
        findings: Findings::Left,
        events,
    };
    drive.go().await.map(drop)
}

/// Judges the gates of a phase on a database, and on clones of it where there are many checks, as a run does after the
/// phase. There is no state before it to compare with.
///
/// # Errors
/// When the evidence cannot be written, or the server fails.
pub async fn judge_gates_on(
    states: &States,
    on: &Database,
    phase: &Phase,
    events: &mut Events<'_>,
) -> Result<(), RunError> {
    // A run knows the catalog since the phase was applied; here it has to be read.
    let mut session = states.host().connect(on).await?;
    let after = session.catalog().await?;
    let checks = phase.gates.iter().flat_map(|gate| gate.checks.iter().map(move |check: &Check| (gate, check)));
    let checks: Vec<Planned<'_>> = checks.collect();
    let setting = Setting {
        host: states.host(),
        server: states.server(),
        judging: Judging::Run,
        limits: states.limits(),
        before: None,
        after: &after,
        books: states.suite().books(),
        rows: &BTreeMap::new(),
    };
    let log = Log::new(events, &states.suite().name, phase);
    match judge_on_clones(setting, on, Some(session), &checks, &log).await {
        Err(Stop::Run(error)) => Err(error),
        Err(Stop::Broke(reason)) => Err(Error::mistake(reason.to_string()).into()),
        Ok(()) => Ok(()),
    }
}
