//! Databases as files in a folder of the run's own.

use std::{
    fs,
    path::{Path, PathBuf},
    sync::atomic::{AtomicU32, Ordering},
};

use super::{SqliteSession, error::from_rusqlite, original::Original};
use crate::{Database, Error, Session};

/// The name of every database: what lies beside it can be named from it.
const FILE_NAME: &str = "state.db";

/// Makes files in a folder, which is somebody else's to remove.
#[derive(Debug)]
pub struct SqliteHost {
    folder: PathBuf,
    next: AtomicU32,
}

impl SqliteHost {
    /// Files in this folder.
    #[must_use]
    pub(crate) fn new(folder: &Path) -> Self {
        Self { folder: folder.to_owned(), next: AtomicU32::new(0) }
    }

    /// Leaves these databases where they are, and removes the others.
    pub(crate) fn keep(&self, kept: &[Database]) -> Result<(), Error> {
        let failed =
            |error: std::io::Error| Error::mistake(format!("failed to clean {}: {error}", self.folder.display()));
        for entry in fs::read_dir(&self.folder).map_err(failed)? {
            let path = entry.map_err(failed)?.path();
            if path.is_dir() && !kept.iter().any(|kept| Path::new(&kept.0).parent() == Some(&path)) {
                fs::remove_dir_all(&path).map_err(failed)?;
            }
        }
        Ok(())
    }

    /// Gives the folder of a database a name that says what the database is.
    pub(crate) fn rename(&self, database: &Database, label: &str) -> Result<Database, Error> {
        let from = Path::new(&database.0).parent().unwrap_or(&self.folder);
        let to = self.folder.join(label);
        let failed = |error: std::io::Error| Error::mistake(format!("failed to rename {}: {error}", from.display()));
        fs::rename(from, &to).map_err(failed)?;
        Ok(Database(to.join(FILE_NAME).to_string_lossy().into_owned()))
    }

    /// A copy of a file that somebody else made.
    pub(crate) fn copy_of(&self, url: &str) -> Result<Database, Error> {
        let copy = self.name()?;
        Original::of_url(url).copy_to(Path::new(&copy.0))?;
        Ok(copy)
    }

    /// The same, and what lies beside a file that a run has kept, whose folder is its own.
    pub(crate) fn copy_with_companions(&self, url: &str) -> Result<Database, Error> {
        let (copy, original) = (self.copy_of(url)?, Original::of_url(url));
        if original.path().file_name().is_some_and(|name| name == FILE_NAME) {
            copy_companions(original.path(), Path::new(&copy.0))?;
        }
        Ok(copy)
    }

    pub(crate) fn create(&self) -> Result<Database, Error> {
        let database = self.name()?;
        let mut session = SqliteSession::create(Path::new(&database.0))?;
        // An empty file is no database yet: this writes its header.
        session.run("PRAGMA user_version = 0; BEGIN IMMEDIATE; CREATE TABLE t (a); DROP TABLE t; COMMIT")?;
        session.close()?;
        Ok(database)
    }

    pub(crate) fn connect(&self, database: &Database) -> Result<Session, Error> {
        Ok(SqliteSession::open_scratch(Path::new(&database.0))?.into())
    }

    pub(crate) fn clone_of(&self, checkpoint: &Database) -> Result<Database, Error> {
        let clone = self.name()?;
        let refused = |error: rusqlite::Error| from_rusqlite(&error);
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

    pub(crate) fn drop_database(&self, database: &Database) -> Result<(), Error> {
        let folder = Path::new(&database.0).parent().unwrap_or(&self.folder);
        fs::remove_dir_all(folder)
            .map_err(|error| Error::mistake(format!("failed to remove {}: {error}", folder.display())))
    }

    /// A new file in a folder of its own: a program under validation keeps its backups and its lock beside its file.
    fn name(&self) -> Result<Database, Error> {
        let number = self.next.fetch_add(1, Ordering::Relaxed);
        let folder = self.folder.join(number.to_string());
        fs::create_dir(&folder)
            .map_err(|error| Error::mistake(format!("failed to make {}: {error}", folder.display())))?;
        let path = folder.join(FILE_NAME);
        Ok(Database(path.to_string_lossy().into_owned()))
    }
}

/// Copies what lies beside a database, but not its own side files: what these hold, the copy of the database holds.
fn copy_companions(from: &Path, to: &Path) -> Result<(), Error> {
    let (Some(from), Some(to)) = (from.parent(), to.parent()) else {
        return Ok(());
    };
    let failed = |error: std::io::Error| Error::mistake(format!("failed to copy {}: {error}", from.display()));
    for entry in fs::read_dir(from).map_err(failed)? {
        let path = entry.map_err(failed)?.path();
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        if path.is_file() && !name.starts_with(FILE_NAME) {
            fs::copy(&path, to.join(name.as_ref())).map_err(failed)?;
        }
    }
    Ok(())
}
