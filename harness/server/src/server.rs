//! A running server.

use std::path::Path;

use sqlx::postgres::PgConnectOptions;

#[cfg(feature = "container")]
use crate::docker::Container;
use crate::{
    access::Access,
    cluster::Cluster,
    description::Description,
    error::ServerError,
    future::{BoxFuture, blocking},
    kept_server::KeptServer,
};

/// A running server. [`Server::stop`] is the way to end it; dropping it does the same as the safety net.
#[derive(Debug)]
pub struct Server {
    description: Description,
    access: Access,
    owner: Owner,
}

/// Who ends it.
#[derive(Debug)]
pub(crate) enum Owner {
    Cluster(Cluster),
    #[cfg(feature = "container")]
    Container(Container),
    /// Not we: somebody else's server, or one that a whole run shares.
    Others,
}

impl Server {
    /// A server that answers at `access`.
    pub(crate) fn new(description: Description, access: Access, owner: Owner) -> Self {
        Self { description, access, owner }
    }

    /// What is known about it.
    #[must_use]
    pub fn description(&self) -> &Description {
        &self.description
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
        match self.owner {
            Owner::Cluster(cluster) => cluster.supervisor.watch(pid, state)?,
            #[cfg(feature = "container")]
            Owner::Container(container) => container.watch(pid, state)?,
            Owner::Others => {}
        }
        Ok(Self { owner: Owner::Others, ..self })
    }

    /// Ends the server and removes what it left. A server that somebody else runs is left alone, and so is one that a
    /// whole run shares.
    ///
    /// # Errors
    ///
    /// When the server cannot be ended in order. Its supervisor goes on trying.
    pub fn stop(self) -> BoxFuture<'static, Result<(), ServerError>> {
        Box::pin(async move {
            match self.owner {
                Owner::Cluster(cluster) => blocking(move || cluster.stop()).await,
                #[cfg(feature = "container")]
                Owner::Container(container) => container.stop().await,
                Owner::Others => Ok(()),
            }
        })
    }

    /// Kills the server (SIGKILL to every process of it) and starts it again on what that left, as after a crash. Whoever was
    /// connected is no more; how to connect stays the same. Our settings keep what was committed last in the server's memory:
    /// what must outlive the crash is committed with `synchronous_commit = on`.
    ///
    /// # Errors
    /// When the server is not a cluster of our own, or does not come back; then it is removed.
    pub fn crash(self) -> BoxFuture<'static, Result<Self, ServerError>> {
        Box::pin(async move {
            let Owner::Cluster(mut cluster) = self.owner else {
                let not_ours = std::io::Error::other("only a cluster of our own is killed");
                return Err(ServerError::file("kill", self.description.kind.to_string())(not_ours));
            };
            let cluster = blocking(move || cluster.crash().map(|()| cluster)).await?;
            Ok(Self { owner: Owner::Cluster(cluster), ..self })
        })
    }

    /// Leaves the databases and the log where they are, marked with the name of the run, and says where.
    ///
    /// # Errors
    ///
    /// When the server cannot be stopped in order.
    pub fn keep(self, run: &str) -> BoxFuture<'static, Result<KeptServer, ServerError>> {
        let run = run.to_owned();
        Box::pin(async move {
            match self.owner {
                Owner::Cluster(cluster) => blocking(move || cluster.keep(&run)).await,
                #[cfg(feature = "container")]
                Owner::Container(container) => {
                    let name = container.keep(&run).await?;
                    Ok(KeptServer::of_container(&name, &run))
                }
                Owner::Others => Ok(KeptServer::of_others(&self.access, &run)),
            }
        })
    }
}
