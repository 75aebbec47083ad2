//! What a test asks of a property: it holds, or it notices a defect that is put in.

use std::{fmt, path::Path};

use super::{Discrepancy, Hunt, Property, Script, Stage, play::play};
use crate::RunError;

/// Why a trial failed.
#[derive(Debug, thiserror::Error)]
pub enum TrialError {
    /// It did not come to an end.
    #[error(transparent)]
    Run(#[from] RunError),
    /// A case falsifies the property; the text says how to see it again.
    #[error("{0}")]
    Falsified(String),
    /// The property does not notice the defect.
    #[error("{0} holds in spite of the defect")]
    Unnoticed(&'static str),
    /// A defect that cannot be put in makes every case fail.
    #[error("the defect cannot be put in: {0}")]
    Refused(Discrepancy),
    /// A script shows something else.
    #[error("{}", .0.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n"))]
    Differs(Vec<Discrepancy>),
}

impl Stage {
    /// A property holds. A counterexample is written into the folder.
    ///
    /// # Errors
    /// When it does not, or the trial breaks.
    pub async fn holds<C: Clone + fmt::Debug>(
        &self,
        property: &Property<C>,
        how: Hunt<'_>,
        failures: &Path,
    ) -> Result<(), TrialError> {
        match self.hunt(property, how).await? {
            None => Ok(()),
            Some(found) => Err(TrialError::Falsified(found.message(&found.write(failures)))),
        }
    }

    /// A property notices the defect of the hunt, or one that is in its own scripts: it could not have held by accident.
    ///
    /// # Errors
    /// When it does not, or the trial breaks.
    pub async fn notices<C: Clone + fmt::Debug>(
        &self,
        property: &Property<C>,
        how: Hunt<'_>,
    ) -> Result<(), TrialError> {
        let found = self.hunt(property, how).await?.ok_or(TrialError::Unnoticed(property.name))?;
        match found.found.into_iter().find(|discrepancy| discrepancy.step == 0) {
            None => Ok(()),
            Some(refused) => Err(TrialError::Refused(refused)),
        }
    }

    /// A script shows what it says.
    ///
    /// # Errors
    /// When it does not, or the trial breaks.
    pub async fn shows(&self, script: &Script) -> Result<(), TrialError> {
        let mut copy = self.working_copy().await?;
        let found = play(&mut copy.session, "", script).await.map_err(RunError::from)?;
        self.states.clear(copy).await.map_err(RunError::from)?;
        if found.is_empty() { Ok(()) } else { Err(TrialError::Differs(found)) }
    }
}
