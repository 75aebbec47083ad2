//! Tries one check in a transaction that is rolled back, or, where its steps name sessions, on a database of its own.

use std::{collections::BTreeMap, time::Duration};

use phasegate_database::{Error, Session, refusal_of};
use phasegate_evidence::{
    Bookkeeping, Catalog, ServerFacts,
    judge::{Check, Expectation, Judging, Observation, Sequence, Step, inapplicable},
};

use crate::Limits;

use super::{
    catalogs::{self, KnownCatalog},
    queries,
    sessions::{self, OwnDatabase, StepDefaults},
    steps, tap, writes,
};
use crate::states::RowsBefore;

/// The state in which checks are tried.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Context<'a> {
    /// The server.
    pub(crate) server: &'a ServerFacts,
    /// How the run comes by its states.
    pub(crate) judging: Judging,
    /// How long a statement of a check may take that does not say otherwise, and how much it may give.
    pub(crate) limits: Limits,
    /// The catalog before the phase.
    pub(crate) before: Option<&'a Catalog>,
    /// The tables that are neither change nor loss.
    pub(crate) books: Bookkeeping<'a>,
    /// The catalog after it. Read afresh where it is not given.
    pub(crate) known: Option<&'a KnownCatalog>,
    /// The rows before the phase, for a check of kind `unchanged`.
    pub(crate) rows: Option<&'a RowsBefore>,
    /// The database, where it is the check's own, as a check needs it whose steps name sessions.
    pub(crate) own: Option<OwnDatabase<'a>>,
}

/// Tries a check. Whatever it writes is rolled back, but for what is committed in a database of its own. What breaks on the
/// way is an observation too.
pub(crate) async fn try_check(session: &mut Session, check: &Check, context: Context<'_>) -> Observation {
    if let Some(reason) = inapplicable(check, context.judging, context.server) {
        return Observation::NotApplicable { reason };
    }
    session.limit(limit_of(check, context));
    match tried(session, check, context).await {
        Ok(seen) => seen,
        Err(error) => broken(&error),
    }
}

/// What came to no claim. What is too large ends nothing, and the session goes on.
pub(crate) fn broken(error: &Error) -> Observation {
    let reason = error.reason();
    match error {
        Error::TooLarge(_) => Observation::TooLarge { reason },
        _ => Observation::Broken { reason },
    }
}

async fn tried(session: &mut Session, check: &Check, context: Context<'_>) -> Result<Observation, Error> {
    if check.expectation.commits()
        && let Err(error) = refusal_of(commit_given(session, check).await)?
    {
        return Ok(Observation::SetupFailed { error });
    }
    if let Expectation::Tap(expected) = &check.expectation {
        own_database(context.own)?;
        return tap::tap(session, expected, &check.settings, context.limits.size).await;
    }
    session.begin_trial().await?;
    let seen = observe(session, check, context).await;
    ended(session, seen).await
}

/// Undoes what was done, also where what was seen is too large.
async fn ended(session: &mut Session, seen: Result<Observation, Error>) -> Result<Observation, Error> {
    if matches!(seen, Ok(_) | Err(Error::TooLarge(_))) {
        session.end_trial().await?;
    }
    seen
}

async fn observe(session: &mut Session, check: &Check, context: Context<'_>) -> Result<Observation, Error> {
    if let Err(error) = refusal_of(prepare(session, check).await)? {
        return Ok(Observation::SetupFailed { error });
    }
    let size = context.limits.size;
    Ok(match &check.expectation {
        Expectation::Rows(expected) => Observation::Rows(queries::rows(session, expected, size).await?),
        Expectation::Violations(expected) => {
            Observation::Violations(queries::violations(session, expected, size).await?)
        }
        Expectation::Plan(expected) => Observation::Plan(queries::plan(session, expected, size).await?),
        Expectation::Rejects(expected) => Observation::Rejects(writes::rejects(session, expected).await?),
        Expectation::Accepts(expected) => Observation::Accepts(writes::accepts(session, expected).await?),
        Expectation::Sequence(expected) if expected.names_sessions() => {
            let limit = limit_of(check, context);
            let defaults = StepDefaults { role: check.role.as_deref(), settings: &check.settings, limit, size };
            sessions::sequence(session, expected, defaults, own_database(context.own)?).await?
        }
        Expectation::Sequence(expected) => {
            Observation::Sequence(steps::sequence(session, expected, check.role.as_deref(), size).await?)
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
                    Observation::Changes(catalogs::changes(expected, context.before, known, context.books))
                }
                Expectation::Catalog(expected) => Observation::Catalog(catalogs::catalog(expected, known)),
                _ => return Err(Error::mistake("an expectation changed its kind")),
            }
        }
        Expectation::Unchanged(_) => Observation::Unchanged(catalogs::unchanged(session, context.rows, size).await?),
        Expectation::Rollback(_) | Expectation::Tap(_) => {
            return Err(Error::mistake("a check of this kind needs databases of its own and cannot run here"));
        }
    })
}

fn limit_of(check: &Check, context: Context<'_>) -> Duration {
    check.timeout_ms.map_or(context.limits.check, Duration::from_millis)
}

fn own_database(own: Option<OwnDatabase<'_>>) -> Result<OwnDatabase<'_>, Error> {
    own.ok_or_else(|| Error::mistake("what commits needs a database of its own and cannot run here"))
}

/// Prepares the rows of a check so that all of its sessions see them.
async fn commit_given(session: &mut Session, check: &Check) -> Result<(), Error> {
    let Some(given) = &check.given else {
        return Ok(());
    };
    session.begin().await?;
    for (name, value) in &check.settings {
        session.set(name, value).await?;
    }
    session.execute(given).await?;
    session.commit().await
}

async fn prepare(session: &mut Session, check: &Check) -> Result<(), Error> {
    for (name, value) in &check.settings {
        session.set(name, value).await?;
    }
    if let Some(given) = check.given.as_ref().filter(|_| !check.expectation.commits()) {
        session.execute(given).await?;
    }
    if let Some(role) = &check.role {
        session.become_role(role).await?;
    }
    Ok(())
}

/// Runs steps in a transaction that is rolled back, as findings and probes do; those on named sessions commit, in a
/// database of their own.
pub(crate) async fn try_steps(
    session: &mut Session,
    limits: Limits,
    steps: &[Step],
    own: Option<OwnDatabase<'_>>,
) -> Observation {
    let Limits { check: limit, size, .. } = limits;
    session.limit(limit);
    let sequence = Sequence { steps: steps.to_vec() };
    let seen = async {
        session.begin_trial().await?;
        let seen = if sequence.names_sessions() {
            let defaults = StepDefaults { role: None, settings: &BTreeMap::new(), limit, size };
            sessions::sequence(session, &sequence, defaults, own_database(own)?).await
        } else {
            steps::sequence(session, &sequence, None, size).await.map(Observation::Sequence)
        };
        ended(session, seen).await
    };
    seen.await.unwrap_or_else(|error| broken(&error))
}
