//! A SQLite session.

use std::{
    collections::BTreeSet,
    path::{Path, PathBuf},
    time::{Duration, Instant},
};

use rusqlite::{Batch, Connection, OpenFlags, Statement, fallible_iterator::FallibleIterator, types::ValueRef};

use phasegate_evidence::{Cause, Cell, Refusal};

use super::{
    error::{INTERRUPTED, from_rusqlite},
    refusal,
};
use crate::{
    Error, Identifier, Ran,
    size::{Keep, Rows},
};

/// A SQLite connection.
#[derive(Debug)]
pub struct SqliteSession {
    connection: Connection,
    opened: Opened,
    /// How long a statement may take.
    limit: Option<Duration>,
    /// Why nothing can be asked any more: disk or memory gave out in the middle of a transaction.
    gave_out: Option<String>,
}

/// After how many instructions of its virtual machine SQLite looks at the clock.
const INSTRUCTIONS_BETWEEN_LOOKS: i32 = 10_000;

/// How a connection was opened, so that it can be opened again.
#[derive(Debug, Clone)]
struct Opened {
    path: PathBuf,
    flags: OpenFlags,
    durable: bool,
}

/// The version of the SQLite library that is built in.
#[must_use]
pub(crate) fn library_version() -> &'static str {
    rusqlite::version()
}

impl SqliteSession {
    /// Opens a file that exists; a wrong path is an error and not a new database.
    ///
    /// # Errors
    /// When the file cannot be opened as a database.
    pub fn open(path: &Path) -> Result<Self, Error> {
        Self::with_flags(path, OpenFlags::SQLITE_OPEN_READ_WRITE)
    }

    /// Opens a file that exists and need not survive the machine.
    ///
    /// # Errors
    /// When the file cannot be opened as a database.
    pub fn open_scratch(path: &Path) -> Result<Self, Error> {
        Self::opened(Opened { path: path.to_owned(), flags: OpenFlags::SQLITE_OPEN_READ_WRITE, durable: false })
    }

    /// Creates a new file.
    ///
    /// # Errors
    /// When the file cannot be created.
    pub fn create(path: &Path) -> Result<Self, Error> {
        Self::with_flags(path, OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE)
    }

    /// Opens a file for reading only.
    ///
    /// # Errors
    /// When the file cannot be opened as a database.
    pub fn open_read_only(path: &Path) -> Result<Self, Error> {
        Self::with_flags(path, OpenFlags::SQLITE_OPEN_READ_ONLY)
    }

    fn with_flags(path: &Path, flags: OpenFlags) -> Result<Self, Error> {
        Self::opened(Opened { path: path.to_owned(), flags, durable: true })
    }

    fn opened(opened: Opened) -> Result<Self, Error> {
        // With URIs a check can attach a further file for reading only, and never makes one that is not there.
        let flags = opened.flags | OpenFlags::SQLITE_OPEN_NO_MUTEX | OpenFlags::SQLITE_OPEN_URI;
        let connection = Connection::open_with_flags(&opened.path, flags).map_err(|error| from_rusqlite(&error))?;
        let mut session = Self { connection, opened, limit: None, gave_out: None };
        if !session.opened.durable {
            session.run("PRAGMA synchronous = off")?;
        }
        // A double-quoted name that is no column must be an error, not a string.
        use rusqlite::config::DbConfig;
        for option in [DbConfig::SQLITE_DBCONFIG_DQS_DDL, DbConfig::SQLITE_DBCONFIG_DQS_DML] {
            session.connection.set_db_config(option, false).map_err(|error| from_rusqlite(&error))?;
        }
        Ok(session)
    }

    /// Lets go of the file, so that a program that wants it for itself alone can have it.
    ///
    /// # Errors
    /// When the connection cannot be closed.
    pub fn step_aside(&mut self) -> Result<(), Error> {
        let nothing = Connection::open_in_memory().map_err(|error| from_rusqlite(&error))?;
        std::mem::replace(&mut self.connection, nothing).close().map_err(|(_, error)| from_rusqlite(&error))
    }

    /// Opens what now lies at the path that the session was opened with: a restore puts another file there.
    ///
    /// # Errors
    /// When the file cannot be opened as a database.
    pub fn come_back(&mut self) -> Result<(), Error> {
        *self = Self { limit: self.limit, ..Self::opened(self.opened.clone())? };
        Ok(())
    }

