//! Tries one check in a transaction that is rolled back.

use std::time::Duration;

use phasegate_database::{Error, Session, TableRows, refusal_of};
use phasegate_evidence::{
    Catalog, ServerFacts,
    judge::{Check, Expectation, Judging, Observation, Sequence, Step, inapplicable},
};

use super::{
    catalogs::{self, KnownCatalog},
    queries, steps, writes,
};

/// The state in which checks are tried.
#[derive(Debug, Clone, Copy)]
pub struct Context<'a> {
    /// The server.
    pub server: &'a ServerFacts,
    /// How the run comes by its states.
    pub judging: Judging,
    /// How long a statement of a check may take that does not say otherwise.
    pub limit: Duration,
    /// The catalog before the phase.
    pub before: Option<&'a Catalog>,
    /// The catalog after it. Read afresh where it is not given.
    pub(crate) known: Option<&'a KnownCatalog>,
    /// The rows before the phase, for a check of kind `unchanged`.
    pub rows: Option<&'a TableRows>,
}

/// Tries a check. Whatever it writes is rolled back. What breaks on the way is an observation too.
pub async fn try_check(session: &mut Session, check: &Check, context: Context<'_>) -> Observation {
    if let Some(reason) = inapplicable(check, context.judging, context.server) {
        return Observation::NotApplicable { reason };
    }
    session.limit(check.timeout_ms.map_or(context.limit, Duration::from_millis));
    match tried(session, check, context).await {
        Ok(seen) => seen,
        Err(error) => Observation::Broken { reason: error.reason() },
    }
}

async fn tried(session: &mut Session, check: &Check, context: Context<'_>) -> Result<Observation, Error> {
    session.begin().await?;
    let seen = observe(session, check, context).await?;
    session.rollback().await?;
    Ok(seen)
}

async fn observe(session: &mut Session, check: &Check, context: Context<'_>) -> Result<Observation, Error> {
    if let Err(error) = refusal_of(prepare(session, check).await)? {
        return Ok(Observation::SetupFailed { error });
    }
    Ok(match &check.expectation {
        Expectation::Rows(expected) => Observation::Rows(queries::rows(session, expected).await?),
        Expectation::Violations(expected) => Observation::Violations(queries::violations(session, expected).await?),
        Expectation::Plan(expected) => Observation::Plan(queries::plan(session, expected).await?),
        Expectation::Rejects(expected) => Observation::Rejects(writes::rejects(session, expected).await?),
        Expectation::Accepts(expected) => Observation::Accepts(writes::accepts(session, expected).await?),
        Expectation::Sequence(expected) => {
            Observation::Sequence(steps::sequence(session, expected, check.role.as_deref()).await?)
        }
        Expectation::Catalog(_) | Expectation::Changes(_) => {
            let read;
            let known = match context.known {
                // What was read before cannot know what `given` changed.
                Some(known) if check.given.is_none() => known,
                _ => {
                    read = KnownCatalog::read(session, [&check.expectation]).await?;
                    &read
                }
            };
            match &check.expectation {
                Expectation::Changes(expected) => {
                    Observation::Changes(catalogs::changes(expected, context.before, known))
                }
                Expectation::Catalog(expected) => Observation::Catalog(catalogs::catalog(expected, known)),
                _ => return Err(Error::mistake("an expectation changed its kind")),
            }
        }
        Expectation::Unchanged(_) => Observation::Unchanged(catalogs::unchanged(session, context.rows).await?),
        Expectation::Rollback(_) => {
            return Err(Error::mistake("a check of kind `rollback` needs databases of its own and cannot run here"));
        }
    })
}

async fn prepare(session: &mut Session, check: &Check) -> Result<(), Error> {
    for (name, value) in &check.settings {
        session.set(name, value).await?;
    }
    if let Some(given) = &check.given {
        session.run(given).await?;
    }
    if let Some(role) = &check.role {
        session.become_role(role).await?;
    }
    Ok(())
}

/// Runs steps in a transaction that is rolled back, as findings and probes do.
pub async fn try_steps(session: &mut Session, limit: Duration, steps: &[Step]) -> Observation {
    session.limit(limit);
    let sequence = Sequence { steps: steps.to_vec() };
    let seen = async {
        session.begin().await?;
        let seen = steps::sequence(session, &sequence, None).await?;
        session.rollback().await?;
        Ok::<_, Error>(seen)
    };
    match seen.await {
        Ok(seen) => Observation::Sequence(seen),
        Err(error) => Observation::Broken { reason: error.reason() },
    }
}

/// Whether trying the check leaves a mark on its session: a setting that was once set within a transaction is the empty
/// text afterwards and no longer unset, which the next check could meet.
pub(crate) fn leaves_a_setting(check: &Check) -> bool {
    let by_steps = match &check.expectation {
        Expectation::Sequence(sequence) => steps::steps_leave_a_setting(&sequence.steps),
        _ => false,
    };
    !check.settings.is_empty() || by_steps || steps::sets(check.given.as_deref().unwrap_or_default())
}
