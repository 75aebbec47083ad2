//! One place where databases are made, whatever their kind.

use std::sync::Arc;

use crate::{Clones, Database, Error, Session, postgres::PostgresHost, sqlite::SqliteHost};

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
    pub async fn create(&self) -> Result<Database, Error> {
        match self {
            Self::Postgres(host) => host.create().await,
            Self::Sqlite(host) => host.create(),
        }
    }

    /// Connects to a database.
    ///
    /// # Errors
    /// When the server refuses.
    pub async fn connect(&self, database: &Database) -> Result<Session, Error> {
        match self {
            Self::Postgres(host) => host.connect(database).await,
            Self::Sqlite(host) => host.connect(database),
        }
    }

    /// Makes a database a checkpoint: nobody connects to it any more, and it can be cloned.
    ///
    /// # Errors
    /// When the server refuses.
    pub async fn freeze(&self, database: &Database) -> Result<(), Error> {
        match self {
            Self::Postgres(host) => host.freeze(database).await,
            Self::Sqlite(_) => Ok(()),
        }
    }

    /// A copy of a checkpoint.
    ///
    /// # Errors
    /// When the server refuses.
    pub async fn clone_of(&self, checkpoint: &Database) -> Result<Database, Error> {
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
    pub async fn published(&self, name: &str) -> Result<Option<Database>, Error> {
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
    pub async fn publish(&self, database: Database, name: &str) -> Result<Database, Error> {
        match self {
            Self::Postgres(host) => host.publish(database, name).await,
            Self::Sqlite(_) => Ok(database),
        }
    }

    /// Drops a database.
    ///
    /// # Errors
    /// When the server refuses.
    pub async fn drop_database(&self, database: &Database) -> Result<(), Error> {
        match self {
            Self::Postgres(host) => host.drop_database(database).await,
            Self::Sqlite(host) => host.drop_database(database),
        }
    }

    /// Waits until nobody is connected to a database any more, so that it can be cloned.
    ///
    /// # Errors
    /// When the server fails.
    pub async fn alone(&self, database: &Database) -> Result<(), Error> {
        match self {
            Self::Postgres(host) => host.alone(database).await,
            Self::Sqlite(_) => Ok(()),
        }
    }

    /// Gives a database a name that says what it is, and lets people connect to it.
    ///
    /// # Errors
    /// When the server refuses.
    pub async fn rename(&self, database: &Database, label: &str) -> Result<Database, Error> {
        match self {
            Self::Postgres(host) => host.rename(database, label).await,
            Self::Sqlite(host) => host.rename(database, label),
        }
    }

    /// Leaves these databases where they are, and drops every other that was made here.
    ///
    /// # Errors
    /// When the server refuses.
    pub async fn keep(&self, kept: &[Database]) -> Result<(), Error> {
        match self {
            Self::Postgres(host) => host.drop_all_but(kept).await,
            Self::Sqlite(host) => host.keep(kept),
        }
    }

    /// A copy of a database that exists, for a kind that is judged on a copy.
    ///
    /// # Errors
    /// When there is no such file, it is no whole database, or it is being written to.
    pub fn copy_of(&self, url: &str) -> Result<Database, Error> {
        match self {
            Self::Postgres(_) => Err(Error::mistake("a database on a server is not judged on a copy")),
            Self::Sqlite(host) => host.copy_of(url),
        }
    }

    /// A copy of a database that a run has kept, with the files that a program under validation keeps beside it.
    ///
    /// # Errors
    /// When there is no such file, or it is being written to.
    pub fn copy_with_companions(&self, url: &str) -> Result<Database, Error> {
        match self {
            Self::Postgres(_) => self.copy_of(url),
            Self::Sqlite(host) => host.copy_with_companions(url),
        }
    }

    /// Drops every database that was made here and is still there.
    ///
    /// # Errors
    /// When the server refuses.
    pub async fn drop_all(&self) -> Result<(), Error> {
        match self {
            Self::Postgres(host) => host.drop_all_but(&[]).await,
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
