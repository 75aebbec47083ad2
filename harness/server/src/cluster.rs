//! A cluster of our own: copied or initialised, started, made ready.

use std::{
    fs,
    net::{Ipv4Addr, TcpListener},
    path::{Path, PathBuf},
};

use rustix::process::{Pid, Signal, kill_process};
use sqlx::{ConnectOptions, PgConnection};

use crate::{
    access::Access,
    account::Account,
    error::ServerError,
    folder,
    future::blocking,
    initdb::initialise,
    installation::Installation,
    kept,
    kept_server::KeptServer,
    kind::Kind,
    password, process,
    psql::Psql,
    readiness::{Readiness, wait},
    settings,
    supervisor::Supervisor,
    template::{Laying, Template},
};

/// How many ports are tried before it is somebody's fault.
const PORTS: usize = 8;

/// A running cluster.
#[derive(Debug)]
pub(crate) struct Cluster {
    pub(crate) kind: Kind,
    pub(crate) folder: PathBuf,
    pub(crate) bin: PathBuf,
    pub(crate) port: u16,
    pub(crate) password: String,
    pub(crate) supervisor: Supervisor,
}

/// Starts a cluster of our own with these programs, and waits until it answers.
pub(crate) async fn start(kind: Kind, installation: Installation) -> Result<(Cluster, PgConnection), ServerError> {
    let cluster = blocking(move || launch(kind, &installation, free_port)).await?;
    let mut connection =
        cluster.access().options("postgres").connect().await.map_err(|error| cluster.start_error(&error))?;
    set_password(&mut connection, &cluster.password).await.map_err(|error| cluster.start_error(&error))?;
    Ok((cluster, connection))
}

impl Cluster {
    /// How it is reached.
    pub(crate) fn access(&self) -> Access {
        Access::Socket { folder: self.folder.clone(), port: self.port, password: self.password.clone() }
    }

    /// Stops the server at once and removes what it left. Its databases go while it ends: nobody reads them any more.
    pub(crate) fn stop(self) -> Result<(), ServerError> {
        let databases = self.folder.join("data/base");
        self.supervisor.stop(|| folder::remove_each(&databases))
    }

    /// Kills the server with all its processes, and starts it again on what they left.
    pub(crate) fn crash(&mut self) -> Result<(), ServerError> {
        let data = self.folder.join("data");
        // The first process goes first: it would start others in the place of those that go.
        let first = fs::read_to_string(data.join("postmaster.pid")).unwrap_or_default();
        let first = first.lines().next().and_then(|pid| pid.trim().parse().ok());
        let mut left: Vec<u32> = first.into_iter().collect();
        while !left.is_empty() {
            for pid in left.into_iter().filter_map(|pid| Pid::from_raw(pid.cast_signed())) {
                // One that has ended by now is as good.
                let _ = kill_process(pid, Signal::KILL);
            }
            left = process::of_cluster(&data);
        }
        let pid = self.supervisor.launch()?;
        match wait(&data, pid, &self.log()) {
            Readiness::Ready => Ok(()),
            Readiness::PortTaken => Err(self.not_started("its port was taken meanwhile")),
            Readiness::Failed(reason) => Err(self.not_started(&reason)),
        }
    }

    /// Stops the server in order and leaves its folder, on the disk, with a way into it.
    pub(crate) fn keep(self, run: &str) -> Result<KeptServer, ServerError> {
        self.supervisor.keep(run)?;
        let account = Account::of_servers();
        let folder = folder::settle(&self.folder, account)?;
        let psql = Psql { bin: &self.bin, folder: &folder, port: self.port, account }.write()?;
        Ok(KeptServer::of_cluster(&self.bin, &folder, &psql, run))
    }

    /// Where the server writes its log.
    pub(crate) fn log(&self) -> PathBuf {
        log_of(&self.folder)
    }

    fn start_error(&self, error: &sqlx::Error) -> ServerError {
        self.not_started(&error.to_string())
    }

    fn not_started(&self, reason: &str) -> ServerError {
        ServerError::Start { kind: self.kind, reason: reason.to_owned(), log: end_of(&self.log()) }
    }
}