    /// Detaches what a check attached: that is no part of a transaction, and would meet the next check.
    ///
    /// # Errors
    /// When a file cannot be detached.
    pub fn detach_all(&mut self) -> Result<(), Error> {
        let attached = self.run("SELECT name FROM pragma_database_list WHERE name NOT IN ('main', 'temp')")?;
        for name in attached.table.rows.into_iter().flatten().flatten() {
            self.run(&format!("DETACH {}", Identifier(&name)))?;
        }
        Ok(())
    }

    /// The connection itself, for what SQL cannot ask.
    pub(crate) fn connection(&self) -> &Connection {
        &self.connection
    }

    /// Gives every run of statements from now on a time limit.
    pub(crate) fn limit(&mut self, limit: Duration) {
        self.limit = Some(limit);
    }

    /// Runs one or more statements and returns the rows of the last.
    ///
    /// # Errors
    /// At the first statement that is refused.
    pub fn run(&mut self, sql: &str) -> Result<Ran, Error> {
        self.run_keeping(sql, Keep::All)
    }

    /// Runs one or more statements, and keeps so much of the rows of the last. A query that gives a row too many is asked for
    /// no further one.
    pub(crate) fn run_keeping(&mut self, sql: &str, keep: Keep) -> Result<Ran, Error> {
        self.within_limit(|session| session.statements(sql, keep))
    }

    /// Works with the session, for as long as its limit allows.
    ///
    /// # Errors
    /// When it is refused, or outlives the limit.
    pub(crate) fn within_limit<T>(&mut self, work: impl FnOnce(&Self) -> Result<T, Error>) -> Result<T, Error> {
        // SQLite has rolled back what is now to be rolled back: that it is not there would hide why.
        if let Some(gave_out) = &self.gave_out {
            return Err(Error::OutOfResources(gave_out.clone()));
        }
        if let Some(limit) = self.limit {
            let deadline = Instant::now() + limit;
            let is_over = move || Instant::now() > deadline;
            self.connection
                .progress_handler(INSTRUCTIONS_BETWEEN_LOOKS, Some(is_over))
                .map_err(|error| from_rusqlite(&error))?;
        }
        let worked = work(self).map_err(|error| match (error, self.limit) {
            (Error::Refused(refusal), Some(limit)) if refusal.sqlstate.as_deref() == Some(INTERRUPTED) => {
                Error::TimedOut(limit)
            }
            (error, _) => error,
        });
        if let Err(Error::OutOfResources(why)) = &worked {
            self.gave_out = Some(why.clone());
        }
        worked
    }

    fn statements(&self, sql: &str, keep: Keep) -> Result<Ran, Error> {
        let mut ran = Ran::default();
        let mut batch = Batch::new(&self.connection, sql);
        while let Some(mut statement) = batch.next().map_err(|e| from_rusqlite(&e))? {
            let columns: Vec<String> = statement.column_names().map(str::to_owned).collect();
            let before = self.connection.total_changes();
            let mut rows = Rows::new(keep);
            if let Err(error) = read(&mut statement, &columns, &mut rows) {
                let text = statement.expanded_sql().unwrap_or_default();
                drop(statement);
                return Err(self.refused(&error, &text));
            }
            ran.affected += self.connection.total_changes() - before;
            ran.table = rows.end()?;
        }
        Ok(ran)
    }

    /// The refusal of a statement, with what refused it where the message does not say so.
    fn refused(&self, error: &rusqlite::Error, statement: &str) -> Error {
        let Error::Refused(refused) = from_rusqlite(error) else {
            return from_rusqlite(error);
        };
        let code = error.sqlite_error().map(|error| error.extended_code);
        let cause = refused.cause.or_else(|| refusal::cause(&self.connection, code?, &refused.message, statement));
        Error::Refused(Refusal { cause, ..refused })
    }

