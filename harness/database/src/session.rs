//! Sessions: one connection to a database, whatever its kind, with nested transactions.

use std::{collections::BTreeMap, time::Duration};

use phasegate_evidence::{Catalog, Cell, Definition, Refusal, Size};

use crate::{
    Backend, Capabilities, Error, Kind, PostgresSession, Ran, Sequences, SqliteSession, Statement,
    columns::TableColumns, postgres, size::Keep, sqlite,
};

/// Makes deferred constraints and triggers fire.
const SETTLE: &str = "SET CONSTRAINTS ALL IMMEDIATE";

/// What is wrong with asking SQLite for what several sessions do.
const ONE_SESSION: &str = "one session at a time writes to a SQLite file";

/// One connection. Transactions nest: the outermost is a transaction, those within are savepoints.
#[derive(Debug)]
pub struct Session {
    connection: Connection,
    depth: u32,
}

#[derive(Debug)]
enum Connection {
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

    /// Takes on a role and settings for what is run next, and gives up those of the call before.
    ///
    /// # Errors
    /// When the role or a setting is refused; when this kind of database lacks the capability `sessions`.
    pub async fn set_for_step(&mut self, role: Option<&str>, settings: &BTreeMap<&str, &str>) -> Result<(), Error> {
        match &mut self.connection {
            Connection::Postgres(session) => session.set_for_step(role, settings).await,
            Connection::Sqlite(_) => Err(Error::mistake(ONE_SESSION)),
        }
    }

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

    /// Gives every statement from now on a time limit. Must not be called within a transaction, which could undo it.
    pub fn limit(&mut self, limit: Duration) {
        match &mut self.connection {
            Connection::Postgres(session) => session.limit(limit),
            Connection::Sqlite(session) => session.limit(limit),
        }
    }

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

    /// Leaves the session as a new one is. Not within a transaction.
    ///
    /// # Errors
    /// When the server fails.
    pub async fn renew(&mut self) -> Result<(), Error> {
        match &mut self.connection {
            Connection::Postgres(session) => session.renew().await,
            Connection::Sqlite(_) => Ok(()),
        }
    }

    /// Leaves role and settings as a new transaction finds them, within one that goes on.
    ///
    /// # Errors
    /// When the server fails.
    pub async fn reset_settings(&mut self) -> Result<(), Error> {
        match &mut self.connection {
            Connection::Postgres(session) => session.reset_settings().await,
            Connection::Sqlite(_) => Ok(()),
        }
    }

    /// How far the sequences of the database have counted, which no rollback takes back.
    ///
    /// # Errors
    /// When one of them may not be read.
    pub async fn sequences(&mut self) -> Result<Sequences, Error> {
        match &mut self.connection {
            Connection::Postgres(session) => postgres::sequences(session).await,
            Connection::Sqlite(_) => Ok(Sequences::default()),
        }
    }

    /// Lets the sequences count on from where they were.
    ///
    /// # Errors
    /// When one of them may not be written.
    pub async fn put_back(&mut self, sequences: &Sequences) -> Result<(), Error> {
        match &mut self.connection {
            Connection::Postgres(session) => postgres::put_back(session, sequences).await,
            Connection::Sqlite(_) => Ok(()),
        }
    }

    /// Takes on a role until the end of the transaction.
    ///
    /// # Errors
    /// When the role does not exist or this kind of database has none.
    pub async fn become_role(&mut self, role: &str) -> Result<(), Error> {
        match &mut self.connection {
            Connection::Postgres(session) => session.set_role(role).await,
            Connection::Sqlite(_) => Err(Refusal::without_code("SQLite has no roles").into()),
        }
    }

    /// Acts as a role as if it had logged in, from now on or until the end of the transaction.
    ///
    /// # Errors
    /// When the role does not exist or this kind of database has none.
    pub async fn act_as(&mut self, role: &str, until_the_end_of_the_transaction: bool) -> Result<(), Error> {
        match &mut self.connection {
            Connection::Postgres(session) => session.act_as(role, until_the_end_of_the_transaction).await,
            Connection::Sqlite(_) => Err(Refusal::without_code("SQLite has no roles").into()),
        }
    }

    /// Who acts now.
    ///
    /// # Errors
    /// When the server does not say.
    pub async fn acts_as(&mut self) -> Result<Actors, Error> {
        match &mut self.connection {
            Connection::Postgres(session) => session.acts_as().await,
            Connection::Sqlite(_) => Ok(Actors::default()),
        }
    }

