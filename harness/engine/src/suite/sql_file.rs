//! An SQL file of the fixtures.

use std::sync::OnceLock;

use phasegate_database::{Kind, Statement, SyntaxFault};

/// An SQL file of the fixtures. It is split into statements once, when they are first asked for: a run needs neither the
/// defects nor the scenarios of its suite.
#[derive(Debug, Clone)]
pub struct SqlFile {
    /// Its path relative to the fixtures.
    pub(crate) path: String,
    /// What it holds.
    pub(crate) text: String,
    kind: Kind,
    statements: OnceLock<Result<Vec<Statement>, SyntaxFault>>,
}

impl SqlFile {
    /// A file that holds this text.
    pub(crate) fn new(path: String, text: String, kind: Kind) -> Self {
        Self { path, text, kind, statements: OnceLock::new() }
    }

    /// Its statements.
    ///
    /// # Errors
    /// When it is no SQL.
    pub fn statements(&self) -> Result<&[Statement], SyntaxFault> {
        let split = self.statements.get_or_init(|| self.kind.split(&self.text));
        match split {
            Ok(statements) => Ok(statements),
            Err(fault) => Err(fault.clone()),
        }
    }
}
