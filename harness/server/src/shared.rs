//! One server for many tests.
//!
//! Within a process, everybody who asks for the same server gets the same one. cargo-nextest runs every test in a
//! process of its own: there, the processes of one run find each other's server by a small file, and its supervisor
//! ends it when the run has ended.

use std::{
    collections::HashMap,
    fs,
    hash::{DefaultHasher, Hash, Hasher},
    os::unix::fs::{DirBuilderExt, MetadataExt},
    path::{Path, PathBuf},
    sync::Arc,
};

use serde::{Deserialize, Serialize};
use tokio::sync::Mutex;

use crate::{
    access::Access,
    account::Account,
    description::Description,
    error::ServerError,
    folder,
    future::{BoxFuture, blocking},
    kind::Kind,
    lock::Lock,
    notice::Notice,
    process,
    request::Request,
    server::{Owner, Server},
};

/// A server that others may be using as well. It ends with the process, or with the run of cargo-nextest.
pub type Shared = Arc<Server>;

/// The servers of this process. They are never dropped, and need not be: when the process ends, however it does, their
/// supervisors end them.
static SERVERS: Mutex<Option<HashMap<u64, Shared>>> = Mutex::const_new(None);

/// What the name of every shared folder begins with.
pub(crate) const PREFIX: &str = "phasegate-run-";

/// What the processes of a run tell each other.
#[derive(Serialize, Deserialize)]
pub(crate) struct State {
    description: Description,
    pub(crate) access: Access,
}

/// The server that the request asks for, started by whoever asks first.
///
/// # Errors
///
/// As [`crate::start`]; the next one who asks tries again.
pub fn shared<'a>(request: &'a Request, notice: &'a mut Notice<'_>) -> BoxFuture<'a, Result<Shared, ServerError>> {
    Box::pin(of_process(request, notice))
}

async fn of_process(request: &Request, notice: &mut Notice<'_>) -> Result<Shared, ServerError> {
    let key = key(request);
    let mut servers = SERVERS.lock().await;
    let servers = servers.get_or_insert_with(HashMap::new);
    if let Some(server) = servers.get(&key) {
        return Ok(Arc::clone(server));
    }
    let server = match std::env::var("NEXTEST_RUN_ID") {
        Ok(run) if !run.is_empty() => of_run(&run, key, request, notice).await?,
        _ => crate::start(request, notice).await?,
    };
    let server = Arc::new(server);
    servers.insert(key, Arc::clone(&server));
    Ok(server)
}

/// What makes two requests ask for the same server.
fn key(request: &Request) -> u64 {
    let mut hasher = DefaultHasher::new();
    (request.choice, request.version, &request.image, &request.database_url).hash(&mut hasher);
    (request.needs_timescaledb, request.postgres_min, request.postgres_max, request.makes_databases).hash(&mut hasher);
    hasher.finish()
}

async fn of_run(run: &str, key: u64, request: &Request, notice: &mut Notice<'_>) -> Result<Server, ServerError> {
    let place = place(run, key)?;
    let waiting = place.join("lock");
    let _lock = blocking(move || Lock::take(&waiting)).await?;
    if let Some(state) = read(&place) {
        return Ok(Server::new(state.description, state.access, Owner::Others));
    }
    let started = match crate::start(request, notice).await {
        Ok(server) => publish(server, &place),
        Err(error) => Err(error),
    };
    if started.is_err() {
        // Nobody watches over the folder yet, so that it goes with the attempt.
        let _ = folder::remove(&place);
    }
    started
}

/// Tells the others, and hands the server over to the run.
fn publish(server: Server, place: &Path) -> Result<Server, ServerError> {
    if server.description().kind == Kind::External {
        folder::remove(place)?;
        return Ok(server);
    }
    let state = State { description: server.description().clone(), access: server.access().clone() };
    let path = file(place);
    let text =
        serde_json::to_vec(&state).map_err(|error| ServerError::file("write", &path)(std::io::Error::other(error)))?;
    let server = server.hand_over(process::of_nextest(), place)?;
    fs::write(&path, text).map_err(ServerError::file("write", &path))?;
    Ok(server)
}

/// What another process has published, if it is whole.
pub(crate) fn read(place: &Path) -> Option<State> {
    serde_json::from_slice(&fs::read(file(place)).ok()?).ok()
}

fn file(place: &Path) -> PathBuf {
    place.join("server.json")
}

/// The folder in which the processes of this run meet. It holds a password, so that nobody else may enter it.
fn place(run: &str, key: u64) -> Result<PathBuf, ServerError> {
    let account = Account::of_servers();
    let run: String = run.chars().filter(char::is_ascii_alphanumeric).collect();
    let parent = folder::parents().into_iter().next().unwrap_or_else(std::env::temp_dir);
    let place = parent.join(format!("{PREFIX}{run}-{key:016x}"));
    match fs::DirBuilder::new().mode(0o700).create(&place) {
        // The supervisor is to remove it, and runs under the account of servers.
        Ok(()) => {
            folder::mark(&place)?;
            account.own(&place)?;
        }
        Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => {
            let owner = fs::metadata(&place).map_err(ServerError::file("read", &place))?.uid();
            if !account.is_ours(owner) {
                return Err(ServerError::file("use the folder", &place)(std::io::Error::other(
                    "somebody else made it",
                )));
            }
        }
        Err(error) => return Err(ServerError::file("make the folder", &place)(error)),
    }
    Ok(place)
}
