//! Tries one check in a transaction that is rolled back, and judges what was seen.

use std::collections::BTreeMap;

use phasegate_evidence::{Reason, ServerFacts, Verdict};

use super::{Expectation, Observation, Sequence, SequenceSeen, Step};
use crate::{
    catalog::{Catalog, Definition},
    legacy::LegacyRows,
    session::{DbError, Session},
    suite::{Check, Needs},
};

/// What a check comes to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Judged {
    /// The verdict.
    pub verdict: Verdict,
    /// Why, unless it passed.
    pub reason: Option<Reason>,
    /// How many rows were examined, where that is a number.
    pub examined: Option<u64>,
}

impl Judged {
    pub(super) fn passed() -> Self {
        Self { verdict: Verdict::Passed, reason: None, examined: None }
    }

    pub(super) fn failed(code: &str, detail: impl Into<String>) -> Self {
        Self { verdict: Verdict::Failed, reason: Some(Reason::new(code, detail)), examined: None }
    }

    pub(super) fn error(code: &str, detail: impl Into<String>) -> Self {
        Self { verdict: Verdict::Error, ..Self::failed(code, detail) }
    }

    pub(super) fn examined(mut self, rows: u64) -> Self {
        self.examined = Some(rows);
        self
    }
}

/// What the catalog of a state holds, read once for all checks on that state.
#[derive(Debug, Clone, Default)]
pub struct Facts {
    /// The catalog.
    pub catalog: Catalog,
    /// Declared definitions in the server's form, by key and declaration.
    pub normalised: BTreeMap<(String, String), Definition>,
}

impl Facts {
    /// Reads the catalog and normalises what these expectations declare.
    ///
    /// # Errors
    /// When the catalog cannot be read.
    pub async fn read<'a>(
        session: &mut Session,
        expectations: impl IntoIterator<Item = &'a Expectation>,
    ) -> Result<Self, DbError> {
        let catalog = session.catalog().await?;
        Self::of(&catalog, session, expectations).await
    }

    /// Normalises what these expectations declare, on a state whose catalog is known.
    ///
    /// # Errors
    /// When the server fails.
    pub async fn of<'a>(
        catalog: &Catalog,
        session: &mut Session,
        expectations: impl IntoIterator<Item = &'a Expectation>,
    ) -> Result<Self, DbError> {
        let mut declared: Vec<(String, String)> = expectations.into_iter().flat_map(Expectation::declared).collect();
        declared.sort();
        declared.dedup();
        let definitions = if declared.is_empty() { Vec::new() } else { session.normalise(&declared).await? };
        Ok(Self { catalog: catalog.clone(), normalised: declared.into_iter().zip(definitions).collect() })
    }
}

/// The state in which checks are judged.
#[derive(Debug, Clone, Copy, Default)]
pub struct Context<'a> {
    /// The catalog before the phase.
    pub before: Option<&'a Catalog>,
    /// The facts of the state after it. Read afresh where they are not given.
    pub facts: Option<&'a Facts>,
    /// The rows before the phase, for a check of kind `unchanged`.
    pub legacy: Option<&'a LegacyRows>,
    /// The server.
    pub server: Option<&'a ServerFacts>,
}

/// Tries a check and judges it. Whatever it writes is rolled back.
///
/// # Errors
/// When the connection itself fails.
pub async fn judge_check(
    session: &mut Session,
    check: &Check,
    context: Context<'_>,
) -> Result<(Observation, Judged), DbError> {
    if let Some(missing) = context.server.and_then(|server| missing(&check.needs, server)) {
        let seen = Observation::NotApplicable { missing };
        let judged = rejudge(&check.expectation, &seen);
        return Ok((seen, judged));
    }
    session.begin().await?;
    let seen = observe(session, check, context).await;
    session.rollback().await?;
    let seen = seen?;
    let judged = rejudge(&check.expectation, &seen);
    Ok((seen, judged))
}

