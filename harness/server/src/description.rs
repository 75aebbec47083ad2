//! What is known about a server; the engine makes part of every run's evidence of it.

use std::{collections::BTreeMap, path::PathBuf};

use serde::{Deserialize, Serialize};
use sqlx::PgConnection;

use crate::{error::ServerError, kind::Kind, request::Request, settings::TEMPLATE_TIMESCALEDB};

/// The settings that a verdict may depend on. No path, port or address is among them.
const SETTINGS: &[&str] = &[
    "autovacuum",
    "block_size",
    "bytea_output",
    "check_function_bodies",
    "constraint_exclusion",
    "data_checksums",
    "datestyle",
    "default_transaction_isolation",
    "extra_float_digits",
    "integer_datetimes",
    "intervalstyle",
    "jit",
    "lc_messages",
    "max_connections",
    "max_identifier_length",
    "max_locks_per_transaction",
    "random_page_cost",
    "row_security",
    "search_path",
    "seq_page_cost",
    "server_encoding",
    "session_replication_role",
    "shared_buffers",
    "shared_preload_libraries",
    "standard_conforming_strings",
    "timescaledb.license",
    "timescaledb.max_background_workers",
    "timezone",
    "transform_null_equals",
    "wal_level",
    "work_mem",
];

/// TimescaleDB counts as offered only where its loader is preloaded, for without that nobody can create it. Who may
/// not see what is preloaded has to believe the control file. The last but one column loads the library of the
/// version, where we may.
const QUESTION: &str = "
    WITH preloaded AS (
        SELECT coalesce((SELECT setting ~ '\\mtimescaledb\\M' FROM pg_settings
                          WHERE name = 'shared_preload_libraries'), true) AS yes
    ), offered AS (
        SELECT default_version AS version FROM pg_available_extensions, preloaded
         WHERE name = 'timescaledb' AND preloaded.yes
    )
    SELECT split_part(current_setting('server_version'), ' ', 1),
           current_setting('server_version_num')::int,
           (SELECT version FROM offered),
           (SELECT format('LOAD %L', '$libdir/timescaledb-' || version) FROM offered
             WHERE (SELECT rolsuper FROM pg_roles WHERE rolname = current_user)),
           EXISTS (SELECT FROM pg_database WHERE datname = $1 AND datistemplate),
           ARRAY(SELECT quote_ident(rolname) FROM pg_roles WHERE rolname = current_user AND NOT rolsuper),
           (SELECT rolsuper OR rolcreatedb FROM pg_roles WHERE rolname = current_user)";

/// The settings named above, and whatever was set for this role or this session: that may decide a verdict as well. What
/// every session of ours sets itself is left out.
const SETTINGS_QUERY: &str = "
    SELECT lower(name), current_setting(name) FROM pg_settings
     WHERE lower(name) = ANY($1)
        OR source IN ('environment variable', 'client', 'database', 'user', 'database user')
           AND lower(name) NOT IN ('application_name', 'bytea_output', 'client_encoding', 'client_min_messages', 'datestyle',
                                   'extra_float_digits', 'intervalstyle', 'timezone')";

type Answer = (String, i32, Option<String>, Option<String>, bool, Vec<String>, bool);

/// What a server is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Description {
    /// Which kind of server it is.
    pub kind: Kind,
    /// The version of PostgreSQL, such as `17.11`.
    pub postgres: String,
    /// The same as a number, such as `170011`.
    pub(crate) postgres_number: u32,
    /// The version of TimescaleDB that the server offers, where it offers one.
    pub timescaledb: Option<String>,
    /// The version of pgTAP that the server offers.
    pub pgtap: Option<String>,
    /// TimescaleDB's edition: `apache` or `community`; none where the library is not loaded.
    pub edition: Option<String>,
    /// The identifier of its cluster of databases, where our role may ask for it.
    pub system: Option<String>,
    /// The settings that a verdict may depend on.
    pub settings: BTreeMap<String, String>,
    /// The container's image by name.
    pub image: Option<String>,
    /// The container's image by digest.
    pub image_digest: Option<String>,
    /// The distribution's packages of an embedded server, with their versions.
    pub packages: BTreeMap<String, String>,
    /// A database with nothing but TimescaleDB in it, to clone from instead of creating the extension.
    pub template: Option<String>,
    /// Our role there, quoted, where it is no superuser.
    pub(crate) ordinary_role: Option<String>,
    /// Whether our role may make databases.
    pub(crate) may_create_databases: bool,
    /// Where the server writes its log.
    pub log: Option<PathBuf>,
}

