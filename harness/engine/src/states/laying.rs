//! Laying a state on the one before it, on a session that stays with the database of a run.

use std::sync::Arc;

use phasegate_database::{Database, Error, Session};
use phasegate_evidence::{ApplyFailure, Catalog, judge::Direction};

use super::{Laid, State, States, all::Keeping};
use crate::{RunError, applied::Told, apply::Application, migration::Migration};

impl States {
    /// The state after so many phases of a migration; every state up to it is laid if it is not there yet.
    ///
    /// # Errors
    /// When the baseline or a phase does not apply.
    pub async fn after(&self, migration: &Migration, phases: usize) -> Result<Arc<State>, RunError> {
        let mut state = None;
        for reached in 0..=phases {
            let laid = self.lay(migration, reached, state.as_deref(), Told::nobody()).await?;
            state = Some(match laid {
                Laid::Applied(state) | Laid::Reused(state) => state,
                Laid::Failed { failure, .. } => return Err(RunError::Usage(failure.to_string())),
            });
        }
        state.ok_or_else(|| Error::mistake("the state was not laid").into())
    }

    /// The state after so many phases, if it has been laid and is still there.
    pub(crate) async fn find(&self, migration: &Migration, phases: usize) -> Option<Arc<State>> {
        self.laid.lock().await.get(&migration.state_name(phases)).cloned()
    }

    /// Lays the state after so many phases on the one before it.
    pub(crate) async fn lay(
        &self,
        migration: &Migration,
        phases: usize,
        before: Option<&State>,
        told: Told<'_, '_>,
    ) -> Result<Laid, Error> {
        let name = migration.state_name(phases);
        // One state at a time: whoever comes second finds what the first laid.
        let mut laid = self.laid.lock().await;
        if let Some(state) = laid.get(&name) {
            return Ok(Laid::Reused(state.clone()));
        }
        if let Some(state) = self.published(&name, phases).await? {
            let state = Arc::new(state);
            laid.insert(name, state.clone());
            return Ok(Laid::Reused(state));
        }
        let database = match before {
            None => self.host.create().await?,
            Some(before) if self.keeping == Keeping::Last => before.database.clone(),
            Some(before) => self.host.clone_of(&before.database).await?,
        };
        let mut session = self.session(&database).await?;
        let on = Application { host: &self.host, database: &database, limit: self.limits.phase };
        let applied = match phases.checked_sub(1) {
            None => migration.lay_baseline(on, &mut session, told).await,
            Some(index) => migration.walk(on, &mut session, index, Direction::Up, told).await,
        };
        if let Err(failure) = applied {
            let catalog = session.catalog().await.ok();
            let (tables, revisions) = self.contents(&mut session, catalog.as_ref()).await.unwrap_or_default();
            // A connection that is broken cannot be closed in good order.
            let _ = session.close().await;
            return Ok(Laid::Failed { failure: Box::new(failure), catalog, tables, revisions, database });
        }
        if migration.sets_settings(phases) {
            // What was once set is the empty text ever after, where a new session has it unset.
            session.close().await?;
            session = self.host.connect(&database).await?;
        }
        let state = match self.read(database.clone(), &mut session, phases).await {
            Ok(state) => state,
            Err(error) => {
                let reason = error.reason();
                let failure = Box::new(ApplyFailure::broke("the state after it", reason.code, reason.detail));
                let (tables, revisions) = Default::default();
                return Ok(Laid::Failed { failure, catalog: None, tables, revisions, database });
            }
        };
        if !state.catalog.settings().eq(before.iter().flat_map(|before| before.catalog.settings())) {
            // What a database or a role is set to holds for the sessions that begin afterwards.
            session.close().await?;
            session = match self.host.connect(&database).await {
                Ok(session) => session,
                Err(error) => {
                    let reason = error.reason();
                    let failure = Box::new(ApplyFailure::broke("a new session after it", reason.code, reason.detail));
                    let (catalog, tables) = (Some(Catalog::clone(&state.catalog)), state.rows.contents());
                    let revisions = state.revisions;
                    return Ok(Laid::Failed { failure, catalog, tables, revisions, database });
                }
            };
        }
        self.leave(&state.database, session).await?;
        let state = Arc::new(self.settle(state, &name).await?);
        if self.keeping != Keeping::Last {
            laid.insert(name, state.clone());
        }
        Ok(Laid::Applied(state))
    }

    /// The session that stays with the database of a run, or a new one.
    pub(crate) async fn session(&self, on: &Database) -> Result<Session, Error> {
        match self.open.lock().await.take() {
            Some((database, session)) if database == *on => Ok(session),
            other => {
                if let Some((_, session)) = other {
                    session.close().await?;
                }
                self.host.connect(on).await
            }
        }
    }

    /// Gives a session back: it stays with the database of a run, so that what it knows of the catalog is not lost, and is
    /// closed otherwise.
    pub(crate) async fn leave(&self, on: &Database, session: Session) -> Result<(), Error> {
        if self.judged_in_place() {
            *self.open.lock().await = Some((on.clone(), session));
            return Ok(());
        }
        session.close().await
    }

    /// Waits until nobody is connected to a database, so that it can be cloned.
    pub(crate) async fn alone(&self, on: &Database) -> Result<(), Error> {
        if let Some((_, session)) = self.open.lock().await.take() {
            session.close().await?;
        }
        self.host.alone(on).await
    }

    /// Makes a state one that can be cloned, and that others find where states are shared.
    async fn settle(&self, state: State, name: &str) -> Result<State, Error> {
        Ok(match self.keeping {
            Keeping::Last => state,
            Keeping::All => {
                self.host.freeze(&state.database).await?;
                state
            }
            Keeping::Shared => {
                let database = self.host.publish(state.database, &published_name(name)).await?;
                State { database, ..state }
            }
        })
    }

    /// The state of this name that another process laid, if states are shared.
    async fn published(&self, name: &str, phases: usize) -> Result<Option<State>, Error> {
        if self.keeping != Keeping::Shared {
            return Ok(None);
        }
        let Some(database) = self.host.published(&published_name(name)).await? else {
            return Ok(None);
        };
        let clone = self.host.clone_of(&database).await?;
        let mut session = self.host.connect(&clone).await?;
        let read = self.read(clone.clone(), &mut session, phases).await?;
        session.close().await?;
        self.host.drop_database(&clone).await?;
        Ok(Some(State { database, ..read }))
    }
}

/// The name under which the processes of a test run find a state.
fn published_name(state: &str) -> String {
    format!("phasegate_state_{state}")
}
