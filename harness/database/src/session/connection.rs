//! The connection, whatever its kind.

use crate::{Capabilities, Error, Kind, PostgresSession, SqliteSession};

/// Makes deferred constraints and triggers fire.
pub(super) const SETTLE: &str = "SET CONSTRAINTS ALL IMMEDIATE";

/// What is wrong with asking SQLite for what several sessions do.
pub(super) const ONE_SESSION: &str = "one session at a time writes to a SQLite file";

/// One connection. Transactions nest: the outermost is a transaction, those within are savepoints.
#[derive(Debug)]
pub struct Session {
    pub(super) connection: Connection,
    pub(super) depth: u32,
}

#[derive(Debug)]
pub(super) enum Connection {
    Postgres(PostgresSession),
    Sqlite(SqliteSession),
}

impl From<PostgresSession> for Session {
    fn from(session: PostgresSession) -> Self {
        Self { connection: Connection::Postgres(session), depth: 0 }
    }
}

/// Who acts on a session.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Actors {
    /// Whose session it is.
    pub session: String,
    /// Whose rights hold just now.
    pub current: String,
}

impl From<SqliteSession> for Session {
    fn from(session: SqliteSession) -> Self {
        Self { connection: Connection::Sqlite(session), depth: 0 }
    }
}

impl Session {
    /// What this kind of database can do.
    #[must_use]
    pub fn capabilities(&self) -> &'static Capabilities {
        match self.connection {
            Connection::Postgres(_) => Kind::Postgres.capabilities(),
            Connection::Sqlite(_) => Kind::Sqlite.capabilities(),
        }
    }

    /// Closes the connection in good order.
    ///
    /// # Errors
    /// When the connection is already broken.
    pub async fn close(self) -> Result<(), Error> {
        match self.connection {
            Connection::Postgres(session) => session.close().await,
            Connection::Sqlite(session) => session.close(),
        }
    }
}