impl Description {
    /// Asks the server.
    pub(crate) async fn ask(kind: Kind, connection: &mut PgConnection) -> Result<Self, ServerError> {
        Self::query(kind, connection).await.map_err(|error| ServerError::Query {
            kind,
            step: "ask what it is",
            reason: error.to_string(),
        })
    }

    async fn query(kind: Kind, connection: &mut PgConnection) -> Result<Self, sqlx::Error> {
        let (postgres, number, timescaledb, load, template, ordinary, may_create): Answer =
            sqlx::query_as(QUESTION).bind(TEMPLATE_TIMESCALEDB).fetch_one(&mut *connection).await?;
        if let Some(load) = load {
            // The library says which edition it is once it is loaded, which else the first use of the extension does.
            sqlx::raw_sql(sqlx::AssertSqlSafe(load)).execute(&mut *connection).await?;
        }
        let pgtap = sqlx::query_scalar("SELECT default_version FROM pg_available_extensions WHERE name = 'pgtap'");
        let pgtap: Option<String> = pgtap.fetch_optional(&mut *connection).await?;
        let system = sqlx::query_scalar("SELECT system_identifier::text FROM pg_control_system()");
        let system: Option<String> = system.fetch_one(&mut *connection).await.ok();
        let settings: Vec<(String, String)> =
            sqlx::query_as(SETTINGS_QUERY).bind(SETTINGS).fetch_all(&mut *connection).await?;
        let settings: BTreeMap<_, _> = settings.into_iter().collect();
        let edition = |license: &str| if license == "timescale" { "community" } else { license }.to_owned();
        Ok(Self {
            kind,
            postgres,
            postgres_number: u32::try_from(number).unwrap_or_default(),
            timescaledb,
            pgtap,
            edition: settings.get("timescaledb.license").map(|license| edition(license)),
            system,
            settings,
            image: None,
            image_digest: None,
            packages: BTreeMap::new(),
            template: template.then(|| TEMPLATE_TIMESCALEDB.to_owned()),
            ordinary_role: ordinary.into_iter().next(),
            may_create_databases: may_create,
            log: None,
        })
    }

    /// Whether this server is what the request needs.
    pub(crate) fn suffices(&self, request: &Request) -> Result<(), ServerError> {
        if !request.takes(self.major()) {
            let (needed, found) = (request.versions(), self.postgres.clone());
            return Err(ServerError::SuiteNeedsVersion { kind: self.kind, needed, found });
        }
        if request.needs_timescaledb && self.timescaledb.is_none() {
            return Err(ServerError::NeedsTimescaledb { kind: self.kind, found: self.postgres.clone() });
        }
        let Some(role) = self.ordinary_role.as_ref().filter(|_| request.makes_databases) else { return Ok(()) };
        if !self.may_create_databases {
            return Err(ServerError::NeedsRight {
                reason: format!("the role {role} may not make databases there"),
                advice: format!("let a superuser type: ALTER ROLE {role} CREATEDB"),
            });
        }
        if request.needs_timescaledb && self.has_background_workers() {
            return Err(ServerError::NeedsRight {
                reason: format!(
                    "TimescaleDB's background workers hold every database that is to be cloned, and the role {role} may \
                     not stop them"
                ),
                advice: "let a superuser type: ALTER SYSTEM SET timescaledb.max_background_workers = 0, and start the server \
                         again; or connect as a superuser"
                    .to_owned(),
            });
        }
        Ok(())
    }

    /// The major version of PostgreSQL.
    #[must_use]
    pub fn major(&self) -> u32 {
        self.postgres_number / 10_000
    }

    /// Whether TimescaleDB runs workers in the databases of this server.
    #[must_use]
    pub fn has_background_workers(&self) -> bool {
        self.settings.get("timescaledb.max_background_workers").is_some_and(|number| number != "0")
    }

    /// One line for a person: `PostgreSQL 17.11, TimescaleDB 2.19.3 (apache)`.
    pub(crate) fn line(&self) -> String {
        let mut line = format!("PostgreSQL {}", self.postgres);
        if let Some(version) = &self.timescaledb {
            line.push_str(&format!(", TimescaleDB {version}"));
            if let Some(edition) = &self.edition {
                line.push_str(&format!(" ({edition})"));
            }
        }
        line
    }
}
