//! The state that properties are tried on.

use std::{fmt, sync::Arc};

use super::{Counterexample, Hunt, Property, hunt, play::lay_prelude};
use crate::{Migration, RunError, States, WorkingCopy};

/// A state of a suite, on whose clones properties are tried.
#[derive(Debug)]
pub struct Stage {
    /// Where it is laid and cloned.
    pub states: Arc<States>,
    /// The migration that leads to it.
    pub migration: Migration,
    /// How many of its phases have been applied.
    pub phases: usize,
}

impl Stage {
    /// After the last phase, with the suite's legacy rows.
    #[must_use]
    pub fn after_all_phases(states: Arc<States>) -> Self {
        let suite = states.suite();
        Self { migration: Migration::of(suite), phases: suite.phases.len(), states }
    }

    /// Before the first phase, without any legacy row.
    #[must_use]
    pub fn empty_baseline(states: Arc<States>) -> Self {
        let mut suite = states.suite().clone();
        suite.baseline.data.clear();
        Self { states, migration: Migration::of(&suite), phases: 0 }
    }

    /// A clone of the state as it is.
    ///
    /// # Errors
    /// When the state cannot be laid or cloned.
    pub async fn fresh(&self) -> Result<WorkingCopy, RunError> {
        self.states.working_copy(&self.migration, self.phases).await
    }

    /// A clone of the state, with the helpers that scripts call.
    ///
    /// # Errors
    /// When the state cannot be laid or cloned, or its kind of database cannot play scripts.
    pub async fn working_copy(&self) -> Result<WorkingCopy, RunError> {
        let mut copy = self.fresh().await?;
        match lay_prelude(&mut copy.session).await {
            Ok(()) => Ok(copy),
            Err(error) => {
                self.states.clear(copy).await?;
                Err(error.into())
            }
        }
    }

    /// Hunts a property on a clone of its own.
    ///
    /// # Errors
    /// When the clone cannot be made, the connection breaks or the strategy gives no case.
    pub async fn hunt<C: Clone + fmt::Debug>(
        &self,
        property: &Property<C>,
        how: Hunt<'_>,
    ) -> Result<Option<Counterexample<C>>, RunError> {
        let mut copy = self.working_copy().await?;
        let found = hunt(&mut copy.session, property, how).await?;
        self.states.clear(copy).await?;
        Ok(found)
    }
}
