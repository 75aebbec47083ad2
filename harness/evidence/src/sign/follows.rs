//! Whether one plan goes on where a signed one ended: the same migration, the same gates, and at most one phase more.

use crate::{PhasePlan, Plan, SuitePlan};

/// The folder, within the inputs of a suite, of the files of the migration.
const MIGRATION: &str = "fixtures/";

/// Why a plan does not follow a signed one.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum FollowError {
    /// The suite was not in the signed run.
    #[error("suite {0} is not in it")]
    NoSuite(String),
    /// A file of the migration is another one.
    #[error("{1} of suite {0} is another file than the one that was signed")]
    Migration(String, String),
    /// The gates of a phase are other ones.
    #[error("phase {1} of suite {0} has other gates, or another place, than what was signed")]
    Gates(String, String),
    /// What gates do not look at is something else.
    #[error("suite {0} leaves out other tables as bookkeeping than what was signed")]
    Bookkeeping(String),
    /// There is more than one phase more.
    #[error(
        "phase {phase} of suite {suite} does not come next: what was signed ends with {}",
        .signed.as_ref().map_or("the baseline".to_owned(), |phase| format!("phase {phase}"))
    )]
    NotNext {
        /// The suite.
        suite: String,
        /// The phase that is too far.
        phase: String,
        /// The last phase that was signed, if there is one.
        signed: Option<String>,
    },
}

/// Whether each suite of `next` goes on where `signed` ended. Every file of the migration that the signed run was made of must
/// still hold the same bytes, every phase of it must still have the same gates and the same place, and at most one phase may
/// come after them: the one that the signature lets begin.
///
/// # Errors
/// The first thing that differs.
pub fn follows(signed: &Plan, next: &Plan) -> Result<(), FollowError> {
    next.suites.iter().try_for_each(|suite| {
        let before = signed.suites.iter().find(|before| before.suite == suite.suite);
        of_suite(before.ok_or_else(|| FollowError::NoSuite(suite.suite.clone()))?, suite)
    })
}

fn of_suite(signed: &SuitePlan, next: &SuitePlan) -> Result<(), FollowError> {
    let suite = || next.suite.clone();
    let migration = signed.inputs.iter().filter(|(path, _)| path.starts_with(MIGRATION));
    if let Some((path, _)) = migration.into_iter().find(|(path, digest)| next.inputs.get(*path) != Some(*digest)) {
        return Err(FollowError::Migration(suite(), path.clone()));
    }
    if signed.bookkeeping != next.bookkeeping {
        return Err(FollowError::Bookkeeping(suite()));
    }
    let same = |(before, after): &(&PhasePlan, Option<&PhasePlan>)| *after == Some(*before);
    let pairs = signed.phases.iter().enumerate().map(|(at, before)| (before, next.phases.get(at)));
    if let Some((before, _)) = pairs.into_iter().find(|pair| !same(pair)) {
        return Err(FollowError::Gates(suite(), before.phase.clone()));
    }
    match next.phases.get(signed.phases.len() + 1) {
        None => Ok(()),
        Some(phase) => Err(FollowError::NotNext {
            suite: suite(),
            phase: phase.phase.clone(),
            signed: signed.phases.last().map(|phase| phase.phase.clone()),
        }),
    }
}
