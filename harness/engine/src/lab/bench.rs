//! States of a migration, and clones of them to work on.

use std::{collections::BTreeMap, sync::Arc};

use phasegate_evidence::ServerFacts;
use phasegate_server::Server;
use tokio::sync::Mutex;

use super::LabError;
use crate::{
    catalog::Catalog,
    database::{Database, Host},
    gate::{Context, Expectation, Judged, Observation, judge_check, rejudge},
    legacy::LegacyRows,
    run::{RunError, prove_rollback},
    session::Session,
    suite::{Check, Suite},
    variant::{Direction, Variant},
};

/// The states of one suite's migration on one server.
#[derive(Debug)]
pub struct Lab {
    suite: Suite,
    host: Host,
    facts: ServerFacts,
    checkpoints: Mutex<BTreeMap<String, Arc<Checkpoint>>>,
    is_shared: bool,
}

/// A frozen state.
#[derive(Debug)]
pub struct Checkpoint {
    /// The database to clone.
    pub database: Database,
    /// What it holds.
    pub catalog: Catalog,
}

/// A clone of a state, with a session on it.
#[derive(Debug)]
pub struct Bench {
    /// The clone.
    pub database: Database,
    /// The session.
    pub session: Session,
}

impl Lab {
    /// A lab for a suite; `name` tells its databases from those of another lab on the same server.
    ///
    /// # Errors
    /// When the suite needs a server and there is none.
    pub fn new(suite: Suite, server: Option<&Server>, name: &str) -> Result<Self, RunError> {
        let (host, facts) = crate::run::host_of(&suite, server, name)?;
        Ok(Self { suite, host, facts, checkpoints: Mutex::new(BTreeMap::new()), is_shared: false })
    }

    /// The suite.
    #[must_use]
    pub fn suite(&self) -> &Suite {
        &self.suite
    }

    /// Where its databases are made.
    #[must_use]
    pub fn host(&self) -> &Host {
        &self.host
    }

    /// The server.
    #[must_use]
    pub fn facts(&self) -> &ServerFacts {
        &self.facts
    }

    /// Shares the states with other processes that work on the same server, as those of a nextest run do.
    #[must_use]
    pub fn shared_between_processes(mut self) -> Self {
        self.is_shared = true;
        self
    }

    /// The state after so many phases of a variant; made on first use.
    ///
    /// # Errors
    /// When the baseline or a phase does not apply.
    pub async fn checkpoint(&self, variant: &Variant, phases: usize) -> Result<Arc<Checkpoint>, LabError> {
        // One state at a time: whoever comes second finds what the first made.
        let mut made = self.checkpoints.lock().await;
        let mut missing = Vec::new();
        let mut latest = None;
        for n in (0..=phases).rev() {
            let name = variant.state_name(n);
            if !made.contains_key(&name)
                && let Some(published) = self.published(&name).await?
            {
                made.insert(name.clone(), Arc::new(published));
            }
            latest = made.get(&name).cloned();
            if latest.is_some() {
                break;
            }
            missing.push(n);
        }
        for n in missing.into_iter().rev() {
            let checkpoint = Arc::new(self.make(variant, n, latest.as_deref()).await?);
            made.insert(variant.state_name(n), checkpoint.clone());
            latest = Some(checkpoint);
        }
        latest.ok_or_else(|| LabError::Unexpected("the state was not made".to_owned()))
    }

    /// The state of this name that another process made, if states are shared.
    async fn published(&self, state: &str) -> Result<Option<Checkpoint>, LabError> {
        if !self.is_shared {
            return Ok(None);
        }
        let Some(database) = self.host.published(&published_name(state)).await? else {
            return Ok(None);
        };
        let clone = self.host.clone_of(&database).await?;
        let mut session = self.host.connect(&clone).await?;
        let catalog = session.catalog().await?;
        session.close().await?;
        self.host.drop_database(&clone).await?;
        Ok(Some(Checkpoint { database, catalog }))
    }

