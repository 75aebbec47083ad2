//! Findings: what the contract does not demand but a validator must know, shown by its steps after a phase.

use phasegate_database::{Database, Session};
use phasegate_evidence::judge::{Judged, names_sessions};

use crate::{
    RunError,
    happened::{Log, Shown},
    migration::Migration,
    observe::{MarkedSession, Marks, try_steps, try_steps_apart},
    states::States,
    stop::Stop,
    suite::{Finding, Phase},
};

/// Shows a finding on the state after its phase.
///
/// # Errors
/// When the suite has no such phase, its phases do not apply, or the server fails. What is not confirmed is no error.
pub async fn show_finding(states: &States, finding: &Finding) -> Result<Judged, RunError> {
    let Some((index, _)) = states.suite().phase(&finding.phase) else {
        return Err(RunError::Usage(format!("finding {} names a phase that is not there", finding.id)));
    };
    let state = states.after(&Migration::of(states.suite()), index + 1).await?;
    let seen = try_steps_apart(states.host(), &state.database, states.limits(), &finding.steps).await?;
    Ok(Shown::of(finding, seen).judged)
}

/// Whether a finding that is shown after this phase commits what it does.
pub(crate) fn findings_commit(states: &States, phase: &Phase) -> bool {
    findings_after(states, phase).any(|finding| names_sessions(&finding.steps))
}

fn findings_after<'s>(states: &'s States, phase: &'s Phase) -> impl Iterator<Item = &'s Finding> {
    states.suite().findings.iter().filter(|finding| finding.phase == phase.id)
}

/// Tries the findings that are shown after this phase, on a clone of the state after it. Those whose steps commit go first,
/// while nobody is connected to it, each on a clone that is dropped after it.
pub(crate) async fn try_findings(states: &States, phase: &Phase, on: &Database, log: &Log<'_, '_>) -> Result<(), Stop> {
    if findings_after(states, phase).next().is_none() {
        return Ok(());
    }
    if findings_commit(states, phase) {
        states.host().alone(on).await?;
    }
    try_findings_apart(states, phase, on, log).await?;
    if log.is_broken() {
        return Ok(());
    }
    let mut session = states.host().connect(on).await?;
    let mut marked = MarkedSession::default();
    marked.look_for_functions(&mut session).await?;
    try_findings_with(states, phase, (&mut session, &mut marked), on, log).await?;
    marked.close().await?;
    Ok(session.close().await?)
}

/// Tries the findings whose steps commit, each on a clone that is dropped after it. Nobody may be connected to the database.
pub(crate) async fn try_findings_apart(
    states: &States,
    phase: &Phase,
    on: &Database,
    log: &Log<'_, '_>,
) -> Result<(), Stop> {
    for finding in findings_after(states, phase).filter(|finding| names_sessions(&finding.steps)) {
        let seen = try_steps_apart(states.host(), on, states.limits(), &finding.steps).await?;
        log.shown(Shown::of(finding, seen))?;
        if log.is_broken() {
            break;
        }
    }
    Ok(())
}

/// Tries the findings whose steps commit nothing, on a session that is theirs, and on another those that leave marks on it.
pub(crate) async fn try_findings_with(
    states: &States,
    phase: &Phase,
    (session, marked): (&mut Session, &mut MarkedSession),
    on: &Database,
    log: &Log<'_, '_>,
) -> Result<(), Stop> {
    let limits = states.limits();
    for finding in findings_after(states, phase).filter(|finding| !names_sessions(&finding.steps)) {
        let marks = Marks::of_steps(&finding.steps);
        let seen = if marked.takes(&marks) {
            session.flush().await?;
            try_steps(marked.ready_for(&marks, states.host(), on).await?, limits, &finding.steps, None).await
        } else {
            marked.flush().await?;
            try_steps(session, limits, &finding.steps, None).await
        };
        let tried = Shown::of(finding, seen);
        let is_over = tried.broke().is_some();
        log.shown(tried)?;
        if is_over {
            break;
        }
    }
    Ok(())
}
