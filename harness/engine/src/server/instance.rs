//! A running server.

use std::fmt;
use std::path::PathBuf;

use sqlx::postgres::PgConnectOptions;
use sqlx::{Connection, PgConnection};

use super::choice::Kind;
use super::cluster::{Cluster, SUPERUSER};
#[cfg(feature = "container")]
use super::container::Container;
#[cfg(feature = "container")]
use super::docker::Found;
use super::error::ServerError;
use super::external::{External, escaped};
use super::facts::Facts;
use super::installation::Installation;

/// A running server. [`Server::stop`] is the way to end it; dropping it does the same as the safety net.
#[derive(Debug)]
pub struct Server {
    facts: Facts,
    holder: Holder,
}

/// Who holds it, and so how it is reached and ended.
#[derive(Debug)]
enum Holder {
    Cluster(Cluster),
    #[cfg(feature = "container")]
    Container(Container),
    External(External),
}

/// What is left of a server after a run that failed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Kept {
    /// The folder or the container that was left.
    pub place: String,
    /// The server's log, where it has one that we can read.
    pub log: Option<PathBuf>,
    /// The command that starts it again, where it was stopped.
    pub restart: Option<String>,
    /// The command that removes it.
    pub remove: Option<String>,
}

impl Server {
    /// Starts a cluster of our own.
    pub(crate) async fn of_cluster(
        kind: Kind,
        installation: Installation,
    ) -> Result<Self, ServerError> {
        let packages = installation.packages.clone();
        let (cluster, mut connection) = super::cluster::start(kind, installation).await?;
        let mut facts = Facts::ask(kind, &mut connection).await?;
        close(connection).await;
        facts.packages = packages;
        facts.log = Some(cluster.log());
        Ok(Self {
            facts,
            holder: Holder::Cluster(cluster),
        })
    }

    /// Starts a container.
    #[cfg(feature = "container")]
    pub(crate) async fn of_container(image: &Found) -> Result<Self, ServerError> {
        let (container, mut connection) = super::container::start(image).await?;
        let mut facts = Facts::ask(Kind::Container, &mut connection).await?;
        close(connection).await;
        facts.image = Some(image.name.clone());
        facts.image_digest.clone_from(&image.digest);
        Ok(Self {
            facts,
            holder: Holder::Container(container),
        })
    }

    /// Connects to a server that somebody else runs.
    pub(crate) async fn of_external(url: &str) -> Result<Self, ServerError> {
        let external = External::read(url)?;
        let mut connection = external.connect().await?;
        let facts = Facts::ask(Kind::External, &mut connection).await?;
        close(connection).await;
        Ok(Self {
            facts,
            holder: Holder::External(external),
        })
    }

    /// What is known about it.
    #[must_use]
    pub fn facts(&self) -> &Facts {
        &self.facts
    }

    /// How to connect to one of its databases, the fastest way: as superuser by the socket for a cluster of our own.
    #[must_use]
    pub fn options(&self, database: &str) -> PgConnectOptions {
        match &self.holder {
            Holder::Cluster(cluster) => cluster.options(database),
            #[cfg(feature = "container")]
            Holder::Container(container) => container.options(database),
            Holder::External(external) => external.options(database),
        }
    }

    /// The URL of one of its databases, password included, for a command that is handed `DATABASE_URL`.
    #[must_use]
    pub fn url(&self, database: &str) -> String {
        match &self.holder {
            Holder::Cluster(cluster) => {
                own_url(&cluster.password, "127.0.0.1", cluster.port, database)
            }
            #[cfg(feature = "container")]
            Holder::Container(container) => own_url(
                &container.password,
                &container.host,
                container.port,
                database,
            ),
            Holder::External(external) => external.url(database),
        }
    }

    /// The database to connect to for CREATE DATABASE and DROP DATABASE.
    #[must_use]
    pub fn maintenance(&self) -> &str {
        match &self.holder {
            Holder::Cluster(_) => "postgres",
            #[cfg(feature = "container")]
            Holder::Container(_) => "postgres",
            Holder::External(external) => external.database(),
        }
    }

    /// Ends the server and removes what it left. A server that somebody else runs is left alone.
    ///
    /// # Errors
    ///
    /// When the server cannot be ended in order. Its supervisor goes on trying.
    pub async fn stop(self) -> Result<(), ServerError> {
        match self.holder {
            Holder::Cluster(cluster) => blocking(move || cluster.supervisor.stop()).await,
            #[cfg(feature = "container")]
            Holder::Container(container) => container.stop().await,
            Holder::External(_) => Ok(()),
        }
    }

    /// Leaves the databases and the log where they are, after a run that failed, and says where.
    ///
    /// # Errors
    ///
    /// When the server cannot be stopped in order.
    pub async fn keep(self) -> Result<Kept, ServerError> {
        match self.holder {
            Holder::Cluster(cluster) => {
                let postgres = cluster.bin.join("postgres").display().to_string();
                let folder = blocking(move || cluster.keep()).await?;
                let place = folder.display().to_string();
                let restart = format!("{postgres} -D {place}/data -k {place}");
                let remove = format!("rm -rf {place}");
                Ok(Kept {
                    log: Some(super::cluster::log_of(&folder)),
                    place,
                    restart: Some(restart),
                    remove: Some(remove),
                })
            }
            #[cfg(feature = "container")]
            Holder::Container(container) => {
                let name = container.name.clone();
                blocking(move || container.keep()).await?;
                Ok(Kept {
                    place: format!("the container {name}, which goes on running"),
                    log: None,
                    restart: None,
                    remove: Some(format!("docker rm -f -v {name}")),
                })
            }
            Holder::External(external) => Ok(Kept {
                place: external.redacted(),
                log: None,
                restart: None,
                remove: None,
            }),
        }
    }
}

impl fmt::Display for Kept {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "the server's databases are left in {}", self.place)?;
        if let Some(log) = &self.log {
            write!(out, ", its log is {}", log.display())?;
        }
        if let Some(restart) = &self.restart {
            write!(out, "; start it again (not as root) with: {restart}")?;
        }
        if let Some(remove) = &self.remove {
            write!(out, "; remove it with: {remove}")?;
        }
        Ok(())
    }
}

/// A URL that psql, libpq, SQLAlchemy and sqlx all read. The password is hexadecimal, the database's name is escaped.
fn own_url(password: &str, host: &str, port: u16, database: &str) -> String {
    format!(
        "postgresql://{SUPERUSER}:{password}@{host}:{port}/{}",
        escaped(database)
    )
}

async fn close(connection: PgConnection) {
    // The facts are read by now: a connection that does not close in order loses nothing.
    let _ = connection.close().await;
}

async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, ServerError> + Send + 'static,
) -> Result<T, ServerError> {
    match tokio::task::spawn_blocking(work).await {
        Ok(result) => result,
        Err(join) => std::panic::resume_unwind(join.into_panic()),
    }
}
