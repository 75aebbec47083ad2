//! The databases that a run leaves, each named after what it is.

use phasegate_database::{Database, Error, Host};

use crate::{states::State, suite::Phase};

/// A database that is left to be looked at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct KeptDatabase {
    /// What it is, which is the end of its name: `after_5`, `before_6`, `failed_6`.
    label: String,
    database: Database,
    /// What to look for in it.
    what: String,
}

/// A database that has its name.
#[derive(Debug)]
pub(crate) struct Named {
    pub(crate) database: Database,
    pub(crate) url: String,
    /// What it is for, and its URL.
    pub(crate) line: String,
}

impl KeptDatabase {
    /// What is left of something that did not apply.
    pub(crate) fn failed(what: &str, database: Database) -> Self {
        Self { label: format!("failed_{}", word(what)), database, what: STOPPED.to_owned() }
    }

    /// What is left of a phase that did not apply: the state before it where its catalog was rolled back.
    pub(crate) fn after_failure(phase: &str, catalog_unchanged: bool, database: Database) -> Self {
        if catalog_unchanged {
            Self { label: format!("before_{}", word(phase)), database, what: STOPPED.to_owned() }
        } else {
            Self::failed(phase, database)
        }
    }

    /// The state after a phase of which these checks failed, or at which something broke.
    pub(crate) fn after(phase: &Phase, failed: &[String], database: Database) -> Self {
        let what = if failed.is_empty() { STOPPED.to_owned() } else { format!("for {}", failed.join(", ")) };
        Self { label: format!("after_{}", word(&phase.id)), database, what }
    }

    /// The state after the last phase of a run that passed.
    pub(crate) fn whole(phase: &Phase, database: Database) -> Self {
        Self {
            label: format!("after_{}", word(&phase.id)),
            database,
            what: format!("the state after phase {}", phase.id),
        }
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
    pub(crate) async fn name(&self, host: &Host) -> Named {
        match host.rename(&self.database, &self.label).await {
            Ok(database) => {
                let url = host.url(&database);
                Named { line: format!("{}: {url}", self.what), database, url }
            }
            // A server that died keeps what it had, under the name that it had.
            Err(error) => {
                let (label, url, database) = (&self.label, host.url(&self.database), self.database.clone());
                let line = format!("{}: {url}, which is {label} and could not be named so: {error}", self.what);
                Named { database, url, line }
            }
        }
    }
}

/// What to look for where no check failed.
const STOPPED: &str = "where it stopped";

/// An id as the part of a name.
fn word(id: &str) -> String {
    id.chars().map(|c| if c.is_ascii_alphanumeric() { c.to_ascii_lowercase() } else { '_' }).collect()
}
