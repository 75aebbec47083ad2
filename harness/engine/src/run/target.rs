//! A database that exists, reached so that it is not changed.

use std::{
    fs,
    path::{Path, PathBuf},
    sync::Arc,
};

use phasegate_evidence::{Digest, ServerFacts};
use phasegate_server::{Request, Server, external};

use super::{
    RunError,
    whole::{server_facts, sqlite_facts},
};
use crate::{
    database::{Database, Host, PostgresHost, SqliteHost},
    session::{DbError, Session},
    suite::Suite,
};

/// The database that is judged.
pub(super) struct Target {
    host: Host,
    database: Database,
    pub(super) facts: ServerFacts,
    /// Keeps the connection pool of an external server alive.
    _server: Option<Server>,
}

impl Target {
    pub(super) async fn open(suite: &Suite, url: &str) -> Result<Self, RunError> {
        let sqlite = url.strip_prefix("sqlite:");
        match (suite.need.kind.as_str(), sqlite) {
            ("sqlite", Some(path)) => {
                let path = Path::new(path.strip_prefix("//").unwrap_or(path));
                let (host, database) = copy_of(path)?;
                let facts = sqlite_facts();
                Ok(Self { host: Host::Sqlite(Arc::new(host)), database, facts, _server: None })
            }
            ("postgres", None) => Self::open_postgres(suite, url).await,
            (kind, _) => Err(RunError::Usage(format!(
                "suite {} is for {kind}: name its database as {}",
                suite.name,
                if kind == "sqlite" { "sqlite:PATH" } else { "postgresql://user:password@host:port/database" }
            ))),
        }
    }

    async fn open_postgres(suite: &Suite, url: &str) -> Result<Self, RunError> {
        let request = Request {
            needs_timescaledb: suite.need.timescaledb,
            postgres_min: suite.need.postgres_min,
            ..external(url)
        };
        let server = request.start().await?;
        let facts = server_facts(&server, suite.need.timescaledb);
        let database = Database(server.maintenance().to_owned());
        let host = Host::Postgres(Arc::new(PostgresHost::new(&server, false, "phasegate_check")));
        Ok(Self { host, database, facts, _server: Some(server) })
    }

    pub(super) async fn connect(&self, read_only: bool) -> Result<Session, DbError> {
        let mut session = self.host.connect(&self.database).await?;
        if read_only && session.is_postgres() {
            session.run("SET default_transaction_read_only = on").await?;
        }
        Ok(session)
    }
}

/// A copy of a SQLite file with its side files. Opening the file itself, even for reading, would touch these.
fn copy_of(path: &Path) -> Result<(SqliteHost, Database), RunError> {
    if !path.is_file() {
        return Err(RunError::Usage(format!("there is no file {}", path.display())));
    }
    let host = SqliteHost::new()?;
    let copy = host.folder().join("state.db");
    let with = |path: &Path, side: &str| {
        let mut name = path.as_os_str().to_owned();
        name.push(side);
        PathBuf::from(name)
    };
    let failed = |error: std::io::Error| DbError::harness(format!("failed to copy {}: {error}", path.display()));
    let sides = ["", "-wal", "-journal"];
    let digests = || -> std::io::Result<Vec<Option<Digest>>> {
        let digest = |side: &&str| match fs::read(with(path, side)) {
            Ok(bytes) => Ok(Some(Digest::of(&bytes))),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error),
        };
        sides.iter().map(digest).collect()
    };
    let before = digests().map_err(failed)?;
    for side in sides {
        if with(path, side).is_file() {
            fs::copy(with(path, side), with(&copy, side)).map_err(failed)?;
        }
    }
    if digests().map_err(failed)? != before {
        let why = format!("{} is being written to: stop its program, then judge it", path.display());
        return Err(RunError::Usage(why));
    }
    Ok((host, Database(copy.to_string_lossy().into_owned())))
}
