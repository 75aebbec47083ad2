//! Proves that a phase can be undone and done again.

use std::sync::Arc;

use phasegate_database::{Database, Error, Session, TableRows, refusal_of};
use phasegate_evidence::{
    ApplyFailure, Bookkeeping, Catalog, Difference, ReasonCode,
    judge::{Direction, GoesTo, Observation, Rollback, RollbackSeen, RollbackStep},
};

use crate::{
    applied::{Progress, Told},
    apply::Application,
    happened::Log,
    migration::Migration,
    observe::broken,
    states::{State, States},
};

/// What a proof of the way back stands on.
pub(crate) struct WayBack<'a, 'l, 'e> {
    pub(crate) states: &'a States,
    pub(crate) migration: &'a Migration,
    /// The state after each phase so far, that of the baseline first.
    pub(crate) passed: &'a [Arc<State>],
    /// Of each phase before the last, the check that proved the way back from it to the baseline, if one did in this run.
    pub(crate) proofs: &'a [Option<String>],
    /// Where is written down what its commands say.
    pub(crate) log: &'a Log<'l, 'e>,
}

/// How the steps of a way are put into transactions.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Within {
    /// Each as its phase says.
    Transactions,
    /// All in one that stays open.
    OneTransaction,
}

/// What every step of a way shares.
#[derive(Debug, Clone, Copy)]
struct Going<'g> {
    on: &'g Database,
    check: &'g str,
    /// The rows that must be as they were.
    legacy: &'g TableRows,
    /// The catalog of the state that they are of.
    lowest: &'g Catalog,
    within: Within,
}

