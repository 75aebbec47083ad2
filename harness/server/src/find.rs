//! Which server is taken, and why.

#[cfg(feature = "container")]
use crate::docker;
use crate::{
    choice::Choice, embedded, error::ServerError, external::External, kind::Kind, local, notice::Notice,
    request::Request, starter::Starter,
};

/// What to do where Docker answers and has no image.
const BUILD_IMAGE: &str = "where Docker reaches no registry, `phasegate server build-image` makes an image";

/// What the request asks for, with the reason why it is this one. Packages and images are fetched if they have to be,
/// and nothing is started.
pub(crate) async fn find(request: &Request, notice: &mut Notice<'_>) -> Result<(Starter, String), ServerError> {
    let asked_for = "asked for".to_owned();
    match request.choice {
        Choice::Auto => first_of_all(request, notice).await,
        Choice::External => match &request.database_url {
            Some(url) => named(url, request),
            None => none(vec!["--server external needs --database-url or DATABASE_URL".to_owned()]),
        },
        Choice::Container => match in_container(request, &asked_for, notice).await {
            Ok(found) => Ok(found),
            Err(reason) if request.image.is_none() => none(vec![reason, BUILD_IMAGE.to_owned()]),
            Err(reason) => none(vec![reason]),
        },
        Choice::Local => match local::find(request).await {
            Ok(installation) => Ok((Starter::Cluster(Kind::Local, installation), asked_for)),
            Err(reason) => none(vec![reason, "--server embedded brings one of its own".to_owned()]),
        },
        Choice::Embedded => Ok((Starter::Cluster(Kind::Embedded, embedded::find(request, notice).await?), asked_for)),
    }
}

/// External when a database URL is given, else container, local, embedded, in this order.
async fn first_of_all(request: &Request, notice: &mut Notice<'_>) -> Result<(Starter, String), ServerError> {
    if let Some(url) = &request.database_url {
        return named(url, request);
    }
    let mut reasons: Vec<String> = unasked_for().into_iter().collect();
    match in_container(request, "Docker answers and has the image", notice).await {
        Ok((starter, why)) => {
            reasons.push(why);
            return Ok((starter, reasons.join("; ")));
        }
        Err(reason) => reasons.push(reason),
    }
    match local::find(request).await {
        Ok(installation) => return Ok((Starter::Cluster(Kind::Local, installation), reasons.join("; "))),
        Err(reason) => reasons.push(format!("nothing local: {reason}")),
    }
    match embedded::find(request, notice).await {
        Ok(installation) => Ok((Starter::Cluster(Kind::Embedded, installation), reasons.join("; "))),
        Err(error @ ServerError::SuiteNeedsVersion { .. }) => Err(error),
        Err(error) => {
            reasons.push(format!("nothing embedded: {error}"));
            none(reasons)
        }
    }
}

/// What the environment names, which may be the database of an application and is not taken for that alone.
fn unasked_for() -> Option<String> {
    std::env::var_os("DATABASE_URL").map(|_| "DATABASE_URL counts only with --server external".to_owned())
}

fn named(url: &str, request: &Request) -> Result<(Starter, String), ServerError> {
    let by = request.database_url_by.map(|by| format!(" by {by}")).unwrap_or_default();
    Ok((Starter::External(Box::new(External::read(url)?)), format!("a database URL is given{by}")))
}

fn none(reasons: Vec<String>) -> Result<(Starter, String), ServerError> {
    Err(ServerError::NoServer { reasons })
}

/// A container, if there can be one; else why not.
#[cfg(feature = "container")]
async fn in_container(request: &Request, why: &str, notice: &mut Notice<'_>) -> Result<(Starter, String), String> {
    let version = request.version_or_first();
    if request.image.is_none() && !request.takes(version.major()) {
        return Err(format!("no container: the images are of PostgreSQL {version}, and not {}", request.versions()));
    }
    let image = docker::find(request, notice).await.map_err(|reason| format!("no container: {reason}"))?;
    let why = format!("{why}: {}", image.name);
    Ok((Starter::Container(image), why))
}

#[cfg(not(feature = "container"))]
async fn in_container(_: &Request, _: &str, _: &mut Notice<'_>) -> Result<(Starter, String), String> {
    Err(format!("no container: {}", crate::at_hand::NOT_BUILT_IN))
}