    /// Whether functions of the author's own set settings, which are the empty text afterwards and no longer unset.
    ///
    /// # Errors
    /// When the server does not say.
    pub async fn functions_set_settings(&mut self) -> Result<bool, Error> {
        match &mut self.connection {
            Connection::Postgres(session) => postgres::functions_set_settings(session).await,
            Connection::Sqlite(_) => Ok(false),
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

    /// What the session holds that the end of its transaction does not take away, each in words: settings, locks, temporary
    /// objects.
    ///
    /// # Errors
    /// When the server does not say.
    pub async fn left_behind(&mut self) -> Result<Vec<String>, Error> {
        match &mut self.connection {
            Connection::Postgres(session) => postgres::left_behind(session).await,
            Connection::Sqlite(_) => Ok(Vec::new()),
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

    /// Sets one transaction-local setting.
    ///
    /// # Errors
    /// When the database refuses it.
    pub async fn set(&mut self, name: &str, value: &str) -> Result<(), Error> {
        match &mut self.connection {
            Connection::Postgres(session) => session.set_config(name, value).await,
            Connection::Sqlite(_) => Err(Refusal::without_code("SQLite has no settings of this kind").into()),
        }
    }

    /// Lets nothing be written by this session from now on, where the kind of database can.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn read_only(&mut self) -> Result<(), Error> {
        match &mut self.connection {
            Connection::Postgres(session) => session.run("SET default_transaction_read_only = on").await.map(drop),
            Connection::Sqlite(session) => session.run("PRAGMA query_only = on").map(drop),
        }
    }

    /// Holds up nobody else: no lock is waited for any longer than this, and a transaction that nobody goes on with ends.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn beside_others(&mut self, lock: Duration, idle: Duration) -> Result<(), Error> {
        match &mut self.connection {
            Connection::Postgres(session) => session.beside_others(lock, idle).await,
            Connection::Sqlite(_) => Ok(()),
        }
    }

    /// Switches off what guards a table (`trigger t.guard`, `constraint t.ck`, `index i`, `policy t.p`, `rls t`) until the
    /// transaction is rolled back.
    ///
    /// # Errors
    /// When there is no such object, or its kind cannot be switched off.
    pub async fn switch_off(&mut self, object: &str) -> Result<(), Error> {
        let sql = match &self.connection {
            Connection::Postgres(_) => postgres::switching_off(object),
            Connection::Sqlite(_) => sqlite::switching_off(object),
        };
        let unknown = || Refusal::without_code(format!("`{object}` cannot be switched off"));
        self.run(&sql.ok_or_else(unknown)?).await.map(drop)
    }

    /// Reads the whole catalog.
    ///
    /// # Errors
    /// When a catalog query is refused.
    pub async fn catalog(&mut self) -> Result<Catalog, Error> {
        match &mut self.connection {
            Connection::Postgres(session) => postgres::read_catalog(session).await,
            Connection::Sqlite(session) => sqlite::read_catalog(session),
        }
    }

    /// Brings declared definitions into the form in which [`Session::catalog`] gives them, by letting the database
    /// itself build the objects within a savepoint; SQLite builds them in an empty database in memory.
    ///
    /// # Errors
    /// When the database does not accept a declaration; the error names it.
    pub async fn normalise(&mut self, declared: &[(String, String)]) -> Result<Vec<Definition>, Error> {
        if let Connection::Sqlite(_) = &self.connection {
            return sqlite::normalise(declared);
        }
        self.begin_trial().await?;
        let normalised = match &mut self.connection {
            Connection::Postgres(session) => postgres::normalise(session, declared).await,
            Connection::Sqlite(_) => sqlite::normalise(declared),
        };
        self.end_trial().await?;
        normalised
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

    /// The columns and the key of each of these tables.
    ///
    /// # Errors
    /// When a table does not exist.
    pub async fn table_columns(&mut self, tables: &[String]) -> Result<Vec<TableColumns>, Error> {
        match &mut self.connection {
            Connection::Postgres(session) => postgres::table_columns(session, tables).await,
            Connection::Sqlite(session) => sqlite::table_columns(session, tables),
        }
    }

    /// The rows of each of these tables in the order of its key: the text of the key, and that of the whole row.
    ///
    /// # Errors
    /// When a table or a column does not exist.
    pub async fn rows_of(&mut self, tables: &[&TableColumns]) -> Result<Vec<Vec<(String, String)>>, Error> {
        match &mut self.connection {
            Connection::Postgres(session) => postgres::rows_of(session, tables).await,
            Connection::Sqlite(session) => {
                let rows = |table: &&TableColumns| sqlite::rows_of(session, table);
                tables.iter().map(rows).collect()
            }
        }
    }

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
