//! One place where databases are made, whatever their kind.

use std::sync::Arc;

use super::{Clones, PostgresHost, SqliteHost};
use crate::session::{DbError, Session};

/// A database that a run made: its name on the server, or the path of its file.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Database(pub String);

/// Makes databases. Cheap to clone; all clones speak of the same server or folder.
#[derive(Debug, Clone)]
pub enum Host {
    /// On a PostgreSQL server.
    Postgres(Arc<PostgresHost>),
    /// As files in a folder.
    Sqlite(Arc<SqliteHost>),
}

impl Host {
    /// A new database without anything but what the suite's server offers.
    ///
    /// # Errors
    /// When the server refuses.
    pub async fn create(&self) -> Result<Database, DbError> {
        match self {
            Self::Postgres(host) => host.create().await,
            Self::Sqlite(host) => host.create(),
        }
    }

    /// Connects to a database.
    ///
    /// # Errors
    /// When the server refuses.
    pub async fn connect(&self, database: &Database) -> Result<Session, DbError> {
        match self {
            Self::Postgres(host) => host.connect(database).await,
            Self::Sqlite(host) => host.connect(database),
        }
    }

    /// Makes a database a checkpoint: nobody connects to it any more, and it can be cloned.
    ///
    /// # Errors
    /// When the server refuses.
    pub async fn freeze(&self, database: &Database) -> Result<(), DbError> {
        match self {
            Self::Postgres(host) => host.freeze(database).await,
            Self::Sqlite(_) => Ok(()),
        }
    }

    /// A copy of a checkpoint.
    ///
    /// # Errors
    /// When the server refuses.
    pub async fn clone_of(&self, checkpoint: &Database) -> Result<Database, DbError> {
        match self {
            Self::Postgres(host) => host.clone_of(checkpoint).await,
            Self::Sqlite(host) => host.clone_of(checkpoint),
        }
    }

    /// So many copies of a checkpoint, made in the background ahead of their use.
    #[must_use]
    pub fn clones(&self, checkpoint: &Database, number: usize) -> Clones {
        Clones::start(self.clone(), checkpoint.clone(), number)
    }

    /// The checkpoint that another process published under this name on the same server.
    ///
    /// # Errors
    /// When the server fails.
    pub async fn published(&self, name: &str) -> Result<Option<Database>, DbError> {
        match self {
            Self::Postgres(host) => host.published(name).await,
            Self::Sqlite(_) => Ok(None),
        }
    }

    /// Gives a database a name under which other processes find it as a checkpoint. When another was faster, its
    /// checkpoint is the one to use, and this database goes.
    ///
    /// # Errors
    /// When the server fails.
    pub async fn publish(&self, database: Database, name: &str) -> Result<Database, DbError> {
        match self {
            Self::Postgres(host) => host.publish(database, name).await,
            Self::Sqlite(_) => Ok(database),
        }
    }

    /// Drops a database.
    ///
    /// # Errors
    /// When the server refuses.
    pub async fn drop_database(&self, database: &Database) -> Result<(), DbError> {
        match self {
            Self::Postgres(host) => host.drop_database(database).await,
            Self::Sqlite(host) => host.drop_database(database),
        }
    }

    /// Drops every database that was made here and is still there.
    ///
    /// # Errors
    /// When the server refuses.
    pub async fn drop_all(&self) -> Result<(), DbError> {
        match self {
            Self::Postgres(host) => host.drop_all().await,
            Self::Sqlite(_) => Ok(()),
        }
    }

    /// The URL of a database, for a command that is handed `DATABASE_URL`.
    #[must_use]
    pub fn url(&self, database: &Database) -> String {
        match self {
            Self::Postgres(host) => host.url(database),
            Self::Sqlite(_) => format!("sqlite:{}", database.0),
        }
    }
}
