//! Which server is taken, and the one line that says why.

use super::choice::{Choice, Kind, Request};
use super::error::ServerError;
use super::instance::Server;
use super::{embedded, local};

/// Starts the server that the request asks for, and waits until it answers a query.
///
/// `notice` gets one line that says which server was taken and why, and before it lines of progress while packages
/// or images are fetched.
///
/// # Errors
///
/// When no server is to be had, or when it is not what the suite needs; never after something was left running.
pub async fn start(request: &Request, notice: &mut dyn FnMut(&str)) -> Result<Server, ServerError> {
    match request.choice {
        Choice::Auto => auto(request, notice).await,
        Choice::External => match &request.database_url {
            Some(url) => external(url, request, notice).await,
            None => Err(ServerError::NoServer {
                reasons: vec!["--server external needs --database-url or DATABASE_URL".to_owned()],
            }),
        },
        Choice::Container => match container(request, "asked for", notice).await {
            Ok(server) => server,
            Err(reason) => {
                let mut reasons = vec![no_container(&reason)];
                if request.image.is_none() {
                    reasons.push(BUILD_IMAGE.to_owned());
                }
                Err(ServerError::NoServer { reasons })
            }
        },
        Choice::Local => match find_local(request).await {
            Ok(installation) => cluster(Kind::Local, installation, request, "asked for", notice).await,
            Err(reason) => Err(ServerError::NoServer { reasons: vec![reason] }),
        },
        Choice::Embedded => {
            let installation = embedded::find(request, notice).await?;
            cluster(Kind::Embedded, installation, request, "asked for", notice).await
        }
    }
}

/// What there is of a kind of server on this machine, in words; else why there is none. Fetches and starts nothing.
///
/// # Errors
///
/// The reason why there is none, for a person.
pub async fn at_hand(kind: Kind, request: &Request) -> Result<String, String> {
    match kind {
        Kind::Container => image_at_hand(request).await,
        Kind::Local => {
            let found = find_local(request).await?;
            let release = found.timescaledb.map(|release| format!(", TimescaleDB {release}"));
            let release = release.unwrap_or_default();
            Ok(format!("PostgreSQL {}{release} in {}", found.postgres, found.bin.display()))
        }
        Kind::Embedded => {
            let found = super::provision::status(request.cache.as_deref()).map_err(|error| error.to_string())?;
            let found = found.into_iter().find(|status| status.version == request.version);
            match found.map(|status| (status.installation, status.damage)) {
                Some((Some(found), _)) => Ok(format!("PostgreSQL {}", found.postgres)),
                Some((None, Some(damage))) => Err(format!("the cached one is damaged: {damage}")),
                _ => Err("not in the cache yet".to_owned()),
            }
        }
        Kind::External => match &request.database_url {
            Some(url) => match super::external::External::read(url) {
                Ok(external) => Ok(external.redacted()),
                Err(error) => Err(error.to_string()),
            },
            None => Err("no database URL is given".to_owned()),
        },
    }
}

async fn auto(request: &Request, notice: &mut dyn FnMut(&str)) -> Result<Server, ServerError> {
    if let Some(url) = &request.database_url {
        return external(url, request, notice).await;
    }
    let mut reasons = Vec::new();
    match container(request, "Docker answers and has the image", notice).await {
        Ok(server) => return server,
        Err(reason) => reasons.push(no_container(&reason)),
    }
    match find_local(request).await {
        Ok(installation) => {
            return cluster(Kind::Local, installation, request, &reasons.join("; "), notice).await;
        }
        Err(reason) => reasons.push(format!("nothing local: {reason}")),
    }
    match embedded::find(request, notice).await {
        Ok(installation) => cluster(Kind::Embedded, installation, request, &reasons.join("; "), notice).await,
        Err(error @ ServerError::SuiteNeedsNewer { .. }) => Err(error),
        Err(error) => {
            reasons.push(format!("nothing embedded: {error}"));
            Err(ServerError::NoServer { reasons })
        }
    }
}

/// A container, if there can be one; else why not.
#[cfg(feature = "container")]
async fn container(
    request: &Request,
    why: &str,
    notice: &mut dyn FnMut(&str),
) -> Result<Result<Server, ServerError>, String> {
    let image = super::docker::find(request, notice).await?;
    Ok(match Server::of_container(&image).await {
        Ok(server) => announce(server, request, &format!("{why}: {}", image.name), notice).await,
        Err(error) => Err(error),
    })
}

#[cfg(feature = "container")]
async fn image_at_hand(request: &Request) -> Result<String, String> {
    super::docker::look(request).await.map(|image| image.name)
}

#[cfg(not(feature = "container"))]
async fn image_at_hand(_request: &Request) -> Result<String, String> {
    Err(NOT_BUILT_IN.to_owned())
}

#[cfg(not(feature = "container"))]
const NOT_BUILT_IN: &str = "phasegate was built without the feature \"container\"";

#[cfg(not(feature = "container"))]
async fn container(
    _request: &Request,
    _why: &str,
    _notice: &mut dyn FnMut(&str),
) -> Result<Result<Server, ServerError>, String> {
    Err(NOT_BUILT_IN.to_owned())
}

/// What to do where Docker answers and has no image.
const BUILD_IMAGE: &str = "where Docker reaches no registry, `phasegate server build-image` makes an image";

fn no_container(reason: &str) -> String {
    format!("no container: {reason}")
}

async fn external(url: &str, request: &Request, notice: &mut dyn FnMut(&str)) -> Result<Server, ServerError> {
    announce(Server::of_external(url).await?, request, "a database URL is given", notice).await
}

async fn cluster(
    kind: Kind,
    installation: super::Installation,
    request: &Request,
    why: &str,
    notice: &mut dyn FnMut(&str),
) -> Result<Server, ServerError> {
    announce(Server::of_cluster(kind, installation).await?, request, why, notice).await
}

/// Lets only a server pass that suffices, and says what it is.
pub(crate) async fn announce(
    server: Server,
    request: &Request,
    why: &str,
    notice: &mut dyn FnMut(&str),
) -> Result<Server, ServerError> {
    if let Err(error) = server.facts().suffice(request) {
        // What the caller must learn is why the server does not suffice; a failing stop is the supervisor's to mend.
        let _ = server.stop().await;
        return Err(error);
    }
    notice(&format!("server: {}, {} ({why})", server.facts().kind, server.facts().line()));
    Ok(server)
}

async fn find_local(request: &Request) -> Result<super::Installation, String> {
    let request = request.clone();
    tokio::task::spawn_blocking(move || local::find(&request)).await.map_err(|error| error.to_string())?
}
