//! A database that is one check's own, since its named sessions commit for real.

use phasegate_database::{Database, Error, Host, Session};
use phasegate_evidence::judge::{Check, Observation, Step, inapplicable};

use crate::Limits;

use super::{
    check::{Context, try_check, try_steps},
    sessions::OwnDatabase,
};

/// Tries a check on a clone that is dropped after it. Nobody may be connected to the state that is cloned.
pub(crate) async fn try_check_apart(
    host: &Host,
    state: &Database,
    check: &Check,
    context: Context<'_>,
) -> Result<Observation, Error> {
    if let Some(reason) = inapplicable(check, context.judging, context.server) {
        return Ok(Observation::NotApplicable { reason });
    }
    let database = host.clone_of(state).await?;
    let seen = async {
        let mut session = host.connect(&database).await?;
        let own = Some(OwnDatabase { host, database: &database });
        let seen = try_check(&mut session, check, Context { own, ..context }).await;
        Ok((session, seen))
    };
    let seen = seen.await;
    cleared(host, &database, seen).await
}

/// Tries steps, as those of a finding, on a clone that is dropped after them. Nobody may be connected to the state that is
/// cloned.
pub(crate) async fn try_steps_apart(
    host: &Host,
    state: &Database,
    limits: Limits,
    steps: &[Step],
) -> Result<Observation, Error> {
    let database = host.clone_of(state).await?;
    let seen = async {
        let mut session = host.connect(&database).await?;
        let own = Some(OwnDatabase { host, database: &database });
        let seen = try_steps(&mut session, limits, steps, own).await;
        Ok((session, seen))
    };
    let seen = seen.await;
    cleared(host, &database, seen).await
}

/// Drops the database whatever became of the check.
async fn cleared(
    host: &Host,
    database: &Database,
    seen: Result<(Session, Observation), Error>,
) -> Result<Observation, Error> {
    let seen = match seen {
        // A session that is broken cannot be closed in good order, and what broke it says more.
        Ok((session, seen @ Observation::Broken { .. })) => {
            let _ = session.close().await;
            Ok(seen)
        }
        Ok((session, seen)) => {
            session.close().await?;
            // DROP DATABASE sleeps for a tenth of a second where it meets a session that is about to end.
            host.alone(database).await.map(|()| seen)
        }
        Err(error) => Err(error),
    };
    let dropped = host.drop_database(database).await;
    match seen {
        Ok(Observation::Broken { .. }) | Err(_) => seen,
        Ok(_) => dropped.and(seen),
    }
}
