//! A server that has been found and is not started yet.

use sqlx::{Connection, PgConnection};

#[cfg(feature = "container")]
use crate::docker::{self, Image};
use crate::{
    access::Access,
    cluster,
    description::Description,
    error::ServerError,
    external::External,
    installation::Installation,
    kind::Kind,
    server::{Owner, Server},
};

/// What is there to be started, or to be connected to.
#[derive(Debug)]
pub(crate) enum Starter {
    /// Programs, embedded or local, for a cluster of our own.
    Cluster(Kind, Installation),
    /// An image that is present.
    #[cfg(feature = "container")]
    Container(Image),
    /// A server that somebody else runs.
    External(Box<External>),
}

impl Starter {
    /// Starts it, and waits until it has answered what it is.
    pub(crate) async fn start(self) -> Result<Server, ServerError> {
        match self {
            Self::Cluster(kind, installation) => {
                let packages = installation.packages.clone();
                let (cluster, connection) = cluster::start(kind, installation).await?;
                let description = Description { packages, log: Some(cluster.log()), ..ask(kind, connection).await? };
                Ok(Server::new(description, cluster.access(), Owner::Cluster(cluster)))
            }
            #[cfg(feature = "container")]
            Self::Container(image) => {
                let (container, connection) = docker::start(&image).await?;
                let description = ask(Kind::Container, connection).await?;
                let description = Description { image: Some(image.name), image_digest: image.digest, ..description };
                Ok(Server::new(description, container.access(), Owner::Container(container)))
            }
            Self::External(external) => {
                let description = ask(Kind::External, external.connect().await?).await?;
                Ok(Server::new(description, Access::External(external), Owner::Others))
            }
        }
    }
}

async fn ask(kind: Kind, mut connection: PgConnection) -> Result<Description, ServerError> {
    let description = Description::ask(kind, &mut connection).await?;
    // All is read by now: a connection that does not close in order loses nothing.
    let _ = connection.close().await;
    Ok(description)
}