impl WayBack<'_, '_, '_> {
    /// Walks down from the last state and up again, on a clone of it that is the proof's own, and compares the catalog and
    /// the legacy rows at every step.
    ///
    /// Where a step down leads to a state that equals what it was in catalog and in every row, and the way back from there has
    /// been proved, the rest of the way has been proved already. Otherwise the whole way is walked.
    pub(crate) async fn prove(&self, on: &Database, check: &str, claim: &Rollback) -> Observation {
        let walked = async {
            let mut session = self.states.host().connect(on).await?;
            let seen = self.walk(on, &mut session, (check, claim), Within::Transactions).await?;
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
        (check, claim): (&str, &Rollback),
    ) -> Result<Option<Observation>, Error> {
        let last = self.passed.len() - 2;
        if !(claim.to.state(last)..=last).all(|index| self.migration.is_transactional(index)) {
            return Ok(None);
        }
        session.limit(self.states.limits().phase);
        session.begin().await?;
        let seen = self.walk(on, session, (check, claim), Within::OneTransaction).await;
        if matches!(seen, Ok(_) | Err(Error::TooLarge(_))) {
            session.rollback().await?;
        }
        let seen = seen?;
        let ended_well = seen.steps.iter().all(|step| step.ended_well(claim));
        Ok(ended_well.then_some(Observation::Rollback(seen)))
    }

    async fn walk(
        &self,
        on: &Database,
        session: &mut Session,
        (check, claim): (&str, &Rollback),
        within: Within,
    ) -> Result<RollbackSeen, Error> {
        let last = self.passed.len() - 2;
        let lowest = claim.to.state(last);
        let states = &self.passed[lowest..];
        let tables = self.books().tables_of(claim, &states[0].catalog);
        // The columns of the state that the way leads back to, which every state must still have that had them on the way up.
        let legacy = &*self.states.rows(&states[0], &tables, &[]).await?;
        let going = Going { on, check, legacy, lowest: &states[0].catalog, within };
        let mut seen = RollbackSeen {
            steps: Vec::new(),
            planned: 2 * states.len() - 2,
            rows: legacy.counts().values().sum(),
            rests_on: None,
            absent: claim.absent(states.iter().map(|state| &*state.catalog)),
        };
        let mut reached = last + 1;
        while reached > lowest && seen.rests_on.is_none() {
            reached -= 1;
            let step = self.step(session, going, (reached, Direction::Down)).await?;
            let (goes_on, is_same) = (step.ended_well(claim), step.difference.is_empty());
            seen.steps.push(step);
            if !goes_on {
                return Ok(seen);
            }
            if let Some(earlier) = self.proof_of_the_rest(claim, reached)
                && is_same
                && self.is_as_before(session, reached).await?
            {
                seen.planned = 2 * seen.steps.len();
                seen.rests_on = Some(earlier.to_owned());
            }
        }
        for index in reached..=last {
            let step = self.step(session, going, (index, Direction::Up)).await?;
            let goes_on = step.ended_well(claim);
            seen.steps.push(step);
            if !goes_on {
                break;
            }
        }
        Ok(seen)
    }

    /// The check that proved the way back to the baseline from the state after so many phases.
    fn proof_of_the_rest(&self, claim: &Rollback, phases: usize) -> Option<&str> {
        let leads_there = claim.to == GoesTo::Baseline;
        phases.checked_sub(1).filter(|_| leads_there).and_then(|phase| self.proofs.get(phase)?.as_deref())
    }

    fn books(&self) -> Bookkeeping<'_> {
        self.states.suite().books()
    }

    async fn step(
        &self,
        session: &mut Session,
        Going { on, check, legacy, lowest, within }: Going<'_>,
        (index, direction): (usize, Direction),
    ) -> Result<RollbackStep, Error> {
        let mut step = RollbackStep {
            phase: self.migration.phase_id(index).to_owned(),
            direction,
            refused: None,
            difference: Difference::default(),
            rows_changed: Vec::new(),
        };
        let application = Application { host: self.states.host(), database: on, limit: self.states.limits().phase };
        let mut teller = |progress: Progress| {
            if let Progress::Ran(ran) = progress {
                self.log.ran(ran, (self.migration.phase_id(index), direction), check);
            }
        };
        let told = Told::of_commands(&mut teller);
        let mut applied = self.migration.walk(application, session, index, direction, told).await;
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
                let was = &self.passed[leads_to].catalog;
                step.difference = self.books().left_out_of(Difference::between(was, &session.catalog().await?));
                step.rows_changed = self.rows_changed(legacy, (lowest, was), session).await?;
            }
        }
        Ok(step)
    }

    /// Whether every row of every table is what it was after so many phases; its catalog has been compared.
    async fn is_as_before(&self, session: &mut Session, phases: usize) -> Result<bool, Error> {
        let (before, size) = (&self.passed[phases], self.states.limits().size);
        let tables: Vec<String> =
            before.catalog.tables().map(str::to_owned).filter(|t| !self.books().keeps(t)).collect();
        // Of a state that an earlier run passed through, not every row is known.
        let Some(rows) = before.rows.among(&tables) else { return Ok(false) };
        match refusal_of(rows.changes(session, size).await) {
            Ok(changes) => Ok(changes.is_ok_and(|changes| changes.is_empty())),
            Err(Error::TooLarge(_)) => Ok(false),
            Err(error) => Err(error),
        }
    }

    /// The legacy rows, of a state of the first catalog, that are not as they were, of the tables and the columns that a state of
    /// the second has: what a phase took away is no loss until the way leads back to where it was.
    async fn rows_changed(
        &self,
        legacy: &TableRows,
        (first, was): (&Catalog, &Catalog),
        session: &mut Session,
    ) -> Result<Vec<String>, Error> {
        let is_gone = |key: String| first.get(&key).is_some() && was.get(&key).is_none();
        let of_table = |table: &str, column: &str| is_gone(format!("column {table}.{column}"));
        let known = legacy.counts();
        let there: Vec<String> = was.tables().filter(|table| known.contains_key(*table)).map(str::to_owned).collect();
        let fewer = (there.len() < known.len()).then(|| legacy.among(&there)).flatten();
        let legacy = fewer.as_ref().unwrap_or(legacy);
        let has_lost = legacy.columns().any(|(table, column)| of_table(table, column));
        let narrower = has_lost.then(|| legacy.without(self.states.suite().kind, of_table));
        let legacy = narrower.as_ref().unwrap_or(legacy);
        Ok(match refusal_of(legacy.changes(session, self.states.limits().size).await)? {
            Ok(changes) => changes.iter().map(ToString::to_string).collect(),
            Err(refusal) => vec![format!("the rows can no longer be read: {}", refusal.message)],
        })
    }
}