/// The password for those who come by TCP. It is random, so that many rounds of hashing gain nothing; but some drivers refuse a
/// server that asks for fewer than usual: Go's lib/pq below 1000, Java's once below 4096.
pub(crate) async fn set_password(connection: &mut PgConnection, password: &str) -> Result<(), sqlx::Error> {
    let statement: String = sqlx::query_scalar("SELECT format('ALTER ROLE %I PASSWORD %L', current_user, $1::text)")
        .bind(password)
        .fetch_one(&mut *connection)
        .await?;
    sqlx::raw_sql(sqlx::AssertSqlSafe(statement)).execute(&mut *connection).await.map(drop)
}

fn launch(
    kind: Kind,
    installation: &Installation,
    mut ports: impl FnMut() -> Result<u16, ServerError>,
) -> Result<Cluster, ServerError> {
    kept::bound();
    let account = Account::of_servers();
    let postgres = installation.bin.join("postgres");
    // The folder is the supervisor's: whatever fails, it goes.
    let (folder, mut supervisor) =
        folder::for_server(account, |folder| Supervisor::of_folder(folder, Some(&postgres), account))?;
    let data = folder.join("data");
    let laying = match &installation.template {
        Some(template) => Template::open(template)?.lay(&data, account)?,
        None => {
            initialise(installation, &data, account, |initdb| supervisor.adopt(initdb))?;
            Laying::default()
        }
    };
    write(&data.join("pg_hba.conf"), settings::HBA, account)?;
    let log = log_of(&folder);
    for _ in 0..PORTS {
        let port = ports()?;
        write(&data.join("postgresql.conf"), &settings::conf(installation, &folder, port), account)?;
        let pid = supervisor.launch()?;
        match wait(&data, pid, &log) {
            Readiness::Ready => {
                laying.finish()?;
                let password = password::random()?;
                let bin = installation.bin.clone();
                return Ok(Cluster { kind, folder, bin, port, password, supervisor });
            }
            // Somebody took the port between our look and the server's: that is what the next one is for.
            Readiness::PortTaken => {}
            Readiness::Failed(reason) => {
                // Where there is no room for its files, that is why.
                laying.finish()?;
                return Err(ServerError::Start { kind, reason, log: end_of(&log) });
            }
        }
    }
    Err(ServerError::Start { kind, reason: format!("{PORTS} ports in a row were taken"), log: end_of(&log) })
}

fn write(path: &Path, text: &str, account: Account) -> Result<(), ServerError> {
    fs::write(path, text).map_err(ServerError::file("write", path))?;
    account.own(path)
}

fn free_port() -> Result<u16, ServerError> {
    let listener =
        TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).map_err(ServerError::file("find a free port on", "127.0.0.1"))?;
    listener.local_addr().map(|address| address.port()).map_err(ServerError::file("find a free port on", "127.0.0.1"))
}

pub(crate) fn log_of(folder: &Path) -> PathBuf {
    folder.join("server.log")
}

/// The last lines of a log: what a person looks for first.
pub(crate) fn end_of(log: &Path) -> String {
    let text = fs::read(log).map(|bytes| String::from_utf8_lossy(&bytes).into_owned()).unwrap_or_default();
    let lines: Vec<&str> = text.lines().collect();
    lines[lines.len().saturating_sub(15)..].join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{provision::provision, request::embedded};

    #[tokio::test]
    async fn a_port_that_is_taken_in_between_is_left_for_another() {
        let installation = provision(&embedded(), &mut |_| {}).await.unwrap();
        let taken = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let mut first = Some(taken.local_addr().unwrap().port());
        let cluster = launch(Kind::Embedded, &installation, || first.take().map_or_else(free_port, Ok)).unwrap();
        assert_ne!(cluster.port, taken.local_addr().unwrap().port());
        assert!(!end_of(&cluster.log()).contains("could not create any TCP/IP sockets"));
        let folder = cluster.folder.clone();
        cluster.stop().unwrap();
        assert!(!folder.exists());
    }
}
