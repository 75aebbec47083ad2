//! Databases on a PostgreSQL server.

use std::{
    collections::BTreeSet,
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicU32, Ordering},
    },
    time::{Duration, Instant},
};

use super::{PostgresAddress, PostgresSession};
use crate::{Database, Error, Identifier, Literal, Ran, Session};

/// How long the last session on a database is waited for.
pub(super) const LAST_SESSION_WAIT_MAX: Duration = Duration::from_secs(5);

/// The SQLSTATE of a database that exists already.
const DUPLICATE_DATABASE: &str = "42P04";

/// How many bytes of a name the server keeps.
const NAME_BYTES_MAX: usize = 63;

/// Asks, with the names of both, for the statements that give a copy of a database what CREATE DATABASE leaves out.
const BESIDE_THE_COPY: &str = include_str!("beside_the_copy.sql");

/// Stops what TimescaleDB runs in the background of a database. Whoever would clone it is else told that others use it.
const STOP_WORKERS: &str = "SELECT _timescaledb_functions.stop_background_workers()";

/// Makes databases on one server, all named after one run.
#[derive(Debug)]
pub struct PostgresHost {
    address: PostgresAddress,
    prefix: String,
    next: AtomicU32,
    made: Mutex<BTreeSet<String>>,
    /// Sessions for CREATE DATABASE and DROP DATABASE that are not at work.
    idle: Mutex<Vec<PostgresSession>>,
}

impl PostgresHost {
    /// Databases on this server whose names begin with this prefix.
    #[must_use]
    pub(crate) fn new(address: PostgresAddress, prefix: &str) -> Self {
        Self {
            address,
            prefix: prefix.to_owned(),
            next: AtomicU32::new(0),
            made: Mutex::new(BTreeSet::new()),
            idle: Mutex::new(Vec::new()),
        }
    }

    pub(crate) async fn create(&self) -> Result<Database, Error> {
        let database = self.copy(self.address.template.as_deref().unwrap_or("template0")).await?;
        if !self.address.extensions.is_empty() {
            let mut session = self.session(&database).await?;
            for extension in &self.address.extensions {
                session.run(&format!("CREATE EXTENSION {}", Identifier(extension))).await?;
            }
            session.close().await?;
        }
        if self.address.background_workers {
            self.stop_workers(&database).await?;
        }
        Ok(database)
    }

    pub(crate) async fn clone_of(&self, checkpoint: &Database) -> Result<Database, Error> {
        let copy = self.copy(&checkpoint.0).await?;
        let query = BESIDE_THE_COPY
            .replace("${copy}", &Literal(&copy.0).to_string())
            .replace("${source}", &Literal(&checkpoint.0).to_string());
        if let Some(statements) = self.run(&query).await?.table.single().filter(|sql| !sql.is_empty()) {
            self.run(statements).await?;
        }
        if self.address.background_workers {
            self.stop_workers(&copy).await?;
        }
        Ok(copy)
    }

    async fn copy(&self, template: &str) -> Result<Database, Error> {
        let name = self.name(&self.next().to_string());
        // It is noted first: whoever is interrupted meanwhile knows what may be there.
        self.made().insert(name.clone());
        // The files are copied as files: for a database of some megabytes that is faster than writing it to the log.
        let create =
            format!("CREATE DATABASE {} TEMPLATE {} STRATEGY file_copy", Identifier(&name), Identifier(template));
        if let Err(error) = self.run(&create).await {
            if matches!(error, Error::Refused(_)) {
                self.made().remove(&name);
            }
            return Err(error);
        }
        Ok(Database(name))
    }

    /// The name of a database of this run that ends so, within what the server keeps of it.
    fn name(&self, end: &str) -> String {
        let name = format!("{}_{end}", self.prefix);
        if name.len() <= NAME_BYTES_MAX {
            return name;
        }
        let number = format!("_{}", self.next());
        let mut cut = NAME_BYTES_MAX - number.len();
        while !name.is_char_boundary(cut) {
            cut -= 1;
        }
        name[..cut].to_owned() + &number
    }

    fn next(&self) -> u32 {
        self.next.fetch_add(1, Ordering::Relaxed)
    }

    async fn stop_workers(&self, database: &Database) -> Result<(), Error> {
        let mut session = self.session(database).await?;
        session.run(STOP_WORKERS).await?;
        session.close().await
    }

    pub(crate) async fn freeze(&self, database: &Database) -> Result<(), Error> {
        self.alone(database).await?;
        let sql = format!("ALTER DATABASE {} ALLOW_CONNECTIONS false", Identifier(&database.0));
        self.run(&sql).await.map(drop)
    }

