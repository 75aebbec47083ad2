//! A running server.

use std::path::Path;

use sqlx::postgres::PgConnectOptions;
use sqlx::{Connection, PgConnection};

use super::access::Access;
use super::choice::Kind;
use super::cluster::Cluster;
#[cfg(feature = "container")]
use super::container::Container;
#[cfg(feature = "container")]
use super::docker::Found;
use super::error::ServerError;
use super::external::External;
use super::facts::Facts;
use super::installation::Installation;
use super::kept::Kept;

/// A running server. [`Server::stop`] is the way to end it; dropping it does the same as the safety net.
#[derive(Debug)]
pub struct Server {
    facts: Facts,
    access: Access,
    holder: Holder,
}

/// Who ends it.
#[derive(Debug)]
enum Holder {
    Cluster(Cluster),
    #[cfg(feature = "container")]
    Container(Container),
    /// Not we: somebody else's server, or one that a whole run shares.
    Nobody,
}

impl Server {
    /// Starts a cluster of our own.
    pub(crate) async fn of_cluster(kind: Kind, installation: Installation) -> Result<Self, ServerError> {
        let packages = installation.packages.clone();
        let (cluster, mut connection) = super::cluster::start(kind, installation).await?;
        let mut facts = Facts::ask(kind, &mut connection).await?;
        close(connection).await;
        facts.packages = packages;
        facts.log = Some(cluster.log());
        Ok(Self { facts, access: cluster.access(), holder: Holder::Cluster(cluster) })
    }

    /// Starts a container.
    #[cfg(feature = "container")]
    pub(crate) async fn of_container(image: &Found) -> Result<Self, ServerError> {
        let (container, mut connection) = super::container::start(image).await?;
        let mut facts = Facts::ask(Kind::Container, &mut connection).await?;
        close(connection).await;
        facts.image = Some(image.name.clone());
        facts.image_digest.clone_from(&image.digest);
        Ok(Self { facts, access: container.access(), holder: Holder::Container(container) })
    }

    /// Connects to a server that somebody else runs.
    pub(crate) async fn of_external(url: &str) -> Result<Self, ServerError> {
        let external = External::read(url)?;
        let mut connection = external.connect().await?;
        let facts = Facts::ask(Kind::External, &mut connection).await?;
        close(connection).await;
        Ok(Self { facts, access: Access::External(Box::new(external)), holder: Holder::Nobody })
    }

    /// A server that another process of the same run has started.
    pub(crate) fn attached(facts: Facts, access: Access) -> Self {
        Self { facts, access, holder: Holder::Nobody }
    }

    /// What is known about it.
    #[must_use]
    pub fn facts(&self) -> &Facts {
        &self.facts
    }

    /// How to connect to one of its databases, the fastest way: as superuser by the socket for a cluster of our own.
    #[must_use]
    pub fn options(&self, database: &str) -> PgConnectOptions {
        self.access.options(database)
    }

    /// The URL of one of its databases, password included, for a command that is handed `DATABASE_URL`.
    #[must_use]
    pub fn url(&self, database: &str) -> String {
        self.access.url(database)
    }

    /// The database to connect to for CREATE DATABASE and DROP DATABASE.
    #[must_use]
    pub fn maintenance(&self) -> &str {
        self.access.maintenance()
    }

    pub(crate) fn access(&self) -> &Access {
        &self.access
    }

    /// Hands the server over to the run whose process is `pid`, and with it the folder `state`: both go when that
    /// process has ended.
    pub(crate) fn hand_over(self, pid: u32, state: &Path) -> Result<Self, ServerError> {
        match self.holder {
            Holder::Cluster(cluster) => cluster.supervisor.watch(pid, state)?,
            #[cfg(feature = "container")]
            Holder::Container(container) => container.watch(pid, state)?,
            Holder::Nobody => {}
        }
        Ok(Self { holder: Holder::Nobody, ..self })
    }

    /// Ends the server and removes what it left. A server that somebody else runs is left alone, and so is one that a
    /// whole run shares.
    ///
    /// # Errors
    ///
    /// When the server cannot be ended in order. Its supervisor goes on trying.
    pub async fn stop(self) -> Result<(), ServerError> {
        match self.holder {
            Holder::Cluster(cluster) => blocking(move || cluster.supervisor.stop()).await,
            #[cfg(feature = "container")]
            Holder::Container(container) => container.stop().await,
            Holder::Nobody => Ok(()),
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
                let (bin, port) = (cluster.bin.clone(), cluster.port);
                let folder = blocking(move || cluster.keep()).await?;
                Ok(Kept::of_cluster(&bin, &folder, port))
            }
            #[cfg(feature = "container")]
            Holder::Container(container) => {
                let name = container.name.clone();
                let url = self.access.url("postgres");
                blocking(move || container.keep()).await?;
                Ok(Kept::of_container(&name, &url))
            }
            Holder::Nobody => Ok(Kept::of_others(&self.access)),
        }
    }
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
