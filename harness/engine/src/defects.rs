//! Defects: each weakens the state after a phase, and must be caught by its check for the reason that it names.

use std::time::Instant;

use phasegate_database::{Session, refusal_of};
use phasegate_evidence::{
    Event, Reason, ReasonCode, Verdict,
    judge::{Check, Defect, Expectation, Judged, Judging, Observation, inapplicable},
};

use crate::{
    RunError,
    applied::micros,
    events::Events,
    migration::Migration,
    observe::{Context, OwnDatabase, try_check},
    states::{State, States, WorkingCopy},
    stop::Stop,
    suite::{Gate, Phase, Suite},
};

/// Tries the defects of a phase's checks; gives the checks that did not catch theirs.
pub(crate) async fn prove_defects(
    states: &States,
    phase: &Phase,
    gates: &[Gate],
    before: &State,
    after: &State,
    events: &mut Events<'_>,
) -> Result<Vec<String>, Stop> {
    let mut copy = None;
    let mut uncaught = Vec::new();
    for check in gates.iter().flat_map(|gate| &gate.checks) {
        let Some(defect) = &check.fails else { continue };
        let start = Instant::now();
        let on = match copy.take() {
            Some(copy) => copy,
            None => states.working_copy_of(after).await?,
        };
        let (seen, on) = try_on(states, on, check, before).await?;
        copy = on;
        let (verdict, reason) = caught(check, defect, &seen);
        let broke = match &seen {
            Observation::Broken { reason } => Some(reason.clone()),
            _ => None,
        };
        if !verdict.opens_the_gate() {
            uncaught.push(check.id.clone());
        }
        let observation = events.observed(seen)?;
        events.emit(Event::DefectTried {
            suite: states.suite().name.clone(),
            phase: phase.id.clone(),
            check: check.id.clone(),
            verdict,
            reason,
            observation,
            duration_us: micros(start),
        })?;
        if let Some(reason) = broke {
            return Err(Stop::Broke(reason));
        }
    }
    if let Some(copy) = copy {
        states.clear(copy).await?;
    }
    Ok(uncaught)
}

/// Whether a check catches its defect, and the reason that it gives.
fn caught(check: &Check, defect: &Defect, seen: &Observation) -> (Verdict, Reason) {
    let met = check.judge(seen);
    let caught = defect.judge(&met);
    let nothing = || Reason::new(ReasonCode::Harness, "neither the check nor the defect gives a reason");
    (caught.verdict, caught.reason.or(met.reason).unwrap_or_else(nothing))
}

/// Weakens the state after the phase `index` as the check's defect says, and tries the check on it. Gives what was seen,
/// and whether the check failed as the defect says.
///
/// # Errors
/// When the check has no defect, the defect does not apply, or the server fails.
pub async fn try_defect(states: &States, index: usize, check: &Check) -> Result<(Observation, Judged), RunError> {
    let Some(defect) = &check.fails else {
        return Err(RunError::Usage(format!("check {} does not say how it can fail (`fails`)", check.id)));
    };
    let migration = Migration::of(states.suite());
    let before = states.after(&migration, index).await?;
    let on = states.working_copy(&migration, index + 1).await?;
    let (seen, on) = try_on(states, on, check, &before).await?;
    if let Some(copy) = on {
        states.clear(copy).await?;
    }
    let judged = defect.judge(&check.judge(&seen));
    Ok((seen, judged))
}

/// Tries a check on a clone that its defect weakens. Gives the clone back where it is again what it was.
async fn try_on(
    states: &States,
    mut on: WorkingCopy,
    check: &Check,
    before: &State,
) -> Result<(Observation, Option<WorkingCopy>), RunError> {
    if let Some(reason) = inapplicable(check, Judging::Prove, states.server()) {
        // What the server lacks for the check, it may lack for the defect.
        return Ok((Observation::NotApplicable { reason }, Some(on)));
    }
    let rows = match &check.expectation {
        Expectation::Unchanged(claim) => Some(Ok(states.rows(before, &claim.tables, &claim.except).await?)),
        _ => None,
    };
    on.session.limit(states.limits().check);
    let commits = check.expectation.commits();
    let in_transaction = on.session.capabilities().self_contained && !commits;
    if in_transaction {
        on.session.begin().await?;
    }
    weaken(states.suite(), &mut on.session, check).await?;
    let context = Context {
        server: states.server(),
        judging: Judging::Prove,
        limits: states.limits(),
        before: Some(&before.catalog),
        books: states.suite().books(),
        known: None,
        rows: rows.as_ref(),
        own: commits.then_some(OwnDatabase { host: states.host(), database: &on.database }),
    };
    let seen = try_check(&mut on.session, check, context).await;
    if matches!(seen, Observation::Broken { .. }) {
        // What broke it says more than what may go wrong with clearing up after it.
        let _ = states.clear(on).await;
        return Ok((seen, None));
    }
    if in_transaction {
        on.session.rollback().await?;
        return Ok((seen, Some(on)));
    }
    states.clear(on).await?;
    Ok((seen, None))
}

/// Weakens a schema as the defect of a check says.
async fn weaken(suite: &Suite, session: &mut Session, check: &Check) -> Result<(), RunError> {
    let wrong = |place: &str, line: u32, why: String| {
        RunError::Usage(format!("check {}: {place}:{line}: the defect cannot be applied: {why}", check.id))
    };
    let Some(file) = suite.defects.get(&check.id) else {
        return Err(RunError::Usage(format!("check {}: its defect was not read", check.id)));
    };
    let statements = file.statements().map_err(|fault| wrong(&file.path, fault.line, fault.message))?;
    for statement in statements {
        let ran = refusal_of(session.apply(statement).await)?;
        ran.map_err(|refusal| wrong(&file.path, statement.line, refusal.to_string()))?;
    }
    Ok(())
}
