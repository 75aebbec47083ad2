//! Clones of a state, for whoever works on it.

use phasegate_database::Error;

use super::{State, States, WorkingCopy};
use crate::{RunError, migration::Migration};

impl States {
    /// A clone of the state after so many phases of a migration.
    ///
    /// # Errors
    /// When the state cannot be laid or cloned.
    pub async fn working_copy(&self, migration: &Migration, phases: usize) -> Result<WorkingCopy, RunError> {
        let state = self.after(migration, phases).await?;
        Ok(self.working_copy_of(&state).await?)
    }

    /// A clone of a state.
    pub(crate) async fn working_copy_of(&self, state: &State) -> Result<WorkingCopy, Error> {
        let database = self.host.clone_of(&state.database).await?;
        let session = self.host.connect(&database).await?;
        Ok(WorkingCopy { database, session })
    }

    /// Closes a clone and drops it.
    ///
    /// # Errors
    /// When the server fails.
    pub async fn clear(&self, copy: WorkingCopy) -> Result<(), Error> {
        copy.session.close().await?;
        self.host.drop_database(&copy.database).await
    }
}
