//! States of a migration: the baseline, and what lies after each phase. Each is laid once, frozen, and cloned for whoever
//! works on it.

use std::{collections::BTreeMap, sync::Arc};

use phasegate_database::{Database, Error, Host, Session, TableRows, refusal_of};
use phasegate_evidence::{
    ApplyFailure, Catalog, Refusal, ServerFacts, Table, TableContent,
    judge::{Direction, Expectation},
};
use phasegate_server::{ScratchFolder, Server};
use tokio::sync::Mutex;

use crate::{
    RunError,
    applied::Told,
    apply::Application,
    likeness::nearest,
    limits::Limits,
    migration::Migration,
    server::{Ground, ground_of},
    suite::Suite,
};

/// The states of one suite's migration, and of its scenarios.
#[derive(Debug)]
pub struct States {
    suite: Suite,
    host: Host,
    /// The folder of databases that are files. It goes when this is dropped, and when this process is killed.
    folder: Option<ScratchFolder>,
    server: ServerFacts,
    limits: Limits,
    keeping: Keeping,
    /// The session that stays with the database of a run.
    open: Mutex<Option<(Database, Session)>>,
    laid: Mutex<BTreeMap<String, Arc<State>>>,
}

/// What becomes of a state when the next one is laid.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Keeping {
    /// The next one is laid on the same database: a run goes through each state once.
    Last,
    /// It stays, frozen, and the next one is laid on a clone.
    All,
    /// It stays under a name that other processes on the same server find it by, as those of a nextest run do.
    Shared,
}

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
    wanted: BTreeMap<Wanted, RowsBefore>,
}

