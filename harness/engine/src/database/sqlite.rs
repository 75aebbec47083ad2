//! Databases as files in a folder of the run's own.

use std::{
    fs,
    path::{Path, PathBuf},
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicU32, Ordering},
    },
};

use tempfile::TempDir;

use super::Database;
use crate::{
    session::{DbError, Session},
    sqlite::SqliteSession,
};

/// Makes files in a temporary folder, which goes when this does.
#[derive(Debug)]
pub struct SqliteHost {
    folder: PathBuf,
    /// Removes the folder, unless it was told to be kept.
    remover: Mutex<Option<TempDir>>,
    next: AtomicU32,
}

impl SqliteHost {
    /// A new folder.
    ///
    /// # Errors
    /// When the temporary folder cannot be made.
    pub fn new() -> Result<Self, DbError> {
        let folder = tempfile::Builder::new()
            .prefix("phasegate-")
            .tempdir()
            .map_err(|error| {
                DbError::harness(format!("failed to make a temporary folder: {error}"))
            })?;
        Ok(Self {
            folder: folder.path().to_owned(),
            remover: Mutex::new(Some(folder)),
            next: AtomicU32::new(0),
        })
    }

    /// The folder.
    #[must_use]
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// Leaves the folder where it is, and says where.
    #[must_use]
    pub fn keep(&self) -> &Path {
        let remover = self
            .remover
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .take();
        if let Some(folder) = remover {
            // The path is known already.
            let _ = folder.keep();
        }
        &self.folder
    }

    pub(super) fn create(&self) -> Result<Database, DbError> {
        let database = self.name();
        let mut session = SqliteSession::create(Path::new(&database.0))?;
        // An empty file is no database yet: this writes its header.
        session.run(
            "PRAGMA user_version = 0; BEGIN IMMEDIATE; CREATE TABLE t (a); DROP TABLE t; COMMIT",
        )?;
        session.close()?;
        Ok(database)
    }

    pub(super) fn connect(&self, database: &Database) -> Result<Session, DbError> {
        let mut session = SqliteSession::open(Path::new(&database.0))?;
        // A scratch file need not survive the machine.
        session.run("PRAGMA synchronous = off")?;
        Ok(session.into())
    }

    pub(super) fn clone_of(&self, checkpoint: &Database) -> Result<Database, DbError> {
        let clone = self.name();
        let refused = |error: rusqlite::Error| crate::sqlite::from_rusqlite(&error);
        let from = SqliteSession::open(Path::new(&checkpoint.0))?;
        let mut to = rusqlite::Connection::open(&clone.0).map_err(refused)?;
        // The online backup copies what is committed, wherever it lies; a plain copy of the file would lose the WAL.
        rusqlite::backup::Backup::new(from.connection(), &mut to)
            .and_then(|backup| backup.run_to_completion(i32::MAX, std::time::Duration::ZERO, None))
            .map_err(refused)?;
        to.close().map_err(|(_, error)| refused(error))?;
        from.close()?;
        Ok(clone)
    }

    pub(super) fn drop_database(&self, database: &Database) -> Result<(), DbError> {
        for side in ["", "-wal", "-shm", "-journal"] {
            let path = format!("{}{side}", database.0);
            match fs::remove_file(&path) {
                Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                    return Err(DbError::harness(format!(
                        "failed to remove {path}: {error}"
                    )));
                }
                _ => {}
            }
        }
        Ok(())
    }

    fn name(&self) -> Database {
        let number = self.next.fetch_add(1, Ordering::Relaxed);
        Database(
            self.folder
                .join(format!("{number}.db"))
                .to_string_lossy()
                .into_owned(),
        )
    }
}
