//! A server in a container, by testcontainers.

use std::{
    borrow::Cow,
    collections::HashMap,
    path::Path,
    time::{Duration, Instant},
};

use sqlx::{ConnectOptions, PgConnection};
use testcontainers::bollard::Docker;
use testcontainers::bollard::models::{HostConfig, PortBinding};
use testcontainers::core::{ContainerPort, Mount, WaitFor};
use testcontainers::runners::AsyncRunner;
use testcontainers::{ContainerAsync, Image, ImageExt};

use super::{
    client::{self, CONTAINER_LABEL},
    image::{self, split},
};
use crate::{
    access::{Access, SUPERUSER},
    error::ServerError,
    kind::Kind,
    password, settings,
    supervisor::Supervisor,
};

/// How long a container may take to answer: an image that initialises its cluster first takes some seconds.
const READY_TIMEOUT: Duration = Duration::from_secs(90);

/// How often it is asked.
const POLL_INTERVAL: Duration = Duration::from_millis(10);

/// The port of the server within the container.
const PORT: ContainerPort = ContainerPort::Tcp(5432);

/// A running container.
#[derive(Debug)]
pub(crate) struct Container {
    pub(crate) name: String,
    host: String,
    port: u16,
    password: String,
    docker: Docker,
    id: String,
    supervisor: Supervisor,
}

/// The image, and how a scratch server is started from it.
#[derive(Debug)]
struct Database {
    name: String,
    tag: String,
    password: String,
    command: Vec<String>,
    data: Mount,
}

impl Database {
    fn new(image: &str, password: &str) -> Self {
        let (name, tag) = split(image);
        Self {
            name: name.to_owned(),
            tag: tag.to_owned(),
            password: password.to_owned(),
            command: settings::arguments(),
            // In memory: fast whatever the storage driver is, and no volume is made that somebody has to remove.
            data: Mount::tmpfs_mount("/var/lib/postgresql/data"),
        }
    }
}

impl Image for Database {
    fn name(&self) -> &str {
        &self.name
    }

    fn tag(&self) -> &str {
        &self.tag
    }

    /// None: the log says "ready" twice, once for a server that only initialises. A query is asked instead.
    fn ready_conditions(&self) -> Vec<WaitFor> {
        Vec::new()
    }

    fn env_vars(&self) -> impl IntoIterator<Item = (impl Into<Cow<'_, str>>, impl Into<Cow<'_, str>>)> {
        [
            ("POSTGRES_USER", SUPERUSER),
            ("POSTGRES_PASSWORD", self.password.as_str()),
            ("POSTGRES_INITDB_ARGS", "--no-sync --encoding=UTF8"),
            ("NO_TS_TUNE", "true"),
            ("TIMESCALEDB_TELEMETRY", "off"),
        ]
    }

    fn mounts(&self) -> impl IntoIterator<Item = &Mount> {
        [&self.data]
    }

    fn cmd(&self) -> impl IntoIterator<Item = impl Into<Cow<'_, str>>> {
        &self.command
    }

    fn expose_ports(&self) -> &[ContainerPort] {
        &[PORT]
    }
}

/// Starts a container from an image that is present, and waits until it answers a query.
pub(crate) async fn start(image: &image::Image) -> Result<(Container, PgConnection), ServerError> {
    // The name comes first and the container second: from the first moment on there is somebody to remove it.
    let name = format!("phasegate-{}", &password::random()?[..12]);
    let mut supervisor = Supervisor::of_container(&name)?;
    let secret = password::random()?;
    let docker = client::client().await?;
    client::bound(&docker).await;
    let address = published_at(&docker).await;
    let request = Database::new(&image.name, &secret)
        .with_container_name(&name)
        .with_label(CONTAINER_LABEL, std::process::id().to_string())
        .with_startup_timeout(READY_TIMEOUT)
        .with_host_config_modifier(move |config| confine(config, address.clone()));
    let started = request.start().await;
    supervisor.made()?;
    let started = started.map_err(|error| failed("start a container", &error.to_string()))?;
    let container = reach(&started, name, secret, supervisor).await;
    // Its own removal on drop needs a runtime, which a panic may have left; the supervisor needs none.
    std::mem::forget(started);
    let container = container?;
    let connection = container.ready().await?;
    Ok((container, connection))
}