/// Tables, and columns that are left out.
type Wanted = (Vec<String>, Vec<String>);

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

    /// The state after so many phases of a migration; every state up to it is laid if it is not there yet.
    ///
    /// # Errors
    /// When the baseline or a phase does not apply.
    pub async fn after(&self, migration: &Migration, phases: usize) -> Result<Arc<State>, RunError> {
        let mut state = None;
        for reached in 0..=phases {
            let laid = self.lay(migration, reached, state.as_deref(), Told::Nobody).await?;
            state = Some(match laid {
                Laid::Applied(state) | Laid::Reused(state) => state,
                Laid::Failed { failure, .. } => return Err(RunError::Usage(failure.to_string())),
            });
        }
        state.ok_or_else(|| Error::mistake("the state was not laid").into())
    }

    /// The state after so many phases, if it has been laid and is still there.
    pub(crate) async fn find(&self, migration: &Migration, phases: usize) -> Option<Arc<State>> {
        self.laid.lock().await.get(&migration.state_name(phases)).cloned()
    }

    /// Lays the state after so many phases on the one before it.
    pub(crate) async fn lay(
        &self,
        migration: &Migration,
        phases: usize,
        before: Option<&State>,
        told: Told<'_, '_>,
    ) -> Result<Laid, Error> {
        let name = migration.state_name(phases);
        // One state at a time: whoever comes second finds what the first laid.
        let mut laid = self.laid.lock().await;
        if let Some(state) = laid.get(&name) {
            return Ok(Laid::Reused(state.clone()));
        }
        if let Some(state) = self.published(&name, phases).await? {
            let state = Arc::new(state);
            laid.insert(name, state.clone());
            return Ok(Laid::Reused(state));
        }
        let database = match before {
            None => self.host.create().await?,
            Some(before) if self.keeping == Keeping::Last => before.database.clone(),
            Some(before) => self.host.clone_of(&before.database).await?,
        };
        let mut session = self.session(&database).await?;
        let on = Application { host: &self.host, database: &database, limit: self.limits.phase };
        let applied = match phases.checked_sub(1) {
            None => migration.lay_baseline(on, &mut session, told).await,
            Some(index) => migration.walk(on, &mut session, index, Direction::Up, told).await,
        };
        if let Err(failure) = applied {
            let catalog = session.catalog().await.ok();
            let (tables, revisions) = self.contents(&mut session, catalog.as_ref()).await.unwrap_or_default();
            // A connection that is broken cannot be closed in good order.
            let _ = session.close().await;
            return Ok(Laid::Failed { failure: Box::new(failure), catalog, tables, revisions, database });
        }
        if migration.sets_settings(phases) {
            // What was once set is the empty text ever after, where a new session has it unset.
            session.close().await?;
            session = self.host.connect(&database).await?;
        }
        let state = match self.read(database.clone(), &mut session, phases).await {
            Ok(state) => state,
            Err(error) => {
                let reason = error.reason();
                let failure = Box::new(ApplyFailure::broke("the state after it", reason.code, reason.detail));
                let (tables, revisions) = Default::default();
                return Ok(Laid::Failed { failure, catalog: None, tables, revisions, database });
            }
        };
        if !state.catalog.settings().eq(before.iter().flat_map(|before| before.catalog.settings())) {
            // What a database or a role is set to holds for the sessions that begin afterwards.
            session.close().await?;
            session = match self.host.connect(&database).await {
                Ok(session) => session,
                Err(error) => {
                    let reason = error.reason();
                    let failure = Box::new(ApplyFailure::broke("a new session after it", reason.code, reason.detail));
                    let (catalog, tables) = (Some(Catalog::clone(&state.catalog)), state.rows.contents());
                    let revisions = state.revisions;
                    return Ok(Laid::Failed { failure, catalog, tables, revisions, database });
                }
            };
        }
        self.leave(&state.database, session).await?;
        let state = Arc::new(self.settle(state, &name).await?);
        if self.keeping != Keeping::Last {
            laid.insert(name, state.clone());
        }
        Ok(Laid::Applied(state))
    }

    /// The session that stays with the database of a run, or a new one.
    pub(crate) async fn session(&self, on: &Database) -> Result<Session, Error> {
        match self.open.lock().await.take() {
            Some((database, session)) if database == *on => Ok(session),
            other => {
                if let Some((_, session)) = other {
                    session.close().await?;
                }
                self.host.connect(on).await
            }
        }
    }

    /// Gives a session back: it stays with the database of a run, so that what it knows of the catalog is not lost, and is
    /// closed otherwise.
    pub(crate) async fn leave(&self, on: &Database, session: Session) -> Result<(), Error> {
        if self.judged_in_place() {
            *self.open.lock().await = Some((on.clone(), session));
            return Ok(());
        }
        session.close().await
    }

    /// Waits until nobody is connected to a database, so that it can be cloned.
    pub(crate) async fn alone(&self, on: &Database) -> Result<(), Error> {
        if let Some((_, session)) = self.open.lock().await.take() {
            session.close().await?;
        }
        self.host.alone(on).await
    }

    /// Whether a state can be judged where it lies, because whatever is done to it goes with its transaction.
    pub(crate) fn judged_in_place(&self) -> bool {
        self.keeping == Keeping::Last && self.suite.kind.capabilities().self_contained
    }

    /// What each table holds after a phase that failed, and what the books of migration tools say, read as whoever runs us.
    async fn contents(
        &self,
        session: &mut Session,
        catalog: Option<&Catalog>,
    ) -> Result<(BTreeMap<String, TableContent>, BTreeMap<String, Table>), Error> {
        session.renew().await?;
        session.limit(self.limits.phase);
        let tables: Vec<String> = catalog.into_iter().flat_map(Catalog::tables).map(str::to_owned).collect();
        let contents = TableRows::take(session, &tables, &[]).await?.contents();
        let revisions = match catalog {
            Some(catalog) => session.revisions(catalog, self.limits.size).await?,
            None => BTreeMap::new(),
        };
        Ok((contents, revisions))
    }

    /// Reads what a state holds. What a phase left in the session ends here, with the phase.
    pub(crate) async fn read(&self, database: Database, session: &mut Session, phases: usize) -> Result<State, Error> {
        session.renew().await?;
        session.limit(self.limits.phase);
        let catalog = Arc::new(session.catalog().await?);
        self.read_as(database, session, phases, catalog, &[]).await
    }

    /// Reads what a state of this catalog holds, without the columns that were added since.
    pub(crate) async fn read_as(
        &self,
        database: Database,
        session: &mut Session,
        phases: usize,
        catalog: Arc<Catalog>,
        added: &[String],
    ) -> Result<State, Error> {
        let tables: Vec<String> = catalog.tables().map(str::to_owned).collect();
        let rows = TableRows::take(session, &tables, added).await?;
        let mut wanted = BTreeMap::new();
        for (tables, except) in self.wanted_after(phases, &catalog) {
            if except.is_empty()
                && let Some(rows) = rows.among(&tables)
            {
                wanted.insert((tables, except), Ok(Arc::new(rows)));
                continue;
            }
            let left_out = [except.as_slice(), added].concat();
            // A table that a scenario leaves out is missed by the check that asks for it, if the run comes so far.
            let rows = refusal_of(TableRows::take(session, &tables, &left_out).await)?.map(Arc::new);
            let rows = rows.map_err(|refusal| with_the_nearest(refusal, &catalog, &tables));
            wanted.insert((tables, except), rows);
        }
        let revisions = session.revisions(&catalog, self.limits.size).await?;
        Ok(State { database, catalog, rows, revisions, wanted })
    }

    /// The baseline of this catalog long after it, with those of its rows that proofs of the way back compare with, where they
    /// are still what was recorded of them.
    pub(crate) async fn read_wanted(
        &self,
        database: Database,
        session: &mut Session,
        catalog: Arc<Catalog>,
        added: &[String],
        is_recorded: &(dyn Fn(&BTreeMap<String, TableContent>) -> bool + Sync),
    ) -> Result<State, Error> {
        let mut wanted = BTreeMap::new();
        for (tables, except) in self.wanted_after(0, &catalog) {
            let left_out = [except.as_slice(), added].concat();
            let rows = match refusal_of(TableRows::take(session, &tables, &left_out).await)? {
                Ok(rows) if except.is_empty() && is_recorded(&rows.contents()) => Ok(Arc::new(rows)),
                Ok(_) => Err(Refusal::without_code("the rows of the baseline are gone")),
                Err(refusal) => Err(refusal),
            };
            wanted.insert((tables, except), rows);
        }
        Ok(State { wanted, ..State::existing(database, Catalog::clone(&catalog)) })
    }

    /// Makes a state one that can be cloned, and that others find where states are shared.
    async fn settle(&self, state: State, name: &str) -> Result<State, Error> {
        Ok(match self.keeping {
            Keeping::Last => state,
            Keeping::All => {
                self.host.freeze(&state.database).await?;
                state
            }
            Keeping::Shared => {
                let database = self.host.publish(state.database, &published_name(name)).await?;
                State { database, ..state }
            }
        })
    }

    /// The state of this name that another process laid, if states are shared.
    async fn published(&self, name: &str, phases: usize) -> Result<Option<State>, Error> {
        if self.keeping != Keeping::Shared {
            return Ok(None);
        }
        let Some(database) = self.host.published(&published_name(name)).await? else {
            return Ok(None);
        };
        let clone = self.host.clone_of(&database).await?;
        let mut session = self.host.connect(&clone).await?;
        let read = self.read(clone.clone(), &mut session, phases).await?;
        session.close().await?;
        self.host.drop_database(&clone).await?;
        Ok(Some(State { database, ..read }))
    }

    /// The rows that checks will ask for in the state after so many phases, of this catalog: those of kind `unchanged` in the
    /// next phase, and those of kind `rollback` that lead back to it.
    fn wanted_after(&self, phases: usize, catalog: &Catalog) -> Vec<Wanted> {
        let of_check = |index: usize, expectation: &Expectation| match expectation {
            Expectation::Unchanged(claim) if index == phases => Some((claim.tables.clone(), claim.except.clone())),
            Expectation::Rollback(claim) if claim.to.state(index) == phases => {
                Some((self.suite.books().tables_of(claim, catalog), Vec::new()))
            }
            _ => None,
        };
        let checks = self.suite.checks();
        let mut wanted: Vec<Wanted> =
            checks.filter_map(|(index, _, check)| of_check(index, &check.expectation)).collect();
        wanted.sort();
        wanted.dedup();
        wanted
    }

    /// Rows of some tables of a state, without some columns.
    pub(crate) async fn rows(
        &self,
        state: &State,
        tables: &[String],
        except: &[String],
    ) -> Result<Arc<TableRows>, Error> {
        if let Some(rows) = state.wanted.get(&(tables.to_vec(), except.to_vec())) {
            return Ok(rows.clone()?);
        }
        if self.keeping == Keeping::Last {
            // The database has gone on, and would show the rows of a later state.
            let missing = format!("a table of {} was not there", tables.join(", "));
            return Err(Refusal::without_code(missing).into());
        }
        let mut copy = self.working_copy_of(state).await?;
        let rows = refusal_of(TableRows::take(&mut copy.session, tables, except).await)?;
        self.clear(copy).await?;
        Ok(Arc::new(rows.map_err(|refusal| with_the_nearest(refusal, &state.catalog, tables))?))
    }

    /// A clone of the state after so many phases of a migration.
    ///
    /// # Errors
    /// When the state cannot be laid or cloned.
    pub async fn working_copy(&self, migration: &Migration, phases: usize) -> Result<WorkingCopy, RunError> {
        let state = self.after(migration, phases).await?;
        Ok(self.working_copy_of(&state).await?)
    }

    /// A clone of a state.
    pub(crate) async fn working_copy_of(&self, state: &State) -> Result<WorkingCopy, Error> {
        let database = self.host.clone_of(&state.database).await?;
        let session = self.host.connect(&database).await?;
        Ok(WorkingCopy { database, session })
    }

    /// Closes a clone and drops it.
    ///
    /// # Errors
    /// When the server fails.
    pub async fn clear(&self, copy: WorkingCopy) -> Result<(), Error> {
        copy.session.close().await?;
        self.host.drop_database(&copy.database).await
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

/// The name under which the processes of a test run find a state.
fn published_name(state: &str) -> String {
    format!("phasegate_state_{state}")
}

/// A refusal to read tables, with the name that is most like that of the first which is not there.
fn with_the_nearest(refusal: Refusal, catalog: &Catalog, tables: &[String]) -> Refusal {
    let Some(missing) = tables.iter().find(|table| catalog.tables().all(|there| there != *table)) else {
        return refusal;
    };
    match nearest(missing, catalog.tables()) {
        Some(nearest) => Refusal { message: format!("{}; the nearest is `{nearest}`", refusal.message), ..refusal },
        None => refusal,
    }
}
