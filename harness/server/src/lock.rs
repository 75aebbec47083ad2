//! One maker at a time: the second waits, and then finds the work done.

use std::{
    fs::{File, OpenOptions},
    path::Path,
};

use crate::error::ServerError;

/// Held until dropped, and by the system no longer than the process lives.
#[derive(Debug)]
pub(crate) struct Lock(#[expect(dead_code, reason = "the open file is the lock")] File);

impl Lock {
    /// Waits until this process alone holds the lock.
    pub(crate) fn take(path: &Path) -> Result<Self, ServerError> {
        let file = OpenOptions::new()
            .create(true)
            .append(true)
            .open(path)
            .map_err(ServerError::file("open the lock", path))?;
        file.lock().map_err(ServerError::file("lock", path))?;
        Ok(Self(file))
    }
}
