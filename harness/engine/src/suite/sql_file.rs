//! An SQL file of the fixtures.

use std::sync::OnceLock;

use crate::sql::{Statement, SyntaxFault, split_postgres, split_sqlite};

/// An SQL file of the fixtures. It is split into statements once, when they are first asked for: a run needs neither the
/// defects nor the scenarios of its suite.
#[derive(Debug, Clone)]
pub struct SqlFile {
    /// Its path relative to the fixtures.
    pub path: String,
    /// What it holds.
    pub text: String,
    dialect: Dialect,
    statements: OnceLock<Result<Vec<Statement>, SyntaxFault>>,
}

/// By whose rules a file is split.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Dialect {
    /// PostgreSQL's.
    Postgres,
    /// SQLite's.
    Sqlite,
}

impl SqlFile {
    /// A file that holds this text.
    #[must_use]
    pub fn new(path: String, text: String, dialect: Dialect) -> Self {
        Self { path, text, dialect, statements: OnceLock::new() }
    }

    /// Its statements.
    ///
    /// # Errors
    /// At the first place that does not parse.
    pub fn statements(&self) -> Result<&[Statement], SyntaxFault> {
        let split = self.statements.get_or_init(|| match self.dialect {
            Dialect::Postgres => split_postgres(&self.text),
            Dialect::Sqlite => split_sqlite(&self.text),
        });
        match split {
            Ok(statements) => Ok(statements),
            Err(fault) => Err(fault.clone()),
        }
    }
}
