//! What there is on this machine, without fetching or starting anything.

#[cfg(feature = "container")]
use crate::docker;
use crate::{external::External, future::BoxFuture, kind::Kind, local, provision, request::Request};

/// Why there is no container, where the feature is left out.
#[cfg(not(feature = "container"))]
pub(crate) const NOT_BUILT_IN: &str = "phasegate was built without the feature \"container\"";

/// What there is of a kind of server on this machine, in words; else why there is none. Fetches and starts nothing.
///
/// # Errors
///
/// The reason why there is none, for a person.
pub fn at_hand(kind: Kind, request: &Request) -> BoxFuture<'_, Result<String, String>> {
    Box::pin(look(kind, request))
}

async fn look(kind: Kind, request: &Request) -> Result<String, String> {
    match kind {
        Kind::Container => image(request).await,
        Kind::Local => {
            let found = local::find(request).await?;
            let release = found.timescaledb.map(|release| format!(", TimescaleDB {release}")).unwrap_or_default();
            Ok(format!("PostgreSQL {}{release} in {}", found.postgres, found.bin.display()))
        }
        Kind::Embedded => provision::look(request.version_or_first(), request.cache.as_deref())
            .map(|found| format!("PostgreSQL {}", found.postgres)),
        Kind::External => match &request.database_url {
            Some(url) => External::read(url).map(|found| found.redacted()).map_err(|error| error.to_string()),
            None => Err("no database URL is given".to_owned()),
        },
    }
}

#[cfg(feature = "container")]
async fn image(request: &Request) -> Result<String, String> {
    docker::look(request).await.map(|image| image.name)
}

#[cfg(not(feature = "container"))]
async fn image(_: &Request) -> Result<String, String> {
    Err(NOT_BUILT_IN.to_owned())
}
