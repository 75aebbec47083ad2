//! Running statements, each kind of them as it is asked for.

use phasegate_evidence::{Cell, Size};

use super::{Connection, ONE_SESSION, SETTLE, Session};
use crate::{Error, Ran, Statement, postgres, size::Keep};

impl Session {
    /// Runs one or more statements and returns every row of the last, as queries of one's own need them.
    ///
    /// # Errors
    /// At the first statement that is refused.
    pub async fn run(&mut self, sql: &str) -> Result<Ran, Error> {
        self.run_keeping(sql, Keep::All).await
    }

    /// Runs one or more statements whose rows nobody looks at, and gives the number of rows written.
    ///
    /// # Errors
    /// At the first statement that is refused.
    pub async fn execute(&mut self, sql: &str) -> Result<u64, Error> {
        self.run_keeping(sql, Keep::Nothing).await.map(|ran| ran.affected)
    }

    /// Runs one or more statements and returns the rows of the last, if they are no more than this.
    ///
    /// # Errors
    /// At the first statement that is refused; [`Error::TooLarge`].
    pub async fn run_within(&mut self, sql: &str, size: Size) -> Result<Ran, Error> {
        self.run_keeping(sql, Keep::AtMost(size)).await
    }

    async fn run_keeping(&mut self, sql: &str, keep: Keep) -> Result<Ran, Error> {
        match &mut self.connection {
            Connection::Postgres(session) => session.run_keeping(sql, keep).await,
            Connection::Sqlite(session) => session.run_keeping(sql, keep),
        }
    }

    /// Runs what may be one statement only, which the server itself is made to say of a text that could hold two.
    ///
    /// # Errors
    /// When it is refused; [`Error::TooLarge`].
    pub async fn run_one(&mut self, sql: &str, size: Size) -> Result<Ran, Error> {
        match &mut self.connection {
            Connection::Postgres(session) => session.run_one(sql, Keep::AtMost(size)).await,
            Connection::Sqlite(session) => session.run_keeping(sql, Keep::AtMost(size)),
        }
    }

    /// Runs a statement of a file, with the rows that stand behind it, and gives the number of rows written.
    ///
    /// # Errors
    /// When it is refused.
    pub async fn apply(&mut self, statement: &Statement) -> Result<u64, Error> {
        match (&mut self.connection, &statement.rows) {
            (Connection::Postgres(session), Some(rows)) => session.copy_in(&statement.text, rows).await,
            _ => self.execute(&statement.text).await,
        }
    }

    /// Runs all of these statements, where a server is asked in one message.
    ///
    /// # Errors
    /// At the first statement that is refused, with how many before it are known to have been done: a server that dies may
    /// have done more.
    pub async fn run_all(&mut self, statements: &[&str]) -> Result<(), (usize, Error)> {
        match &mut self.connection {
            Connection::Postgres(session) => session.run_all(statements).await,
            Connection::Sqlite(session) => statements.iter().enumerate().try_for_each(|(done, statement)| {
                session.run_keeping(statement, Keep::Nothing).map(drop).map_err(|error| (done, error))
            }),
        }
    }

    /// Runs statements one by one, as at a prompt: each commits by itself, unless one of them begins a transaction.
    ///
    /// # Errors
    /// At the first statement that is refused; when this kind of database lacks the capability `sessions`.
    pub async fn run_each(&mut self, sql: &str, size: Size) -> Result<Ran, Error> {
        match &mut self.connection {
            Connection::Postgres(session) => session.run_each(sql, Keep::AtMost(size)).await,
            Connection::Sqlite(_) => Err(Error::mistake(ONE_SESSION)),
        }
    }

    /// Runs a write and makes deferred constraints and triggers fire (rule 8). Gives the number of rows written.
    ///
    /// # Errors
    /// When the write is refused, at once or by what was deferred.
    pub async fn write(&mut self, sql: &str) -> Result<u64, Error> {
        match &mut self.connection {
            // The line break ends a comment that the write may end with.
            Connection::Postgres(session) => {
                let ran = session.run_keeping(&format!("{sql}\n;{SETTLE}"), Keep::Nothing).await?;
                Ok(ran.affected)
            }
            Connection::Sqlite(session) => {
                let ran = session.run_keeping(sql, Keep::Nothing)?;
                session.settle()?;
                Ok(ran.affected)
            }
        }
    }

    /// The plan of a query, one line a node, once every index may be used.
    ///
    /// # Errors
    /// When the query is refused.
    pub async fn explain(&mut self, query: &str, size: Size) -> Result<Vec<String>, Error> {
        let keep = Keep::AtMost(size);
        let lines = |ran: Ran, column: usize| {
            let line = |row: &Vec<Cell>| row.get(column).cloned().flatten();
            ran.table.rows.iter().filter_map(line).collect()
        };
        if let Connection::Postgres(session) = &mut self.connection {
            postgres::indexes_ready(session).await?;
            let ran = session.run_one(&format!("EXPLAIN (COSTS OFF) {query}"), keep).await?;
            return Ok(lines(ran, 0));
        }
        self.begin().await?;
        let ran = match &mut self.connection {
            Connection::Postgres(_) => Ok(Ran::default()),
            Connection::Sqlite(session) => session.explain_without_statistics(query, keep),
        };
        self.rollback().await?;
        Ok(lines(ran?, 3))
    }
}
