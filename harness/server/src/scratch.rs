//! A folder for files that belong to one run.

use std::path::{Path, PathBuf};

use crate::{account::Account, error::ServerError, folder, kept, supervisor::Supervisor};

/// What the name of every such folder begins with.
pub(crate) const PREFIX: &str = "phasegate-files-";

/// A folder for files that belong to one run: it goes when this is dropped, and also when this process is killed.
#[derive(Debug)]
pub struct ScratchFolder {
    path: PathBuf,
    supervisor: Supervisor,
}

impl ScratchFolder {
    /// Makes one in the temporary folder.
    ///
    /// # Errors
    ///
    /// When it cannot be made there.
    pub fn new() -> Result<Self, ServerError> {
        kept::bound();
        let path = std::env::temp_dir().join(folder::name(PREFIX)?);
        let supervisor = Supervisor::of_folder(&path, None, Account::Ours)?;
        Ok(Self { path, supervisor })
    }

    /// Where it lies.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Leaves it where it is, marked with the name of the run whose it was.
    ///
    /// # Errors
    ///
    /// When its supervisor has ended, and the folder with it.
    pub fn keep(self, run: &str) -> Result<(), ServerError> {
        self.supervisor.keep(run)
    }
}