    /// The plan of a query as it is without statistics, which would make it depend on the rows of the day on which
    /// somebody gathered them. They are dropped for that: call it within a savepoint that is undone.
    ///
    /// # Errors
    /// When the query is refused.
    pub(crate) fn explain_without_statistics(&mut self, query: &str, keep: Keep) -> Result<Ran, Error> {
        let statistics =
            self.run("SELECT name FROM sqlite_master WHERE type = 'table' AND substr(name, 1, 11) = 'sqlite_stat'")?;
        let tables: Vec<String> = statistics.table.rows.into_iter().flatten().flatten().collect();
        for table in &tables {
            self.run(&format!("DROP TABLE {}", Identifier(table)))?;
        }
        if !tables.is_empty() {
            // What was loaded of them stays in use until they are read again.
            self.run("ANALYZE sqlite_schema")?;
        }
        let mut plan = self.run_keeping(&format!("EXPLAIN QUERY PLAN {query}"), keep)?;
        let capitals = self.names_in_capitals()?;
        for detail in plan.table.rows.iter_mut().filter_map(|row| row.last_mut()?.as_mut()) {
            *detail = in_lower_case(detail, &capitals);
        }
        Ok(plan)
    }

    /// The names of indexes and columns that hold capitals, in which a plan says them.
    fn names_in_capitals(&mut self) -> Result<BTreeSet<String>, Error> {
        let names = self.run(
            "SELECT name FROM sqlite_schema WHERE type = 'index' AND name <> lower(name) UNION \
             SELECT c.name FROM sqlite_schema t JOIN pragma_table_xinfo(t.name) c WHERE c.name <> lower(c.name)",
        )?;
        Ok(names.table.rows.into_iter().flatten().flatten().collect())
    }

    /// Looks for rows that a deferred foreign key will refuse at COMMIT.
    ///
    /// # Errors
    /// When there is one; the error names the foreign key as its cause.
    pub fn settle(&mut self) -> Result<(), Error> {
        let enforced = self.run("PRAGMA foreign_keys")?;
        if enforced.table.single() != Some("1") {
            return Ok(());
        }
        match self.within_limit(|session| refusal::broken_keys(&session.connection))? {
            None => Ok(()),
            Some(name) => Err(Error::Refused(Refusal {
                sqlstate: Some("SQLITE_CONSTRAINT_FOREIGNKEY".to_owned()),
                cause: Some(Cause::Constraint { name }),
                ..Refusal::without_code("FOREIGN KEY constraint failed")
            })),
        }
    }

    /// Closes the connection in good order.
    ///
    /// # Errors
    /// When a statement is still open.
    pub fn close(self) -> Result<(), Error> {
        self.connection.close().map_err(|(_, error)| from_rusqlite(&error))
    }
}

/// A line of a plan with these names in lower case: they are compared without case, and nothing else in it is.
fn in_lower_case(line: &str, names: &BTreeSet<String>) -> String {
    let is_part = |letter: char| letter.is_alphanumeric() || letter == '_' || letter == '$';
    let words = line.split_inclusive(|letter| !is_part(letter));
    let word = |word: &str| {
        let is_name = names.contains(word.trim_end_matches(|letter| !is_part(letter)));
        if is_name { word.to_ascii_lowercase() } else { word.to_owned() }
    };
    words.map(word).collect()
}

fn read(statement: &mut Statement<'_>, columns: &[String], rows: &mut Rows) -> rusqlite::Result<()> {
    let mut found = statement.raw_query();
    while let Some(row) = found.next()? {
        let values = (0..columns.len()).map(|index| row.get_ref(index)).collect::<Result<Vec<_>, _>>()?;
        if rows.takes(values.iter().map(byte_length).sum()) {
            rows.push(|| columns.to_vec(), values.into_iter().map(cell).collect());
        } else if rows.are_too_large() {
            break;
        }
    }
    Ok(())
}

/// How many bytes a value has in its text form, or about so many where it is a number.
fn byte_length(value: &ValueRef<'_>) -> usize {
    match value {
        ValueRef::Null => 0,
        ValueRef::Integer(_) | ValueRef::Real(_) => size_of::<i64>(),
        ValueRef::Text(bytes) => bytes.len(),
        ValueRef::Blob(bytes) => "X''".len() + 2 * bytes.len(),
    }
}

fn cell(value: ValueRef<'_>) -> Cell {
    match value {
        ValueRef::Null => None,
        ValueRef::Integer(number) => Some(number.to_string()),
        ValueRef::Real(number) => Some(format!("{number:?}")),
        ValueRef::Text(bytes) => Some(String::from_utf8_lossy(bytes).into_owned()),
        ValueRef::Blob(bytes) => {
            let digits: String = bytes.iter().map(|byte| format!("{byte:02X}")).collect();
            Some(format!("X'{digits}'"))
        }
    }
}
