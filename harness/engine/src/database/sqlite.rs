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

/// The name of every database: what lies beside it can be named from it.
const FILE_NAME: &str = "state.db";

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
            .map_err(|error| DbError::harness(format!("failed to make a temporary folder: {error}")))?;
        Ok(Self { folder: folder.path().to_owned(), remover: Mutex::new(Some(folder)), next: AtomicU32::new(0) })
    }

    /// The folder.
    #[must_use]
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// Leaves the folder where it is, and says where.
    #[must_use]
    pub fn keep(&self) -> &Path {
        let remover = self.remover.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(folder) = remover {
            // The path is known already.
            let _ = folder.keep();
        }
        &self.folder
    }

    pub(super) fn create(&self) -> Result<Database, DbError> {
        let database = self.name()?;
        let mut session = SqliteSession::create(Path::new(&database.0))?;
        // An empty file is no database yet: this writes its header.
        session.run("PRAGMA user_version = 0; BEGIN IMMEDIATE; CREATE TABLE t (a); DROP TABLE t; COMMIT")?;
        session.close()?;
        Ok(database)
    }

    pub(super) fn connect(&self, database: &Database) -> Result<Session, DbError> {
        Ok(SqliteSession::open_scratch(Path::new(&database.0))?.into())
    }

    pub(super) fn clone_of(&self, checkpoint: &Database) -> Result<Database, DbError> {
        let clone = self.name()?;
        let refused = |error: rusqlite::Error| crate::sqlite::from_rusqlite(&error);
        let from = SqliteSession::open(Path::new(&checkpoint.0))?;
        let mut to = rusqlite::Connection::open(&clone.0).map_err(refused)?;
        // The online backup copies what is committed, wherever it lies; a plain copy of the file would lose the WAL.
        rusqlite::backup::Backup::new(from.connection(), &mut to)
            .and_then(|backup| backup.run_to_completion(i32::MAX, std::time::Duration::ZERO, None))
            .map_err(refused)?;
        to.close().map_err(|(_, error)| refused(error))?;
        from.close()?;
        copy_companions(Path::new(&checkpoint.0), Path::new(&clone.0))?;
        Ok(clone)
    }

    pub(super) fn drop_database(&self, database: &Database) -> Result<(), DbError> {
        let folder = Path::new(&database.0).parent().unwrap_or(self.folder());
        fs::remove_dir_all(folder)
            .map_err(|error| DbError::harness(format!("failed to remove {}: {error}", folder.display())))
    }

    /// A new file in a folder of its own: a program under validation keeps its backups and its lock beside its file.
    fn name(&self) -> Result<Database, DbError> {
        let number = self.next.fetch_add(1, Ordering::Relaxed);
        let folder = self.folder.join(number.to_string());
        fs::create_dir(&folder)
            .map_err(|error| DbError::harness(format!("failed to make {}: {error}", folder.display())))?;
        let path = folder.join(FILE_NAME);
        Ok(Database(path.to_string_lossy().into_owned()))
    }
}

/// Copies what lies beside a database, but not its own side files: what these hold, the copy of the database holds.
fn copy_companions(from: &Path, to: &Path) -> Result<(), DbError> {
    let (Some(from), Some(to)) = (from.parent(), to.parent()) else {
        return Ok(());
    };
    let failed = |error: std::io::Error| DbError::harness(format!("failed to copy {}: {error}", from.display()));
    for entry in fs::read_dir(from).map_err(failed)? {
        let path = entry.map_err(failed)?.path();
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        if path.is_file() && !name.starts_with(FILE_NAME) {
            fs::copy(&path, to.join(name.as_ref())).map_err(failed)?;
        }
    }
    Ok(())
}
