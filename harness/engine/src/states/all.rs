//! The states of one suite's migration, and what becomes of them in the end.

use std::{collections::BTreeMap, sync::Arc};

use phasegate_database::{Database, Error, Host, Session};
use phasegate_evidence::ServerFacts;
use phasegate_server::{ScratchFolder, Server};
use tokio::sync::Mutex;

use super::State;
use crate::{
    RunError,
    limits::Limits,
    migration::Migration,
    server::{Ground, ground_of},
    suite::Suite,
};

/// The states of one suite's migration, and of its scenarios.
#[derive(Debug)]
pub struct States {
    pub(super) suite: Suite,
    pub(super) host: Host,
    /// The folder of databases that are files. It goes when this is dropped, and when this process is killed.
    folder: Option<ScratchFolder>,
    pub(super) server: ServerFacts,
    pub(super) limits: Limits,
    pub(super) keeping: Keeping,
    /// The session that stays with the database of a run.
    pub(super) open: Mutex<Option<(Database, Session)>>,
    pub(super) laid: Mutex<BTreeMap<String, Arc<State>>>,
}

/// What becomes of a state when the next one is laid.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Keeping {
    /// The next one is laid on the same database: a run goes through each state once.
    Last,
    /// It stays, frozen, and the next one is laid on a clone.
    All,
    /// It stays under a name that other processes on the same server find it by, as those of a nextest run do.
    Shared,
}

impl States {
    /// States for one walk over the phases: each is gone when the next is laid.
    pub(crate) fn of_run(suite: &Suite, server: Option<&Server>, run: &str, limits: Limits) -> Result<Self, RunError> {
        Self::new(suite, server, run, limits, Keeping::Last)
    }

    /// States that stay, for whoever comes back to them; `name` tells their databases from others on the same server.
    ///
    /// # Errors
    /// When the suite needs a server and there is none.
    pub fn kept(suite: &Suite, server: Option<&Server>, name: &str, limits: Limits) -> Result<Self, RunError> {
        Self::new(suite, server, name, limits, Keeping::All)
    }

    fn new(
        suite: &Suite,
        server: Option<&Server>,
        name: &str,
        limits: Limits,
        keeping: Keeping,
    ) -> Result<Self, RunError> {
        let Ground { host, folder, facts } = ground_of(suite, server, name)?;
        Ok(Self {
            suite: suite.clone(),
            host,
            folder,
            server: facts,
            limits,
            keeping,
            open: Mutex::default(),
            laid: Mutex::default(),
        })
    }

    /// Shares the states with other processes that work on the same server, as those of a nextest run do.
    #[must_use]
    pub fn shared_between_processes(mut self) -> Self {
        self.keeping = Keeping::Shared;
        self
    }

    /// The suite.
    #[must_use]
    pub fn suite(&self) -> &Suite {
        &self.suite
    }

    /// Where the databases are made.
    #[must_use]
    pub fn host(&self) -> &Host {
        &self.host
    }

    /// The server.
    pub(crate) fn server(&self) -> &ServerFacts {
        &self.server
    }

    /// How long things may take.
    pub(crate) fn limits(&self) -> Limits {
        self.limits
    }

    /// Whether a state can be judged where it lies, because whatever is done to it goes with its transaction.
    pub(crate) fn judged_in_place(&self) -> bool {
        self.keeping == Keeping::Last && self.suite.kind.capabilities().self_contained
    }

    /// Drops the states that a migration passes through and the suite's own does not, unless somebody works with them.
    pub(crate) async fn forget(&self, migration: &Migration) -> Result<(), Error> {
        if self.keeping != Keeping::All {
            return Ok(());
        }
        let own = Migration::of(&self.suite);
        let mut laid = self.laid.lock().await;
        let names = (0..=self.suite.phases.len()).map(|phases| (migration.state_name(phases), own.state_name(phases)));
        let others: Vec<String> = names.filter(|(name, own)| name != own).map(|(name, _)| name).collect();
        let mut free = Vec::new();
        for name in others {
            if laid.get(&name).is_some_and(|state| Arc::strong_count(state) == 1) {
                free.extend(laid.remove(&name));
            }
        }
        drop(laid);
        for state in free {
            self.host.drop_database(&state.database).await?;
        }
        Ok(())
    }

    /// Leaves these databases of a run where they are, and drops every other.
    pub(crate) async fn keep(self, kept: &[Database], run: &str) -> Result<(), RunError> {
        self.host.keep(kept).await?;
        match self.folder {
            Some(folder) if !kept.is_empty() => Ok(folder.keep(run)?),
            _ => Ok(()),
        }
    }

    /// Drops every database of these states. Needed only on a server that outlives them.
    ///
    /// # Errors
    /// When the server fails.
    pub async fn close(self) -> Result<(), Error> {
        self.host.drop_all().await
    }
}
