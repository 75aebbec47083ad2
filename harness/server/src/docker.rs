//! What is asked of Docker: does it answer, which image does it have, is the container still there.

use std::collections::HashMap;
use std::path::Path;
use std::time::Duration;

use testcontainers::bollard::Docker;
use testcontainers::bollard::query_parameters::{
    InspectContainerOptions, ListContainersOptionsBuilder, ListImagesOptionsBuilder, RemoveContainerOptionsBuilder,
    RemoveImageOptionsBuilder,
};
use testcontainers::core::client::docker_client_instance;
use testcontainers::runners::AsyncRunner;
use testcontainers::{GenericImage, ImageExt};

use super::choice::{Request, Version};
use super::container::LABEL;
use super::error::ServerError;
use super::image;

/// How long Docker may take to say that it is there: it takes a millisecond where it is.
const PATIENCE: Duration = Duration::from_secs(2);

/// How long an image may take to arrive. A registry that refuses answers at once.
const PULL_PATIENCE: Duration = Duration::from_secs(600);

/// How long a registry may take to refuse before a person wants to know what is waited for.
const REFUSAL: Duration = Duration::from_millis(500);

/// An image that is present.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Found {
    /// Its name.
    pub(crate) name: String,
    /// The digest that its registry knows it by, or the image's own where none does.
    pub(crate) digest: Option<String>,
}

/// The image that the request asks for, pulled now if it is not there; else why not.
pub(crate) async fn find(request: &Request, notice: &mut dyn FnMut(&str)) -> Result<Found, String> {
    let docker = answers().await?;
    let names = names(&docker, request).await;
    if let Some(found) = first_present(&docker, &names).await {
        return Ok(found);
    }
    let name = &names[0];
    pull(name, notice).await.map_err(|reason| format!("{name} is neither present nor to be pulled ({reason})"))?;
    present(&docker, name).await.ok_or_else(|| format!("{name} was pulled and is not there"))
}

/// The image that the request asks for, if it is there already; else why not. Changes nothing.
pub(crate) async fn look(request: &Request) -> Result<Found, String> {
    let docker = answers().await?;
    let names = names(&docker, request).await;
    first_present(&docker, &names).await.ok_or_else(|| format!("{} is not present", names[0]))
}

/// The images that will do, the best first.
async fn names(docker: &Docker, request: &Request) -> Vec<String> {
    if let Some(image) = &request.image {
        return vec![image.clone()];
    }
    let mut names = vec![official(request.version).to_owned()];
    names.extend(built(docker, request.version).await);
    names
}

async fn first_present(docker: &Docker, names: &[String]) -> Option<Found> {
    for name in names {
        if let Some(found) = present(docker, name).await {
            return Some(found);
        }
    }
    None
}

/// Docker, where it answers and can be used.
pub(crate) async fn answers() -> Result<Docker, String> {
    // Without a socket there is no need to load a client and wait for it.
    let named = ["DOCKER_HOST", "DOCKER_CONTEXT"].iter().any(|name| std::env::var_os(name).is_some());
    let home = std::env::var_os("HOME").map(|home| Path::new(&home).join(".docker")).is_some_and(|path| path.exists());
    if !named && !home && !Path::new("/var/run/docker.sock").exists() {
        return Err("Docker is not installed".to_owned());
    }
    // The supervisor removes containers by the command, since it is no program of ours.
    let command = std::env::var_os("PATH")
        .is_some_and(|path| std::env::split_paths(&path).any(|folder| folder.join("docker").is_file()));
    if !command {
        return Err("the command docker is not on the PATH".to_owned());
    }
    let docker =
        docker_client_instance().await.map_err(|error| format!("Docker does not answer: {}", innermost(&error)))?;
    match tokio::time::timeout(PATIENCE, docker.ping()).await {
        Ok(Ok(_)) => Ok(docker),
        Ok(Err(error)) => Err(format!("Docker does not answer: {}", innermost(&error))),
        Err(_) => Err(format!("Docker does not answer within {} s", PATIENCE.as_secs())),
    }
}

/// The client, for those who know already that Docker answers.
pub(crate) async fn client() -> Result<Docker, ServerError> {
    docker_client_instance().await.map_err(|error| failed("connect", &error))
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
    let label = format!("{}={version}", image::LABEL);
    images(docker, &label).await.ok()?.into_iter().find_map(|(_, names)| names.into_iter().next())
}

