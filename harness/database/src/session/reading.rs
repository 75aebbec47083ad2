//! What a database holds: its catalog, its rows, its sequences.

use phasegate_evidence::{Catalog, Definition, Refusal};

use super::{Connection, Session};
use crate::{Error, Sequences, columns::TableColumns, postgres, sqlite};

impl Session {
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
}
