//! What becomes of writes. Each is undone at once.

use phasegate_database::{Error, Session, refusal_of};
use phasegate_evidence::{
    Refusal,
    judge::{Accepts, AcceptsSeen, Neighbour, Rejects, RejectsSeen},
};

pub(super) async fn accepts(session: &mut Session, expected: &Accepts) -> Result<AcceptsSeen, Error> {
    Ok(match attempt(session, &expected.write).await? {
        Ok(affected) => AcceptsSeen { refused: None, affected },
        Err(refusal) => AcceptsSeen { refused: Some(refusal), affected: 0 },
    })
}

pub(super) async fn rejects(session: &mut Session, expected: &Rejects) -> Result<RejectsSeen, Error> {
    let refused = attempt(session, &expected.write).await?.err();
    let neighbour = match &expected.neighbour {
        Neighbour::Write(write) => Some(attempt(session, write).await?),
        Neighbour::SwitchedOff(guard) => Some(attempt_without(session, guard, &expected.write).await?),
        Neighbour::None(_) => None,
    };
    Ok(RejectsSeen {
        refused,
        neighbour_affected: neighbour.as_ref().and_then(|neighbour| neighbour.as_ref().ok().copied()),
        neighbour_refused: neighbour.and_then(Result::err),
    })
}

/// Runs a write, makes deferred constraints fire, and undoes it.
async fn attempt(session: &mut Session, write: &str) -> Result<Result<u64, Refusal>, Error> {
    session.begin().await?;
    let outcome = refusal_of(session.write(write).await);
    session.rollback().await?;
    outcome
}

/// Runs a write with an object of the catalog switched off, and undoes both. What cannot be switched off counts as a
/// refusal of the neighbour.
async fn attempt_without(session: &mut Session, guard: &str, write: &str) -> Result<Result<u64, Refusal>, Error> {
    session.begin().await?;
    let outcome = match refusal_of(session.switch_off(guard).await) {
        Ok(Ok(())) => refusal_of(session.write(write).await),
        Ok(Err(refusal)) => Ok(Err(refusal)),
        Err(error) => Err(error),
    };
    session.rollback().await?;
    outcome
}