async fn reach(
    started: &ContainerAsync<Database>,
    name: String,
    password: String,
    supervisor: Supervisor,
) -> Result<Container, ServerError> {
    let lost = |error: &dyn std::fmt::Display| failed("find the port of a container", &error.to_string());
    let host = started.get_host().await.map_err(|error| lost(&error))?.to_string();
    // A container answers on an address of its own; by name the wrong family could be tried first.
    let host = if host == "localhost" { "127.0.0.1".to_owned() } else { host };
    let port = started.get_host_port_ipv4(PORT).await.map_err(|error| lost(&error))?;
    let docker = client::client().await?;
    Ok(Container { name, host, port, password, docker, id: started.id().to_owned(), supervisor })
}

impl Container {
    /// How it is reached.
    pub(crate) fn access(&self) -> Access {
        Access::Tcp { host: self.host.clone(), port: self.port, password: self.password.clone() }
    }

    /// Hands it over to the run whose process is `pid`.
    pub(crate) fn watch(self, pid: u32, meeting: &Path) -> Result<(), ServerError> {
        self.supervisor.watch(pid, meeting)
    }

    /// Removes the container and what it left.
    pub(crate) async fn stop(self) -> Result<(), ServerError> {
        client::remove_container(&self.docker, &self.id).await?;
        self.supervisor.keep(&self.name)
    }

    /// Leaves it running under the name of the run whose it was; gives that.
    pub(crate) async fn keep(self, run: &str) -> Result<String, ServerError> {
        let name = client::kept_name(run);
        client::rename_container(&self.docker, &self.id, &name).await?;
        self.supervisor.keep(run)?;
        Ok(name)
    }

    /// Waits until a real query is answered.
    async fn ready(&self) -> Result<PgConnection, ServerError> {
        let begun = Instant::now();
        loop {
            let error = match self.access().options("postgres").connect().await {
                Ok(mut connection) => match sqlx::query("SELECT 1").execute(&mut connection).await {
                    Ok(_) => return Ok(connection),
                    Err(error) => error,
                },
                Err(error) => error,
            };
            let ended = client::has_ended(&self.docker, &self.id).await;
            if ended || begun.elapsed() > READY_TIMEOUT {
                let reason = if ended {
                    "the container ended at once".to_owned()
                } else {
                    format!("no query was answered within {} s: {error}", READY_TIMEOUT.as_secs())
                };
                let log = client::log(&self.docker, &self.id).await;
                return Err(ServerError::Start { kind: Kind::Container, reason, log });
            }
            tokio::time::sleep(POLL_INTERVAL).await;
        }
    }
}

/// The address that the port is published at: this machine's own, where Docker runs on it. Who is in a container
/// reaches it by the gateway of Docker's bridge, if that has one: testcontainers goes by the same mark.
async fn published_at(docker: &Docker) -> String {
    let here = std::env::var("DOCKER_HOST").map_or(true, |host| host.is_empty() || host.starts_with("unix:"));
    if !here {
        return "0.0.0.0".to_owned();
    }
    let gateway = match Path::new("/.dockerenv").exists() {
        true => client::gateway(docker).await,
        false => None,
    };
    gateway.unwrap_or_else(|| "127.0.0.1".to_owned())
}

/// Publishes the port at this address alone.
fn confine(config: &mut HostConfig, address: String) {
    let binding = PortBinding { host_ip: Some(address), host_port: Some(String::new()) };
    config.publish_all_ports = Some(false);
    config.port_bindings = Some(HashMap::from([(PORT.to_string(), Some(vec![binding]))]));
    config.shm_size = Some(256 * 1024 * 1024);
}

fn failed(step: &str, reason: &str) -> ServerError {
    ServerError::Docker {
        step: step.to_owned(),
        reason: reason.to_owned(),
        advice: "see `docker info`, or take another server with --server".to_owned(),
    }
}
