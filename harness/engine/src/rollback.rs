//! Proves that a phase can be undone and done again.

use std::sync::Arc;

use phasegate_database::{Database, Error, Session, TableRows, refusal_of};
use phasegate_evidence::{
    ApplyFailure, Difference, ReasonCode, Size,
    judge::{Direction, Observation, Rollback, RollbackSeen, RollbackStep},
};

use crate::{
    apply::Application,
    migration::Migration,
    observe::broken,
    states::{State, States},
};

/// What a proof of the way back stands on.
pub(crate) struct WayBack<'a> {
    pub(crate) states: &'a States,
    pub(crate) migration: &'a Migration,
    /// The state after each phase so far, that of the baseline first.
    pub(crate) passed: &'a [Arc<State>],
    /// The check that proved the way back from the phase before, if one did in this run.
    pub(crate) rests_on: Option<&'a str>,
}

/// How the steps of a way are put into transactions.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Within {
    /// Each as its phase says.
    Transactions,
    /// All in one that stays open.
    OneTransaction,
}

impl WayBack<'_> {
    /// Walks down from the last state and up again, on a clone of it that is the proof's own, and compares the catalog and
    /// the legacy rows at every step.
    ///
    /// Where the state after the first step down equals the one before the phase in catalog and in every row, and the way
    /// back from there has been proved, the rest of the way has been proved already. Otherwise the whole way is walked.
    pub(crate) async fn prove(&self, on: &Database, claim: &Rollback) -> Observation {
        let walked = async {
            let mut session = self.states.host().connect(on).await?;
            let seen = self.walk(on, &mut session, claim, Within::Transactions).await?;
            session.close().await?;
            Ok::<_, Error>(seen)
        };
        match walked.await {
            Ok(seen) => Observation::Rollback(seen),
            Err(error) => broken(&error),
        }
    }

    /// Walks the same way within one transaction on the last state itself, which is then rolled back. Nothing where a phase
    /// on the way has no transaction, and where a step did not end well: what one transaction refuses, as it does a new
    /// value of an enum, may pass in several, so that only [`WayBack::prove`] says that there is no way back.
    pub(crate) async fn prove_in_place(
        &self,
        on: &Database,
        session: &mut Session,
        claim: &Rollback,
    ) -> Result<Option<Observation>, Error> {
        let phases = 0..self.passed.len() - 1;
        if !phases.clone().all(|index| self.migration.is_transactional(index)) {
            return Ok(None);
        }
        session.limit(self.states.limits().phase);
        session.begin().await?;
        let seen = self.walk(on, session, claim, Within::OneTransaction).await;
        if matches!(seen, Ok(_) | Err(Error::TooLarge(_))) {
            session.rollback().await?;
        }
        let seen = seen?;
        let ended_well = seen.steps.iter().all(RollbackStep::ended_well);
        Ok(ended_well.then_some(Observation::Rollback(seen)))
    }

    async fn walk(
        &self,
        on: &Database,
        session: &mut Session,
        claim: &Rollback,
        within: Within,
    ) -> Result<RollbackSeen, Error> {
        let last = self.passed.len() - 2;
        // The columns of the baseline, which every later state must still have.
        let legacy = self.states.rows(&self.passed[0], &claim.tables, &[]).await?;
        let mut seen = RollbackSeen {
            steps: Vec::new(),
            planned: 2 * (last + 1),
            rows: legacy.counts().values().sum(),
            rests_on: None,
        };
        let mut way: Vec<(usize, Direction)> = (0..=last).rev().map(|index| (index, Direction::Down)).collect();
        way.extend((0..=last).map(|index| (index, Direction::Up)));
        let mut way = way.into_iter();
        while let Some((index, direction)) = way.next() {
            let step = self.step(on, session, (index, direction), &legacy, within).await?;
            let ended_well = step.ended_well();
            seen.steps.push(step);
            if !ended_well {
                break;
            }
            if seen.steps.len() == 1
                && let Some(earlier) = self.rests_on
                && self.is_as_before(session, last).await?
            {
                seen.planned = 2;
                seen.rests_on = Some(earlier.to_owned());
                way = vec![(last, Direction::Up)].into_iter();
            }
        }
        Ok(seen)
    }

    async fn step(
        &self,
        on: &Database,
        session: &mut Session,
        (index, direction): (usize, Direction),
        legacy: &TableRows,
        within: Within,
    ) -> Result<RollbackStep, Error> {
        let mut step = RollbackStep {
            phase: self.migration.phase_id(index).to_owned(),
            direction,
            refused: None,
            difference: Difference::default(),
            rows_changed: Vec::new(),
        };
        let application = Application { host: self.states.host(), database: on, limit: self.states.limits().phase };
        let mut applied = self.migration.walk(application, session, index, direction, None).await;
        if within == Within::OneTransaction && applied.is_ok() {
            // What a commit would make fire, and what would end with it.
            let settled = refusal_of(session.settle().await)?;
            applied = settled.map_err(|refusal| ApplyFailure::refused("COMMIT", 0, 0, &refusal));
            if applied.is_ok() {
                session.reset_settings().await?;
            }
        }
        match applied {
            Err(ApplyFailure { broke: Some(ReasonCode::TimedOut), .. }) => {
                return Err(Error::TimedOut(application.limit));
            }
            Err(ApplyFailure { broke: Some(ReasonCode::ConnectionLost), message, .. }) => {
                return Err(Error::ConnectionLost(message));
            }
            Err(ApplyFailure { broke: Some(_), message, .. }) => return Err(Error::mistake(message)),
            Err(failure) => step.refused = Some(failure),
            Ok(()) => {
                let leads_to = if direction == Direction::Down { index } else { index + 1 };
                step.difference = Difference::between(&self.passed[leads_to].catalog, &session.catalog().await?);
                step.rows_changed = rows_changed(legacy, session, self.states.limits().size).await?;
            }
        }
        Ok(step)
    }

    /// Whether every row of every table is what it was before the phase; its catalog has been compared.
    async fn is_as_before(&self, session: &mut Session, last: usize) -> Result<bool, Error> {
        let (before, size) = (&self.passed[last], self.states.limits().size);
        match refusal_of(before.rows.changes(session, size).await) {
            Ok(changes) => Ok(changes.is_ok_and(|changes| changes.is_empty())),
            Err(Error::TooLarge(_)) => Ok(false),
            Err(error) => Err(error),
        }
    }
}

async fn rows_changed(legacy: &TableRows, session: &mut Session, size: Size) -> Result<Vec<String>, Error> {
    Ok(match refusal_of(legacy.changes(session, size).await)? {
        Ok(changes) => changes.iter().map(ToString::to_string).collect(),
        Err(refusal) => vec![format!("the rows can no longer be read: {}", refusal.message)],
    })
}
