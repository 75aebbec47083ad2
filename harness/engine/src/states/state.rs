//! A state of a migration, and how it came to be.

use std::{collections::BTreeMap, sync::Arc};

use phasegate_database::{Database, Session, TableRows};
use phasegate_evidence::{ApplyFailure, Catalog, Refusal, Table, TableContent};

/// A state.
#[derive(Debug)]
pub struct State {
    /// The database that holds it; nobody writes to it.
    pub database: Database,
    /// What it holds.
    pub(crate) catalog: Arc<Catalog>,
    /// Every row of every table.
    pub(crate) rows: TableRows,
    /// What the books of known migration tools say, by the table.
    pub(crate) revisions: BTreeMap<String, Table>,
    /// Rows of some tables without some columns, for the checks that will ask for them.
    pub(super) wanted: BTreeMap<Wanted, RowsBefore>,
}

/// Tables, and columns that are left out.
pub(super) type Wanted = (Vec<String>, Vec<String>);

/// The rows of some tables of a state, or why they cannot be read.
pub(crate) type RowsBefore = Result<Arc<TableRows>, Refusal>;

/// How a state came to be.
pub(crate) enum Laid {
    /// By the statements of its phase.
    Applied(Arc<State>),
    /// By the same statements, earlier.
    Reused(Arc<State>),
    /// It did not: a statement was refused, or something broke.
    Failed {
        /// Why.
        failure: Box<ApplyFailure>,
        /// The catalog after the failure, unless it cannot be read any more.
        catalog: Option<Catalog>,
        /// What each table holds then, unless that cannot be read any more.
        tables: BTreeMap<String, TableContent>,
        /// What the books of known migration tools say then.
        revisions: BTreeMap<String, Table>,
        /// The database in which it failed.
        database: Database,
    },
}

/// A clone of a state, with a session on it.
#[derive(Debug)]
pub struct WorkingCopy {
    /// The clone.
    pub database: Database,
    /// The session.
    pub session: Session,
}

impl State {
    /// A database that exists, and was not laid here.
    pub(crate) fn existing(database: Database, catalog: Catalog) -> Self {
        Self {
            database,
            catalog: Arc::new(catalog),
            rows: TableRows::default(),
            revisions: BTreeMap::new(),
            wanted: BTreeMap::new(),
        }
    }
}
