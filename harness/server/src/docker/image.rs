//! Which image a container is started from.

use std::time::Duration;

use testcontainers::bollard::Docker;
use testcontainers::runners::AsyncRunner;
use testcontainers::{GenericImage, ImageExt};

use super::client::{self, CONTAINER_LABEL, IMAGE_LABEL, innermost};
use crate::{notice::Notice, request::Request, version::Version};

/// How long an image may take to arrive. A registry that refuses answers at once.
const PULL_TIMEOUT: Duration = Duration::from_secs(600);

/// How long a registry may take to refuse before a person wants to know what is waited for.
const REFUSAL_TIME: Duration = Duration::from_millis(500);

/// An image that is present.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Image {
    /// Its name.
    pub(crate) name: String,
    /// The digest that its registry knows it by, or the image's own where none does.
    pub(crate) digest: Option<String>,
}

/// The image that the request asks for, pulled now if it is not there; else why not.
pub(crate) async fn find(request: &Request, notice: &mut Notice<'_>) -> Result<Image, String> {
    let docker = client::answers().await?;
    let names = names(&docker, request).await;
    if let Some(found) = first_present(&docker, &names).await {
        return Ok(found);
    }
    let name = &names[0];
    pull(name, notice).await.map_err(|reason| format!("{name} is neither present nor to be pulled ({reason})"))?;
    present(&docker, name).await.ok_or_else(|| format!("{name} was pulled and is not there"))
}

/// The image that the request asks for, if it is there already; else why not. Changes nothing.
pub(crate) async fn look(request: &Request) -> Result<Image, String> {
    let docker = client::answers().await?;
    let names = names(&docker, request).await;
    first_present(&docker, &names).await.ok_or_else(|| format!("{} is not present", names[0]))
}

/// The images that will do, the best first.
async fn names(docker: &Docker, request: &Request) -> Vec<String> {
    if let Some(image) = &request.image {
        return vec![image.clone()];
    }
    let mut names = vec![official(request.version_or_first()).to_owned()];
    names.extend(built(docker, request.version_or_first()).await);
    names
}

async fn first_present(docker: &Docker, names: &[String]) -> Option<Image> {
    for name in names {
        if let Some(found) = present(docker, name).await {
            return Some(found);
        }
    }
    None
}

/// The image that the makers of TimescaleDB publish.
const fn official(version: Version) -> &'static str {
    match version {
        Version::V17 => "timescale/timescaledb:2.19.3-pg17",
        Version::V18 => "timescale/timescaledb:2.31.0-pg18",
    }
}

/// The image that `build-image` has made for this version.
async fn built(docker: &Docker, version: Version) -> Option<String> {
    let label = format!("{IMAGE_LABEL}={version}");
    client::images(docker, &label).await.ok()?.into_iter().find_map(|(_, names)| names.into_iter().next())
}

async fn present(docker: &Docker, name: &str) -> Option<Image> {
    let image = docker.inspect_image(name).await.ok()?;
    let digest = image.repo_digests.and_then(|digests| digests.into_iter().next()).or(image.id);
    Some(Image { name: name.to_owned(), digest })
}

async fn pull(name: &str, notice: &mut Notice<'_>) -> Result<(), String> {
    let (repository, tag) = split(name);
    // Through testcontainers, because it knows the user's credentials.
    let image = GenericImage::new(repository, tag).with_label(CONTAINER_LABEL, "pull");
    let mut pulling = std::pin::pin!(tokio::time::timeout(PULL_TIMEOUT, image.pull_image()));
    let pulled = match tokio::time::timeout(REFUSAL_TIME, &mut pulling).await {
        Ok(pulled) => pulled,
        Err(_) => {
            notice(&format!("container: pulling {name}"));
            pulling.await
        }
    };
    match pulled {
        Ok(Ok(_)) => Ok(()),
        Ok(Err(error)) => Err(last_words(&innermost(&error))),
        Err(_) => Err(format!("not there after {} s", PULL_TIMEOUT.as_secs())),
    }
}

/// What an error of a registry ends with: before that come addresses and the names of programs.
fn last_words(reason: &str) -> String {
    reason.rsplit(": ").next().unwrap_or(reason).trim().to_owned()
}

/// The name and the tag of an image; a digest counts as a tag, which it is put together with again the same way.
pub(crate) fn split(image: &str) -> (&str, &str) {
    let name_begins = image.rfind('/').map_or(0, |at| at + 1);
    match image[name_begins..].rfind(':') {
        Some(at) => (&image[..name_begins + at], &image[name_begins + at + 1..]),
        None => (image, "latest"),
    }
}

#[cfg(test)]
mod tests {
    use super::split;

    #[test]
    fn the_port_of_a_registry_is_no_tag() {
        assert_eq!(split("timescale/timescaledb:2.19.3-pg17"), ("timescale/timescaledb", "2.19.3-pg17"));
        assert_eq!(split("registry.example:5000/db"), ("registry.example:5000/db", "latest"));
        assert_eq!(split("db@sha256:abc"), ("db@sha256", "abc"));
    }
}
