//! Steps in the check's own session and transaction, each with its own outcome.

use phasegate_database::{Error, Session, refusal_of};
use phasegate_evidence::{
    Size, Table,
    judge::{Sequence, SequenceSeen, Step, StepSeen},
};

/// Tries the steps in turn, up to the first that does not end as it says.
pub(super) async fn sequence(
    session: &mut Session,
    expected: &Sequence,
    role: Option<&str>,
    size: Size,
) -> Result<SequenceSeen, Error> {
    let mut seen = SequenceSeen { steps: Vec::new() };
    for step in &expected.steps {
        let outcome = try_step(session, step, role, size).await?;
        let ended_well = step.judge(&outcome).is_none();
        seen.steps.push(outcome);
        if !ended_well {
            break;
        }
    }
    Ok(seen)
}

pub(super) async fn try_step(
    session: &mut Session,
    step: &Step,
    role_between: Option<&str>,
    size: Size,
) -> Result<StepSeen, Error> {
    session.begin().await?;
    let outcome = refusal_of(attempt(session, step, size).await);
    match &outcome {
        Ok(Ok(_)) => {
            session.commit().await?;
            if step.role.is_some() {
                session.become_role(role_between.unwrap_or("none")).await?;
            }
        }
        Ok(Err(_)) | Err(Error::TooLarge(_)) => session.rollback().await?,
        Err(_) => {}
    }
    Ok(match outcome? {
        Ok((affected, table)) => StepSeen::accepted(affected, table),
        Err(refusal) => StepSeen::refused(refusal),
    })
}

async fn attempt(session: &mut Session, step: &Step, size: Size) -> Result<(u64, Table), Error> {
    for (name, value) in &step.settings {
        session.set(name, value).await?;
    }
    if let Some(role) = &step.role {
        session.become_role(role).await?;
    }
    let ran = session.run_within(&step.run, size).await?;
    session.settle().await?;
    Ok((ran.affected, ran.table))
}