async fn observe(session: &mut Session, check: &Check, context: Context<'_>) -> Result<Observation, DbError> {
    if let Err(error) = prepare(session, check).await {
        return Ok(Observation::SetupFailed { error });
    }
    Ok(match &check.expectation {
        Expectation::Rows(rows) => Observation::Rows(rows.observe(session).await?),
        Expectation::Violations(query) => Observation::Violations(query.observe(session).await?),
        Expectation::Rejects(write) => Observation::Rejects(write.observe(session).await?),
        Expectation::Accepts(write) => Observation::Accepts(write.observe(session).await?),
        Expectation::Sequence(steps) => Observation::Sequence(steps.observe(session, check.role.as_deref()).await?),
        Expectation::Plan(plan) => Observation::Plan(plan.observe(session).await?),
        Expectation::Catalog(_) | Expectation::Changes(_) => {
            let read;
            let facts = match context.facts {
                // What was read before cannot know what `given` changed.
                Some(facts) if check.given.is_none() => facts,
                _ => {
                    read = Facts::read(session, [&check.expectation]).await?;
                    &read
                }
            };
            match &check.expectation {
                Expectation::Catalog(expected) => Observation::Catalog(expected.observe(facts)),
                Expectation::Changes(expected) => Observation::Changes(expected.observe(context.before, facts)),
                _ => return Err(DbError::harness("an expectation changed its kind")),
            }
        }
        Expectation::Unchanged(tables) => Observation::Unchanged(tables.observe(session, context.legacy).await?),
        Expectation::Rollback(_) => {
            return Err(DbError::harness("a check of kind `rollback` needs databases of its own and cannot run here"));
        }
    })
}

async fn prepare(session: &mut Session, check: &Check) -> Result<(), DbError> {
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

/// What the server lacks of these needs.
fn missing(needs: &Needs, server: &ServerFacts) -> Option<String> {
    if let Some(edition) = &needs.edition
        && server.edition.as_ref() != Some(edition)
    {
        let met = match (&server.edition, &server.timescaledb) {
            (Some(met), _) => format!("this is the {met} edition"),
            (None, Some(_)) => "this server does not say which edition it is".to_owned(),
            (None, None) => "this server has no TimescaleDB".to_owned(),
        };
        return Some(format!("needs the {edition} edition of TimescaleDB; {met}"));
    }
    let major = |version: &String| version.split('.').next()?.parse::<u32>().ok();
    if let Some(min) = needs.postgres_min
        && let Some(met) = server.postgres.as_ref().and_then(major)
        && met < min
    {
        return Some(format!("needs PostgreSQL {min}; this is {met}"));
    }
    None
}

/// Judges an observation again, from nothing but what was expected and seen.
#[must_use]
pub fn rejudge(expectation: &Expectation, seen: &Observation) -> Judged {
    match (expectation, seen) {
        (_, Observation::SetupFailed { error }) => {
            Judged::error("setup-failed", format!("given was refused: {}", error.summary()))
        }
        (_, Observation::NotApplicable { missing }) => Judged {
            verdict: Verdict::NotApplicable,
            reason: Some(Reason::new("server-lacks", missing.clone())),
            examined: None,
        },
        (Expectation::Rows(expected), Observation::Rows(seen)) => expected.judge(seen),
        (Expectation::Violations(expected), Observation::Violations(seen)) => expected.judge(seen),
        (Expectation::Rejects(expected), Observation::Rejects(seen)) => expected.judge(seen),
        (Expectation::Accepts(expected), Observation::Accepts(seen)) => expected.judge(seen),
        (Expectation::Sequence(expected), Observation::Sequence(seen)) => expected.judge(seen),
        (Expectation::Plan(expected), Observation::Plan(seen)) => expected.judge(seen),
        (Expectation::Catalog(expected), Observation::Catalog(seen)) => expected.judge(seen),
        (Expectation::Changes(expected), Observation::Changes(seen)) => expected.judge(seen),
        (Expectation::Unchanged(expected), Observation::Unchanged(seen)) => expected.judge(seen),
        (Expectation::Rollback(expected), Observation::Rollback(seen)) => expected.judge(seen),
        _ => mismatch(),
    }
}

fn mismatch() -> Judged {
    Judged::error("harness", "what was seen is of another kind than what was expected")
}

/// Runs steps in a transaction that is rolled back, as findings and probes do.
///
/// # Errors
/// When the connection itself fails.
pub async fn try_steps(session: &mut Session, steps: &[Step]) -> Result<(SequenceSeen, Judged), DbError> {
    let sequence = Sequence { steps: steps.to_vec() };
    session.begin().await?;
    let seen = sequence.observe(session, None).await;
    session.rollback().await?;
    let seen = seen?;
    let judged = sequence.judge(&seen);
    Ok((seen, judged))
}
