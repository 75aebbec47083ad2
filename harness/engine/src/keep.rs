//! The databases that a failed run leaves, each named after what it is.

use phasegate_database::{Database, Error, Host};

use crate::{states::State, suite::Phase};

/// A database that shows why a run failed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct KeptDatabase {
    /// What it is, which is the end of its name: `after_5`, `before_6`, `failed_6`.
    label: String,
    database: Database,
    /// The checks that failed on it; none where a phase did not apply.
    checks: Vec<String>,
}

impl KeptDatabase {
    /// What is left of something that did not apply.
    pub(crate) fn failed(what: &str, database: Database) -> Self {
        Self { label: format!("failed_{}", word(what)), database, checks: Vec::new() }
    }

    /// What is left of a phase that did not apply: the state before it where its catalog was rolled back.
    pub(crate) fn after_failure(phase: &str, catalog_unchanged: bool, database: Database) -> Self {
        if catalog_unchanged {
            Self { label: format!("before_{}", word(phase)), database, checks: Vec::new() }
        } else {
            Self::failed(phase, database)
        }
    }

    /// The state after a phase of which these checks failed, or at which something broke.
    pub(crate) fn after(phase: &Phase, failed: Vec<String>, database: Database) -> Self {
        Self { label: format!("after_{}", word(&phase.id)), database, checks: failed }
    }

    /// Whether it holds this state.
    pub(crate) fn is(&self, state: &State) -> bool {
        self.database == state.database
    }

    /// Drops the database.
    pub(crate) async fn discard(&self, host: &Host) -> Result<(), Error> {
        host.drop_database(&self.database).await
    }

    /// Gives the database its name, if the server still can, and says in one line what it is for.
    pub(crate) async fn name(&self, host: &Host) -> (Database, String) {
        let what = match self.checks.as_slice() {
            [] => "where it stopped".to_owned(),
            checks => format!("for {}", checks.join(", ")),
        };
        match host.rename(&self.database, &self.label).await {
            Ok(named) => {
                let line = format!("{what}: {}", host.url(&named));
                (named, line)
            }
            // A server that died keeps what it had, under the name that it had.
            Err(error) => {
                let (label, url) = (&self.label, host.url(&self.database));
                (self.database.clone(), format!("{what}: {url}, which is {label} and could not be named so: {error}"))
            }
        }
    }
}

/// An id as the part of a name.
fn word(id: &str) -> String {
    id.chars().map(|c| if c.is_ascii_alphanumeric() { c.to_ascii_lowercase() } else { '_' }).collect()
}
