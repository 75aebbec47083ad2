//! The gates of a phase, judged on a clone of the state after it.

use std::{
    collections::BTreeMap,
    time::{Duration, Instant},
};

use phasegate_evidence::ServerFacts;

use super::RunError;
use crate::{
    catalog::Catalog,
    database::{Database, Host},
    gate::{Context, Expectation, Facts, Judged, Observation, judge_check},
    legacy::LegacyRows,
    suite::{Check, Gate, Phase},
};

/// What is known of the state before a phase.
#[derive(Debug, Clone, Copy)]
pub struct PhaseState<'a> {
    /// The catalog before it.
    pub before: &'a Catalog,
    /// The catalog after it, as read when it had been applied.
    pub after: &'a Catalog,
    /// The rows before it, for each check of kind `unchanged`.
    pub legacy: &'a BTreeMap<String, LegacyRows>,
    /// The server.
    pub server: &'a ServerFacts,
}

/// What a check came to.
#[derive(Debug)]
pub struct CheckOutcome<'a> {
    /// Its gate.
    pub gate: &'a Gate,
    /// The check.
    pub check: &'a Check,
    /// What was seen.
    pub seen: Observation,
    /// What that comes to.
    pub judged: Judged,
    /// How long it took.
    pub took: Duration,
}

impl<'a> CheckOutcome<'a> {
    pub(super) fn new(gate: &'a Gate, check: &'a Check, seen: Observation, judged: Judged, took: Duration) -> Self {
        Self { gate, check, seen, judged, took }
    }
}

/// How many checks make a further session worth its clone.
const CHECKS_PER_SESSION: usize = 200;
/// How many sessions judge at once at the most.
const SESSIONS_MAX: usize = 4;

/// Judges every gate of a phase but its proofs of rollback, which need databases of their own. Each session has a clone
/// of its own, so that no check waits for a lock of another; what a check writes is rolled back.
///
/// # Errors
/// When the server fails.
pub async fn judge_gates<'a>(
    host: &Host,
    on: &Database,
    phase: &'a Phase,
    state: PhaseState<'_>,
) -> Result<Vec<CheckOutcome<'a>>, RunError> {
    let checks: Vec<(&Gate, &Check)> = phase
        .gates
        .iter()
        .flat_map(|gate| gate.checks.iter().map(move |check| (gate, check)))
        .filter(|(_, check)| !matches!(check.expectation, Expectation::Rollback(_)))
        .collect();
    let sessions = checks.len().div_ceil(CHECKS_PER_SESSION).clamp(1, SESSIONS_MAX);
    let share = checks.len().div_ceil(sessions).max(1);
    let mut databases = vec![on.clone()];
    for _ in 1..sessions {
        databases.push(host.clone_of(on).await?);
    }
    let mut tasks = Vec::new();
    for (database, share) in databases.into_iter().zip(checks.chunks(share)) {
        tasks.push(judge_share(host, database, share, state));
    }
    let mut outcomes = Vec::new();
    for judged in futures_util::future::join_all(tasks).await {
        outcomes.extend(judged?);
    }
    Ok(outcomes)
}

async fn judge_share<'a>(
    host: &Host,
    database: Database,
    checks: &[(&'a Gate, &'a Check)],
    state: PhaseState<'_>,
) -> Result<Vec<CheckOutcome<'a>>, RunError> {
    let mut session = host.connect(&database).await?;
    let expectations = checks.iter().map(|(_, check)| &check.expectation);
    let facts = Facts::of(state.after, &mut session, expectations).await?;
    let mut outcomes = Vec::with_capacity(checks.len());
    for (gate, check) in checks {
        let context = Context {
            before: Some(state.before),
            facts: Some(&facts),
            legacy: state.legacy.get(&check.id),
            server: Some(state.server),
        };
        let start = Instant::now();
        let (seen, judged) = judge_check(&mut session, check, context).await?;
        outcomes.push(CheckOutcome::new(gate, check, seen, judged, start.elapsed()));
    }
    session.close().await?;
    Ok(outcomes)
}
