//! Databases on a PostgreSQL server.

use std::{
    collections::BTreeSet,
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicU32, Ordering},
    },
    time::{Duration, Instant},
};

use phasegate_server::Server;
use sqlx::postgres::PgConnectOptions;

use super::Database;
use crate::{
    session::{DbError, PostgresSession, Ran, Session},
    sql::{Identifier, Literal},
};

/// How long the last session on a database is waited for.
const LAST_SESSION_WAIT_MAX: Duration = Duration::from_secs(5);

/// The SQLSTATE of a database that exists already.
const DUPLICATE_DATABASE: &str = "42P04";

/// Stands for the name of the database in the URL that is kept.
const NAME: &str = "phasegate_database_name";

/// Makes databases on one server, all named after one run.
#[derive(Debug)]
pub struct PostgresHost {
    options: PgConnectOptions,
    url: String,
    maintenance: String,
    /// What a new database is a copy of.
    template: Option<String>,
    create_extension: bool,
    prefix: String,
    next: AtomicU32,
    made: Mutex<BTreeSet<String>>,
    /// Sessions for CREATE DATABASE and DROP DATABASE that are not at work.
    idle: Mutex<Vec<PostgresSession>>,
}

impl PostgresHost {
    /// Databases on this server whose names begin with this prefix.
    #[must_use]
    pub fn new(server: &Server, timescaledb: bool, prefix: &str) -> Self {
        let template = server.description().template.clone().filter(|_| timescaledb);
        Self {
            options: server.options(server.maintenance()),
            url: server.url(NAME),
            maintenance: server.maintenance().to_owned(),
            create_extension: timescaledb && template.is_none(),
            template,
            prefix: prefix.to_owned(),
            next: AtomicU32::new(0),
            made: Mutex::new(BTreeSet::new()),
            idle: Mutex::new(Vec::new()),
        }
    }

    pub(super) async fn create(&self) -> Result<Database, DbError> {
        let database = self.copy(self.template.as_deref().unwrap_or("template0")).await?;
        if self.create_extension {
            let mut session = self.session(&database).await?;
            session.run("CREATE EXTENSION timescaledb").await?;
            session.close().await?;
        }
        Ok(database)
    }

    pub(super) async fn clone_of(&self, checkpoint: &Database) -> Result<Database, DbError> {
        self.copy(&checkpoint.0).await
    }

    async fn copy(&self, template: &str) -> Result<Database, DbError> {
        let name = format!("{}_{}", self.prefix, self.next.fetch_add(1, Ordering::Relaxed));
        // The files are copied as files: for a database of some megabytes that is faster than writing it to the log.
        self.run(&format!(
            "CREATE DATABASE {} TEMPLATE {} STRATEGY file_copy",
            Identifier(&name),
            Identifier(template)
        ))
        .await?;
        self.made().insert(name.clone());
        Ok(Database(name))
    }

    pub(super) async fn freeze(&self, database: &Database) -> Result<(), DbError> {
        self.alone(database).await?;
        let sql = format!("ALTER DATABASE {} ALLOW_CONNECTIONS false", Identifier(&database.0));
        self.run(&sql).await.map(drop)
    }

    /// Waits until the last session on a database has ended. A session that was closed a moment ago may still be ending,
    /// and CREATE DATABASE, when it meets one, sleeps for a tenth of a second before it looks again.
    async fn alone(&self, database: &Database) -> Result<(), DbError> {
        let query = format!("SELECT count(*) FROM pg_stat_activity WHERE datname = {}", Literal(&database.0));
        let since = Instant::now();
        while since.elapsed() < LAST_SESSION_WAIT_MAX {
            if self.run(&query).await?.table.single() == Some("0") {
                break;
            }
            tokio::task::yield_now().await;
        }
        // Whoever is still there then, is named by the server's own refusal.
        Ok(())
    }

    pub(super) async fn published(&self, name: &str) -> Result<Option<Database>, DbError> {
        // Whoever may not be connected to is whole: it is frozen before it gets its name.
        let query = format!("SELECT count(*) FROM pg_database WHERE datname = {} AND NOT datallowconn", Literal(name));
        let found = self.run(&query).await?.table.single() == Some("1");
        Ok(found.then(|| Database(name.to_owned())))
    }

    pub(super) async fn publish(&self, own: Database, name: &str) -> Result<Database, DbError> {
        self.freeze(&own).await?;
        let rename = format!("ALTER DATABASE {} RENAME TO {}", Identifier(&own.0), Identifier(name));
        match self.run(&rename).await {
            Ok(_) => {
                self.made().remove(&own.0);
            }
            Err(error) if error.sqlstate.as_deref() == Some(DUPLICATE_DATABASE) => {
                self.drop_database(&own).await?;
            }
            Err(error) => return Err(error),
        }
        Ok(Database(name.to_owned()))
    }

    pub(super) async fn drop_database(&self, database: &Database) -> Result<(), DbError> {
        self.run(&format!("DROP DATABASE IF EXISTS {} WITH (FORCE)", Identifier(&database.0))).await?;
        self.made().remove(&database.0);
        Ok(())
    }

    pub(super) async fn drop_all(&self) -> Result<(), DbError> {
        let names: Vec<String> = self.made().iter().cloned().collect();
        for name in names {
            self.drop_database(&Database(name)).await?;
        }
        Ok(())
    }

    pub(super) async fn connect(&self, database: &Database) -> Result<Session, DbError> {
        Ok(self.session(database).await?.into())
    }

    pub(super) fn url(&self, database: &Database) -> String {
        self.url.replace(NAME, &database.0)
    }

    async fn session(&self, database: &Database) -> Result<PostgresSession, DbError> {
        PostgresSession::connect(&self.options.clone().database(&database.0)).await
    }

    /// Runs a statement that concerns whole databases, on a session that is at hand or a new one.
    async fn run(&self, sql: &str) -> Result<Ran, DbError> {
        let at_hand = self.idle.lock().unwrap_or_else(PoisonError::into_inner).pop();
        let mut session = match at_hand {
            Some(session) => session,
            None => self.session(&Database(self.maintenance.clone())).await?,
        };
        let ran = session.run(sql).await?;
        self.idle.lock().unwrap_or_else(PoisonError::into_inner).push(session);
        Ok(ran)
    }

    fn made(&self) -> std::sync::MutexGuard<'_, BTreeSet<String>> {
        self.made.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
