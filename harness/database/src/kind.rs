//! The kinds of databases: their names, and what each can do. Whoever wants to know asks for a capability, never for the
//! kind.

use std::{path::Path, sync::Arc};

use crate::{
    Books, Error, Host, PostgresAddress, Statement, SyntaxFault,
    books::SQL_BOOKS,
    postgres::{self, PostgresHost},
    sqlite::{self, SqliteHost},
};

/// A kind of database.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// PostgreSQL, with TimescaleDB or without.
    Postgres,
    /// SQLite.
    Sqlite,
}

/// What a kind of database can do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Capabilities {
    /// The name of the kind in `suite.toml`.
    pub name: &'static str,
    /// How a database of this kind is named to a command.
    pub url: &'static str,
    /// It is reached through a server.
    pub server: bool,
    /// Roles can be taken on, and settings set for a transaction.
    pub roles: bool,
    /// A function can try a statement and go on when it is refused.
    pub procedures: bool,
    /// Several sessions can write at once, and one can be seen to wait for another.
    pub sessions: bool,
    /// Two names that differ in case alone are two names.
    pub names_with_case: bool,
    /// A baseline applies in one transaction; elsewhere it holds statements that no transaction allows.
    pub transactional_baseline: bool,
    /// What a statement does lies within the database and goes with its transaction; elsewhere it may lie in files beside
    /// it, which only a commit shows.
    pub self_contained: bool,
    /// A database that exists is copied, and the copy judged, so that whatever is written reaches nobody.
    pub judged_on_a_copy: bool,
    /// The tables in which known migration tools keep their books.
    pub books: &'static [Books],
}

const POSTGRES: Capabilities = Capabilities {
    name: "postgres",
    url: "postgresql://user:password@host:port/database",
    server: true,
    roles: true,
    procedures: true,
    sessions: true,
    names_with_case: true,
    transactional_baseline: true,
    self_contained: true,
    judged_on_a_copy: false,
    books: SQL_BOOKS,
};

const SQLITE: Capabilities = Capabilities {
    name: "sqlite",
    url: "sqlite:PATH",
    server: false,
    roles: false,
    procedures: false,
    sessions: false,
    names_with_case: false,
    transactional_baseline: false,
    self_contained: false,
    judged_on_a_copy: true,
    books: SQL_BOOKS,
};

/// Where scratch databases are made.
#[derive(Debug, Clone, Copy)]
pub struct Place<'a> {
    /// The server, for a kind that needs one.
    pub server: Option<&'a PostgresAddress>,
    /// The folder, for a kind whose databases are files.
    pub folder: Option<&'a Path>,
    /// What their names begin with.
    pub prefix: &'a str,
}

impl Kind {
    /// Every kind.
    pub const ALL: [Self; 2] = [Self::Postgres, Self::Sqlite];

    /// What it can do.
    #[must_use]
    pub fn capabilities(self) -> &'static Capabilities {
        match self {
            Self::Postgres => &POSTGRES,
            Self::Sqlite => &SQLITE,
        }
    }

    /// The kind of this name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.capabilities().name == name)
    }

    /// The kind of the database that a URL names.
    #[must_use]
    pub fn of_url(url: &str) -> Self {
        if url.starts_with("sqlite:") { Self::Sqlite } else { Self::Postgres }
    }

    /// Splits a file into statements.
    ///
    /// # Errors
    /// At the first place that does not parse.
    pub fn split(self, text: &str) -> Result<Vec<Statement>, SyntaxFault> {
        match self {
            Self::Postgres => postgres::split(text),
            Self::Sqlite => sqlite::split(text),
        }
    }

    /// Whether the kind's own program for dumps wrote this text.
    #[must_use]
    pub fn is_dump(self, text: &str) -> bool {
        match self {
            Self::Postgres => postgres::is_dump(text),
            Self::Sqlite => false,
        }
    }

    /// Whether SQL keeps within a transaction that is rolled back, and, where only one statement is wanted, is one.
    ///
    /// # Errors
    /// At the first statement that does not.
    pub fn contained(self, sql: &str, one: bool) -> Result<(), SyntaxFault> {
        match self {
            Self::Postgres => postgres::contained(sql, one),
            Self::Sqlite => sqlite::contained(sql, one),
        }
    }

    /// The text of these columns, by their places, of the text of a whole row.
    pub(crate) fn row_of(self, row: &str, columns: &[usize]) -> String {
        match self {
            Self::Postgres => postgres::row_of(row, columns),
            Self::Sqlite => sqlite::row_of(row, columns),
        }
    }

    /// Where scratch databases of this kind are made.
    ///
    /// # Errors
    /// When there is no server or no folder and the kind needs one.
    pub fn host(self, place: Place<'_>) -> Result<Host, Error> {
        Ok(match self {
            Self::Postgres => {
                let server = place.server.ok_or_else(|| Error::mistake("no server was started"))?;
                Host::Postgres(Arc::new(PostgresHost::new(server.clone(), place.prefix)))
            }
            Self::Sqlite => {
                let folder = place.folder.ok_or_else(|| Error::mistake("no folder was made"))?;
                Host::Sqlite(Arc::new(SqliteHost::new(folder)))
            }
        })
    }

    /// The version of the library that is built in, by its name, for a kind that needs no server.
    #[must_use]
    pub fn library_version(self) -> Option<(&'static str, &'static str)> {
        match self {
            Self::Postgres => None,
            Self::Sqlite => Some((phasegate_evidence::ServerFacts::SQLITE, sqlite::library_version())),
        }
    }
}
