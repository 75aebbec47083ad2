//! The books that known migration tools keep in the database: which revisions they say are applied.

use std::collections::BTreeMap;

use phasegate_evidence::{Catalog, Size, Table};

use crate::{Error, Session, identifier::table_identifier, refusal_of};

/// The table of a migration tool.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Books {
    /// Its name, in whatever schema.
    pub table: &'static str,
    /// Its columns but for those that two honest runs fill otherwise: who applied a revision, when, and how long it took.
    columns: &'static str,
}

/// Alembic, sqlx and Flyway keep the same table in every kind of database.
pub(crate) const SQL_BOOKS: &[Books] = &[
    Books { table: "alembic_version", columns: "version_num" },
    Books { table: "_sqlx_migrations", columns: "version, description, success" },
    Books {
        table: "flyway_schema_history",
        columns: "installed_rank, version, description, type, script, checksum, success",
    },
];

impl Session {
    /// What the books of the known tools say, by the table, where the catalog has such a table. One that does not look like
    /// that of its tool, or holds more than is recorded, is somebody else's, and left out.
    ///
    /// # Errors
    /// When the connection breaks.
    pub async fn revisions(&mut self, catalog: &Catalog, size: Size) -> Result<BTreeMap<String, Table>, Error> {
        let mut revisions = BTreeMap::new();
        for name in catalog.tables() {
            let bare = name.rsplit('.').next().unwrap_or(name);
            let Some(books) = self.capabilities().books.iter().find(|books| books.table == bare) else { continue };
            let sql = format!("SELECT {} FROM {} ORDER BY 1", books.columns, table_identifier(name));
            match refusal_of(self.run_within(&sql, size).await) {
                Ok(Ok(ran)) => drop(revisions.insert(name.to_owned(), ran.table)),
                Ok(Err(_)) | Err(Error::TooLarge(_)) => {}
                Err(error) => return Err(error),
            }
        }
        Ok(revisions)
    }
}