    /// Waits until the last session on a database has ended. A session that was closed a moment ago may still be ending,
    /// and CREATE DATABASE, when it meets one, sleeps for a tenth of a second before it looks again. TimescaleDB's workers
    /// end when they are told to: a phase that makes the extension starts them.
    pub(crate) async fn alone(&self, database: &Database) -> Result<(), Error> {
        let query = format!(
            "SELECT concat(count(*), CASE WHEN bool_or(backend_type ^@ 'TimescaleDB') THEN ' workers' END) \
             FROM pg_stat_activity WHERE datname = {}",
            Literal(&database.0)
        );
        let since = Instant::now();
        let mut told = false;
        while since.elapsed() < LAST_SESSION_WAIT_MAX {
            match self.run(&query).await?.table.single() {
                Some("0") => break,
                Some(others) if others.ends_with("workers") && !told => {
                    self.stop_workers(database).await?;
                    told = true;
                }
                _ => tokio::task::yield_now().await,
            }
        }
        // Whoever is still there then, is named by the server's own refusal.
        Ok(())
    }

    pub(crate) async fn published(&self, name: &str) -> Result<Option<Database>, Error> {
        // Whoever may not be connected to is whole: it is frozen before it gets its name.
        let query = format!("SELECT count(*) FROM pg_database WHERE datname = {} AND NOT datallowconn", Literal(name));
        let found = self.run(&query).await?.table.single() == Some("1");
        Ok(found.then(|| Database(name.to_owned())))
    }

    pub(crate) async fn publish(&self, own: Database, name: &str) -> Result<Database, Error> {
        self.freeze(&own).await?;
        let rename = format!("ALTER DATABASE {} RENAME TO {}", Identifier(&own.0), Identifier(name));
        match self.run(&rename).await {
            Ok(_) => {
                self.made().remove(&own.0);
            }
            Err(Error::Refused(refusal)) if refusal.sqlstate.as_deref() == Some(DUPLICATE_DATABASE) => {
                self.drop_database(&own).await?;
            }
            Err(error) => return Err(error),
        }
        Ok(Database(name.to_owned()))
    }

    pub(crate) async fn drop_database(&self, database: &Database) -> Result<(), Error> {
        self.run(&format!("DROP DATABASE IF EXISTS {} WITH (FORCE)", Identifier(&database.0))).await?;
        self.made().remove(&database.0);
        Ok(())
    }

    pub(crate) async fn rename(&self, database: &Database, label: &str) -> Result<Database, Error> {
        let name = self.name(label);
        // A statement that outlived its limit may still be at work.
        let others =
            format!("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = {}", Literal(&database.0));
        self.run(&others).await?;
        self.alone(database).await?;
        let (from, to) = (Identifier(&database.0), Identifier(&name));
        self.run(&format!("ALTER DATABASE {from} RENAME TO {to}")).await?;
        self.made().remove(&database.0);
        self.made().insert(name.clone());
        self.run(&format!("ALTER DATABASE {to} ALLOW_CONNECTIONS true")).await?;
        Ok(Database(name))
    }

    pub(crate) async fn drop_all_but(&self, kept: &[Database]) -> Result<(), Error> {
        self.end_statements().await?;
        let mut names: Vec<String> = self.made().iter().cloned().collect();
        names.retain(|name| !kept.iter().any(|kept| kept.0 == *name));
        for name in names {
            self.drop_database(&Database(name)).await?;
        }
        Ok(())
    }

    /// Ends the statements on databases of this run that nobody waits for any more: one that makes a database would have it
    /// there after it was dropped.
    async fn end_statements(&self) -> Result<(), Error> {
        let query = format!(
            "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity \
             WHERE pid <> pg_backend_pid() AND state <> 'idle' AND strpos(query, {}) > 0",
            Literal(&format!("\"{}_", self.prefix))
        );
        let since = Instant::now();
        while since.elapsed() < LAST_SESSION_WAIT_MAX && self.run(&query).await?.table.single() != Some("0") {
            tokio::task::yield_now().await;
        }
        Ok(())
    }

    pub(crate) async fn connect(&self, database: &Database) -> Result<Session, Error> {
        Ok(self.session(database).await?.into())
    }

    pub(crate) fn url(&self, database: &Database) -> String {
        self.address.url_of(&database.0)
    }

    async fn session(&self, database: &Database) -> Result<PostgresSession, Error> {
        PostgresSession::connect(&self.address.options.clone().database(&database.0).application_name("phasegate"))
            .await
    }

    /// Runs a statement that concerns whole databases, on a session that is at hand or a new one.
    async fn run(&self, sql: &str) -> Result<Ran, Error> {
        let at_hand = self.idle.lock().unwrap_or_else(PoisonError::into_inner).pop();
        let mut session = match at_hand {
            Some(session) => session,
            None => {
                let options = self.address.options.clone().database(&self.address.maintenance);
                PostgresSession::connect(&options.application_name(&self.address.presence)).await?
            }
        };
        let ran = session.run(sql).await;
        if matches!(ran, Ok(_) | Err(Error::Refused(_))) {
            self.idle.lock().unwrap_or_else(PoisonError::into_inner).push(session);
        }
        ran
    }

    fn made(&self) -> std::sync::MutexGuard<'_, BTreeSet<String>> {
        self.made.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
