//! Transactions: the outermost is one, those within are savepoints.

use super::{Connection, SETTLE, Session};
use crate::Error;

impl Session {
    /// Begins a transaction, or a savepoint within one.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn begin(&mut self) -> Result<(), Error> {
        let savepoint = format!("SAVEPOINT phasegate_{}", self.depth);
        match (&mut self.connection, self.depth) {
            (Connection::Postgres(session), 0) => session.ahead("BEGIN"),
            (Connection::Postgres(session), _) => session.ahead(&savepoint),
            // A deferred transaction of SQLite takes its lock at the first write, and may then find the file busy.
            (Connection::Sqlite(session), 0) => drop(session.run("BEGIN IMMEDIATE")?),
            (Connection::Sqlite(session), _) => drop(session.run(&savepoint)?),
        }
        self.depth += 1;
        Ok(())
    }

    /// Undoes everything since the matching [`Session::begin`].
    ///
    /// # Errors
    /// When the database refuses, or nothing was begun.
    pub async fn rollback(&mut self) -> Result<(), Error> {
        let sql = self.ending("ROLLBACK", |name| format!("ROLLBACK TO SAVEPOINT {name}; RELEASE SAVEPOINT {name}"))?;
        match &mut self.connection {
            Connection::Postgres(session) => session.ahead(&sql),
            Connection::Sqlite(session) => {
                session.run(&sql)?;
                if self.depth == 0 {
                    session.detach_all()?;
                }
            }
        }
        Ok(())
    }

    /// Begins what will be rolled back, whatever is done in it; [`Session::end_trial`] sees whether it was.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn begin_trial(&mut self) -> Result<(), Error> {
        self.begin().await?;
        self.begin().await
    }

    /// Undoes everything since the matching [`Session::begin_trial`].
    ///
    /// # Errors
    /// [`Error::LeftTransaction`] when what was done in it ended its transaction, and so may stay.
    pub async fn end_trial(&mut self) -> Result<(), Error> {
        let back = self.ending("", |name| format!("ROLLBACK TO SAVEPOINT {name}"))?;
        match self.run(&back).await {
            Err(Error::Refused(_)) => return Err(Error::LeftTransaction),
            outcome => outcome?,
        };
        self.rollback().await
    }

    /// Keeps everything since the matching [`Session::begin`].
    ///
    /// # Errors
    /// When the database refuses, as it does when a deferred constraint does not hold, or nothing was begun.
    pub async fn commit(&mut self) -> Result<(), Error> {
        let sql = self.ending("COMMIT", |name| format!("RELEASE SAVEPOINT {name}"))?;
        self.run(&sql).await.map(drop)
    }

    /// What ends the innermost transaction, which is then no longer counted.
    fn ending(&mut self, outermost: &str, nested: impl FnOnce(&str) -> String) -> Result<String, Error> {
        let sql = match self.depth {
            0 => return Err(Error::mistake("no transaction to end")),
            1 => outermost.to_owned(),
            depth => nested(&format!("phasegate_{}", depth - 1)),
        };
        self.depth -= 1;
        Ok(sql)
    }

    /// Makes deferred constraints and triggers fire now (rule 8).
    ///
    /// # Errors
    /// When one of them refuses what was written.
    pub async fn settle(&mut self) -> Result<(), Error> {
        match &mut self.connection {
            Connection::Postgres(session) => session.run(SETTLE).await.map(drop),
            Connection::Sqlite(session) => session.settle(),
        }
    }

    /// Ends what was rolled back now, and not with the next statement, so that nobody waits for its locks.
    ///
    /// # Errors
    /// When the server fails.
    pub async fn flush(&mut self) -> Result<(), Error> {
        match &mut self.connection {
            Connection::Postgres(session) => session.settle_ahead().await,
            Connection::Sqlite(_) => Ok(()),
        }
    }

    /// Whether a transaction is open that nobody here began; it is rolled back then.
    ///
    /// # Errors
    /// When the server fails.
    pub async fn left_open(&mut self) -> Result<bool, Error> {
        if let Connection::Sqlite(_) = &self.connection {
            return Ok(false);
        }
        // Only within a transaction is there a savepoint; in one that has failed, the refusal is another.
        match self.run("SAVEPOINT phasegate_open").await {
            Err(Error::Refused(refusal)) if refusal.sqlstate.as_deref() == Some("25P01") => return Ok(false),
            Ok(_) | Err(Error::Refused(_)) => self.run("ROLLBACK").await?,
            Err(error) => return Err(error),
        };
        Ok(true)
    }
}
