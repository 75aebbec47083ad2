//! The sessions of others on the same database.

use super::{Connection, ONE_SESSION, Session};
use crate::{Backend, Error, postgres};

impl Session {
    /// What serves this session.
    ///
    /// # Errors
    /// When the server does not say; when this kind of database lacks the capability `sessions`.
    pub async fn backend(&mut self) -> Result<Backend, Error> {
        match &mut self.connection {
            Connection::Postgres(session) => session.backend().await,
            Connection::Sqlite(_) => Err(Error::mistake(ONE_SESSION)),
        }
    }

    /// Whom another session waits for just now, asked on this one.
    ///
    /// # Errors
    /// When the server does not say; when this kind of database lacks the capability `sessions`.
    pub async fn blockers_of(&mut self, waiting: Backend) -> Result<Vec<Backend>, Error> {
        match &mut self.connection {
            Connection::Postgres(session) => session.blockers_of(waiting).await,
            Connection::Sqlite(_) => Err(Error::mistake(ONE_SESSION)),
        }
    }

    /// The sessions that others have open on the database, each in words, once those that are just ending have ended.
    ///
    /// # Errors
    /// When the server does not say.
    pub async fn others(&mut self) -> Result<Vec<String>, Error> {
        match &mut self.connection {
            Connection::Postgres(session) => postgres::other_sessions(session).await,
            Connection::Sqlite(_) => Ok(Vec::new()),
        }
    }

    /// Lets go of a SQLite file while another program works on it; a server serves both.
    ///
    /// # Errors
    /// When the connection cannot be closed.
    pub fn step_aside(&mut self) -> Result<(), Error> {
        match &mut self.connection {
            Connection::Postgres(_) => Ok(()),
            Connection::Sqlite(session) => session.step_aside(),
        }
    }

    /// Undoes [`Session::step_aside`].
    ///
    /// # Errors
    /// When the other program left no database behind.
    pub fn come_back(&mut self) -> Result<(), Error> {
        match &mut self.connection {
            Connection::Postgres(_) => Ok(()),
            Connection::Sqlite(session) => session.come_back(),
        }
    }
}