    async fn make(
        &self,
        variant: &Variant,
        phases: usize,
        before: Option<&Checkpoint>,
    ) -> Result<Checkpoint, LabError> {
        let database = match before {
            None => self.host.create().await?,
            Some(before) => self.host.clone_of(&before.database).await?,
        };
        let mut session = self.host.connect(&database).await?;
        let walked = match phases.checked_sub(1) {
            None => variant.lay_baseline(&self.host, &database, &mut session, &mut |_| {}).await,
            Some(index) => variant.walk(&self.host, &database, &mut session, index, Direction::Up, &mut |_| {}).await,
        };
        walked.map_err(LabError::Apply)?;
        let catalog = session.catalog().await?;
        session.close().await?;
        let database = if self.is_shared {
            let name = published_name(&variant.state_name(phases));
            self.host.publish(database, &name).await?
        } else {
            self.host.freeze(&database).await?;
            database
        };
        Ok(Checkpoint { database, catalog })
    }

    /// A clone of the state after so many phases of a variant.
    ///
    /// # Errors
    /// When the state cannot be made or cloned.
    pub async fn bench(&self, variant: &Variant, phases: usize) -> Result<Bench, LabError> {
        let checkpoint = self.checkpoint(variant, phases).await?;
        let database = self.host.clone_of(&checkpoint.database).await?;
        let session = self.host.connect(&database).await?;
        Ok(Bench { database, session })
    }

    /// Closes a bench and drops its clone.
    ///
    /// # Errors
    /// When the server fails.
    pub async fn clear(&self, bench: Bench) -> Result<(), LabError> {
        bench.session.close().await?;
        Ok(self.host.drop_database(&bench.database).await?)
    }

    /// Drops every database of the lab. Needed only on a server that outlives it.
    ///
    /// # Errors
    /// When the server fails.
    pub async fn close(self) -> Result<(), LabError> {
        Ok(self.host.drop_all().await?)
    }

    /// Judges one check of the suite on the state after its phase.
    ///
    /// # Errors
    /// When the state cannot be made or the server fails.
    pub async fn judge(&self, index: usize, check: &Check) -> Result<(Observation, Judged), LabError> {
        let variant = Variant::of(&self.suite);
        self.judge_on(&variant, index, check).await
    }

    /// Judges one check on the state of a variant after the phase `index`.
    ///
    /// # Errors
    /// When the state cannot be made or the server fails.
    pub async fn judge_on(
        &self,
        variant: &Variant,
        index: usize,
        check: &Check,
    ) -> Result<(Observation, Judged), LabError> {
        if let Expectation::Rollback(claim) = &check.expectation {
            return self.judge_rollback(variant, index, check, &claim.tables).await;
        }
        let before = self.checkpoint(variant, index).await?;
        let legacy = self.legacy_of(variant, index, check).await?;
        let mut bench = self.bench(variant, index + 1).await?;
        let context =
            Context { before: Some(&before.catalog), facts: None, legacy: legacy.as_ref(), server: Some(&self.facts) };
        let judged = judge_check(&mut bench.session, check, context).await?;
        self.clear(bench).await?;
        Ok(judged)
    }

    /// The rows before the phase that a check of kind `unchanged` compares.
    pub(super) async fn legacy_of(
        &self,
        variant: &Variant,
        index: usize,
        check: &Check,
    ) -> Result<Option<LegacyRows>, LabError> {
        let Expectation::Unchanged(unchanged) = &check.expectation else {
            return Ok(None);
        };
        let mut bench = self.bench(variant, index).await?;
        let taken = LegacyRows::take(&mut bench.session, &unchanged.tables, &unchanged.except).await?;
        self.clear(bench).await?;
        Ok(Some(taken))
    }

    async fn judge_rollback(
        &self,
        variant: &Variant,
        index: usize,
        check: &Check,
        tables: &[String],
    ) -> Result<(Observation, Judged), LabError> {
        let mut catalogs = Vec::new();
        for phases in 0..=index + 1 {
            catalogs.push(self.checkpoint(variant, phases).await?.catalog.clone());
        }
        let mut baseline = self.bench(variant, 0).await?;
        let rows = LegacyRows::take(&mut baseline.session, tables, &[]).await?;
        self.clear(baseline).await?;
        let bench = self.bench(variant, index + 1).await?;
        bench.session.close().await?;
        let on = bench.database;
        let seen = prove_rollback(&self.host, variant, &on, index, &catalogs, Some(&rows)).await?;
        self.host.drop_database(&on).await?;
        let seen = Observation::Rollback(seen);
        let judged = rejudge(&check.expectation, &seen);
        Ok((seen, judged))
    }
}

/// The name under which the processes of a test run find a state.
fn published_name(state: &str) -> String {
    format!("phasegate_state_{state}")
}
