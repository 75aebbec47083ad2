//! What is asked of Docker: does it answer, which image does it have, is the container still there.

use std::{
    collections::HashMap,
    path::Path,
    time::{Duration, SystemTime},
};

use testcontainers::bollard::Docker;
use testcontainers::bollard::query_parameters::{
    InspectContainerOptions, InspectNetworkOptions, ListContainersOptionsBuilder, ListImagesOptionsBuilder,
    RemoveContainerOptionsBuilder, RemoveImageOptionsBuilder, RenameContainerOptionsBuilder,
};
use testcontainers::core::client::docker_client_instance;

use crate::{clean::held, error::ServerError, kept};

/// The label of every container of ours.
pub(crate) const CONTAINER_LABEL: &str = "phasegate.owner";

/// The label of every image of ours; its value is the major version.
pub(crate) const IMAGE_LABEL: &str = "phasegate.image";

/// How long Docker may take to say that it is there: it takes a millisecond where it is.
const PING_TIMEOUT: Duration = Duration::from_secs(2);

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
    match tokio::time::timeout(PING_TIMEOUT, docker.ping()).await {
        Ok(Ok(_)) => Ok(docker),
        Ok(Err(error)) => Err(format!("Docker does not answer: {}", innermost(&error))),
        Err(_) => Err(format!("Docker does not answer within {} s", PING_TIMEOUT.as_secs())),
    }
}

/// The client, for those who know already that Docker answers.
pub(crate) async fn client() -> Result<Docker, ServerError> {
    docker_client_instance().await.map_err(|error| failed("connect", &error))
}

/// The images with a label: their ids with their names.
pub(crate) async fn images(docker: &Docker, label: &str) -> Result<Vec<(String, Vec<String>)>, ServerError> {
    let filters = HashMap::from([("label".to_owned(), vec![label.to_owned()])]);
    let options = ListImagesOptionsBuilder::default().filters(&filters).build();
    let images = docker.list_images(Some(options)).await.map_err(|error| failed("list images", &error))?;
    Ok(images.into_iter().map(|image| (image.id, image.repo_tags)).collect())
}

/// The address of Docker's machine on the bridge that containers are connected to, where it is known.
pub(crate) async fn gateway(docker: &Docker) -> Option<String> {
    let bridge = docker.inspect_network("bridge", None::<InspectNetworkOptions>).await.ok()?;
    bridge.ipam?.config?.into_iter().find_map(|config| config.gateway).filter(|gateway| !gateway.trim().is_empty())
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

/// The name of a container that a run has kept: every one, where no run is named, begins so.
pub(crate) fn kept_name(run: &str) -> String {
    format!("phasegate-kept-{run}")
}

/// Gives a container another name.
pub(crate) async fn rename_container(docker: &Docker, id: &str, name: &str) -> Result<(), ServerError> {
    let options = RenameContainerOptionsBuilder::default().name(name).build();
    docker.rename_container(id, options).await.map_err(|error| failed("name the container of a run", &error))
}

/// Removes an image by its id.
pub(crate) async fn remove_image(docker: &Docker, id: &str) -> Result<(), ServerError> {
    let options = RemoveImageOptionsBuilder::default().force(true).build();
    docker.remove_image(id, Some(options), None).await.map(drop).map_err(|error| failed("remove an image", &error))
}

/// A container of ours.
pub(crate) struct Found {
    pub(crate) id: String,
    pub(crate) name: String,
    made: SystemTime,
}

/// Our containers, the oldest first.
pub(crate) async fn containers(docker: &Docker) -> Result<Vec<Found>, ServerError> {
    let filters = HashMap::from([("label".to_owned(), vec![CONTAINER_LABEL.to_owned()])]);
    let options = ListContainersOptionsBuilder::default().all(true).filters(&filters).build();
    let containers = docker.list_containers(Some(options)).await.map_err(|error| failed("list containers", &error))?;
    let mut found: Vec<Found> = containers
        .into_iter()
        .filter_map(|container| {
            // Docker writes a name with a slash before it.
            let name = container.names.and_then(|names| names.into_iter().next()).unwrap_or_default();
            let seconds = container.created.and_then(|seconds| u64::try_from(seconds).ok()).unwrap_or_default();
            let made = SystemTime::UNIX_EPOCH + Duration::from_secs(seconds);
            container.id.map(|id| Found { id, name: name.trim_start_matches('/').to_owned(), made })
        })
        .collect();
    found.sort_by_key(|container| container.made);
    Ok(found)
}

/// Removes the containers of failed runs that are too many or too old. What cannot be removed is no reason not to run.
pub(crate) async fn bound(docker: &Docker) {
    let held = held();
    let mut kept = containers(docker).await.unwrap_or_default();
    kept.retain(|container| !held.contains(&container.name));
    let too_old = kept.partition_point(|container| kept::is_too_old(container.made));
    let too_many = kept.len().saturating_sub(kept::NUMBER_MAX);
    for container in &kept[..too_old.max(too_many)] {
        let _ = remove_container(docker, &container.id).await;
    }
}

fn failed(step: &str, error: &dyn std::error::Error) -> ServerError {
    ServerError::Docker {
        step: step.to_owned(),
        reason: innermost(error),
        advice: "see `docker info`, or take another server with --server".to_owned(),
    }
}

/// What was said at the bottom of a chain of errors, which is the part that helps.
pub(crate) fn innermost(error: &dyn std::error::Error) -> String {
    let mut innermost = error;
    while let Some(source) = innermost.source() {
        innermost = source;
    }
    innermost.to_string()
}