/// The images with a label: their ids with their names.
pub(crate) async fn images(docker: &Docker, label: &str) -> Result<Vec<(String, Vec<String>)>, ServerError> {
    let filters = HashMap::from([("label".to_owned(), vec![label.to_owned()])]);
    let options = ListImagesOptionsBuilder::default().filters(&filters).build();
    let images = docker.list_images(Some(options)).await.map_err(|error| failed("list images", &error))?;
    Ok(images.into_iter().map(|image| (image.id, image.repo_tags)).collect())
}

async fn present(docker: &Docker, name: &str) -> Option<Found> {
    let image = docker.inspect_image(name).await.ok()?;
    let digest = image.repo_digests.and_then(|digests| digests.into_iter().next()).or(image.id);
    Some(Found { name: name.to_owned(), digest })
}

async fn pull(name: &str, notice: &mut dyn FnMut(&str)) -> Result<(), String> {
    let (repository, tag) = super::container::split(name);
    // Through testcontainers, because it knows the user's credentials.
    let image = GenericImage::new(repository, tag).with_label(LABEL, "pull");
    let mut pulling = std::pin::pin!(tokio::time::timeout(PULL_PATIENCE, image.pull_image()));
    let pulled = match tokio::time::timeout(REFUSAL, &mut pulling).await {
        Ok(pulled) => pulled,
        Err(_) => {
            notice(&format!("container: pulling {name}"));
            pulling.await
        }
    };
    match pulled {
        Ok(Ok(_)) => Ok(()),
        Ok(Err(error)) => Err(last_words(&innermost(&error))),
        Err(_) => Err(format!("not there after {} s", PULL_PATIENCE.as_secs())),
    }
}

/// What an error of a registry ends with: before that come addresses and the names of programs.
fn last_words(reason: &str) -> String {
    reason.rsplit(": ").next().unwrap_or(reason).trim().to_owned()
}

/// Whether the container is not running any more.
pub(crate) async fn has_ended(docker: &Docker, id: &str) -> bool {
    match docker.inspect_container(id, None::<InspectContainerOptions>).await {
        Ok(container) => container.state.and_then(|state| state.running) == Some(false),
        Err(_) => true,
    }
}

/// The end of a container's log.
pub(crate) async fn log(_docker: &Docker, id: &str) -> String {
    let output = tokio::process::Command::new("docker").args(["logs", "--tail", "15", id]).output().await;
    output
        .map(|output| format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr)))
        .unwrap_or_default()
        .trim_end()
        .to_owned()
}

/// Removes a container with its volumes, running or not.
pub(crate) async fn remove_container(docker: &Docker, id: &str) -> Result<(), ServerError> {
    let options = RemoveContainerOptionsBuilder::default().force(true).v(true).build();
    docker.remove_container(id, Some(options)).await.map_err(|error| failed("remove a container", &error))
}

/// Removes an image by its id.
pub(crate) async fn remove_image(docker: &Docker, id: &str) -> Result<(), ServerError> {
    let options = RemoveImageOptionsBuilder::default().force(true).build();
    docker.remove_image(id, Some(options), None).await.map(drop).map_err(|error| failed("remove an image", &error))
}

/// Our containers: their ids with their names.
pub(crate) async fn containers(docker: &Docker) -> Result<Vec<(String, String)>, ServerError> {
    let filters = HashMap::from([("label".to_owned(), vec![LABEL.to_owned()])]);
    let options = ListContainersOptionsBuilder::default().all(true).filters(&filters).build();
    let containers = docker.list_containers(Some(options)).await.map_err(|error| failed("list containers", &error))?;
    Ok(containers
        .into_iter()
        .filter_map(|container| {
            // Docker writes a name with a slash before it.
            let name = container.names.and_then(|names| names.into_iter().next()).unwrap_or_default();
            container.id.map(|id| (id, name.trim_start_matches('/').to_owned()))
        })
        .collect())
}

fn failed(step: &str, error: &dyn std::error::Error) -> ServerError {
    ServerError::Docker {
        step: step.to_owned(),
        reason: innermost(error),
        advice: "see `docker info`, or take another server with --server".to_owned(),
    }
}

/// What was said at the bottom of a chain of errors, which is the part that helps.
fn innermost(error: &dyn std::error::Error) -> String {
    let mut innermost = error;
    while let Some(source) = innermost.source() {
        innermost = source;
    }
    innermost.to_string()
}
