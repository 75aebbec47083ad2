//! Removes what phasegate keeps between runs, and what runs have left that were killed together with their supervisor.

use std::{
    fs, io,
    os::unix::fs::MetadataExt,
    path::{Path, PathBuf},
    process::Command,
    time::{Duration, Instant},
};

use rustix::process::{Pid, Signal, kill_process};

use crate::{
    account::Account, error::ServerError, folder, future::BoxFuture, kept, process, provision, scratch, shared,
};

/// What was removed.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Cleaned {
    /// Folders: the cache, and those of servers that nobody holds any more.
    pub folders: Vec<PathBuf>,
    /// Containers that nobody holds any more, by id.
    pub containers: Vec<String>,
    /// Images that `build-image` has made, by id.
    pub images: Vec<String>,
    /// Kept folders that stay, since somebody has started their servers again.
    pub in_use: Vec<PathBuf>,
}

/// Removes the caches, the images that were built from them, and whatever servers left that nobody holds any more,
/// those that failed runs have kept included. A server that is running is left alone.
///
/// # Errors
///
/// When something that is ours cannot be removed.
pub fn clean(cache: Option<&Path>) -> BoxFuture<'_, Result<Cleaned, ServerError>> {
    Box::pin(all_of_ours(cache))
}

/// Removes what one run has kept here, or every run: folders and containers, and neither caches nor images. What is named by
/// its run goes though its server runs; of the rest, whatever somebody has started again stays.
///
/// # Errors
///
/// When something that is ours cannot be removed.
pub fn clean_kept(run: Option<&str>) -> BoxFuture<'_, Result<Cleaned, ServerError>> {
    Box::pin(async move {
        let mut cleaned = Cleaned::default();
        let held = held();
        for path in kept::of_run(run) {
            if run.is_none() && is_in_use(&path, &held) {
                cleaned.in_use.push(path);
                continue;
            }
            stop_orphan(&path.join("data"))?;
            folder::remove(&path)?;
            cleaned.folders.push(path);
        }
        #[cfg(feature = "container")]
        kept_containers(run, &held, &mut cleaned).await?;
        Ok(cleaned)
    })
}

#[cfg(feature = "container")]
async fn kept_containers(run: Option<&str>, held: &[String], cleaned: &mut Cleaned) -> Result<(), ServerError> {
    use crate::docker;

    let Ok(docker) = docker::answers().await else {
        return Ok(());
    };
    let name = docker::kept_name(run.unwrap_or_default());
    let is_meant = |found: &str| if run.is_some() { found == name } else { found.starts_with(&name) };
    for found in docker::containers(&docker).await? {
        if is_meant(&found.name) && !held.contains(&found.name) {
            docker::remove_container(&docker, &found.id).await?;
            cleaned.containers.push(found.id);
        }
    }
    Ok(())
}

async fn all_of_ours(cache: Option<&Path>) -> Result<Cleaned, ServerError> {
    let mut cleaned = Cleaned::default();
    let cache = folder::for_cache(cache)?;
    let held = held();
    for path in scratch_folders() {
        if sweep(&path, &held)? {
            cleaned.folders.push(path);
        }
    }
    for path in entries(&cache, "").into_iter().filter(|path| provision::is_ours(path)) {
        if path.is_dir() {
            folder::remove(&path)?;
            cleaned.folders.push(path);
        } else {
            fs::remove_file(&path).map_err(ServerError::file("remove", &path))?;
        }
    }
    #[cfg(feature = "container")]
    containers(&held, &mut cleaned).await?;
    Ok(cleaned)
}

#[cfg(feature = "container")]
async fn containers(held: &[String], cleaned: &mut Cleaned) -> Result<(), ServerError> {
    use crate::docker;

    let Ok(docker) = docker::answers().await else {
        return Ok(());
    };
    for found in docker::containers(&docker).await? {
        if !held.contains(&found.name) {
            docker::remove_container(&docker, &found.id).await?;
            cleaned.containers.push(found.id);
        }
    }
    for (id, _) in docker::images(&docker, docker::IMAGE_LABEL).await? {
        docker::remove_image(&docker, &id).await?;
        cleaned.images.push(id);
    }
    Ok(())
}

/// Every folder of a server, of files or of a whole run that is ours, in use or not.
pub(crate) fn scratch_folders() -> Vec<PathBuf> {
    // Where processes cannot be seen, nobody can say which folder is still in use.
    let parents = if process::can_be_seen() { folder::all_parents() } else { Vec::new() };
    let prefixes = [folder::PREFIX, scratch::PREFIX, shared::PREFIX];
    let named = parents.iter().flat_map(|parent| prefixes.iter().flat_map(|prefix| entries(parent, prefix)));
    named.filter(|path| is_ours(path)).collect()
}

/// Whether a folder carries our marker and belongs to us.
fn is_ours(path: &Path) -> bool {
    let account = Account::of_servers();
    let owned = fs::symlink_metadata(path).is_ok_and(|found| found.is_dir() && account.is_ours(found.uid()));
    owned && folder::is_marked(path)
}

/// Removes a folder of ours, if nobody uses it; says whether it did.
pub(crate) fn sweep(path: &Path, held: &[String]) -> Result<bool, ServerError> {
    if is_in_use(path, held) {
        return Ok(false);
    }
    stop_orphan(&path.join("data"))?;
    folder::remove(path)?;
    Ok(true)
}

/// What the supervisors that are running hold: folders and containers, by name.
pub(crate) fn held() -> Vec<String> {
    process::command_lines()
        .filter_map(|line| {
            let at = line.iter().position(|word| word == crate::supervisor::NAME)?;
            line.get(at + 1).cloned()
        })
        .collect()
}

fn is_in_use(path: &Path, held: &[String]) -> bool {
    let is_held = |path: &Path| held.iter().any(|held| Path::new(held) == path);
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    if name.starts_with(shared::PREFIX) {
        // Without a server in it, somebody may be about to start one: that takes less than a second.
        return match shared::read(path).map(|state| state.access) {
            Some(crate::access::Access::Socket { folder, .. }) => is_held(&folder),
            Some(_) => true,
            None => is_young(path),
        };
    }
    // A user may have started again what a failed run has kept.
    is_held(path) || (kept::is_kept(path) && !process::of_cluster(&path.join("data")).is_empty())
}

/// How long a folder may be there before something is in it.
const GRACE: Duration = Duration::from_secs(600);

fn is_young(path: &Path) -> bool {
    let age = fs::metadata(path).and_then(|metadata| metadata.modified()).ok().and_then(|time| time.elapsed().ok());
    age.is_none_or(|age| age < GRACE)
}

/// How long the processes of a server may take to be gone once they were killed.
const END_TIMEOUT: Duration = Duration::from_secs(10);

/// Ends a server whose supervisor was killed. Its folder goes, so that it need not end in order.
fn stop_orphan(data: &Path) -> Result<(), ServerError> {
    let begun = Instant::now();
    let lock = data.join("postmaster.pid");
    loop {
        let pids = process::of_cluster(data);
        if pids.is_empty() {
            break;
        }
        if begun.elapsed() > END_TIMEOUT {
            let why = format!("its processes do not end: {pids:?}");
            return Err(ServerError::file("end the server in", data)(io::Error::other(why)));
        }
        for pid in pids.into_iter().filter_map(|pid| Pid::from_raw(pid.cast_signed())) {
            // It may have ended in this moment.
            let _ = kill_process(pid, Signal::KILL);
        }
    }
    let Ok(text) = fs::read_to_string(&lock) else { return Ok(()) };
    if let Some(memory) = text.lines().nth(6).and_then(|line| line.split_whitespace().last()) {
        // A few bytes that no folder holds. Who has no `ipcrm` keeps them until the next boot.
        let _ = Command::new("ipcrm").args(["-m", memory]).output();
    }
    Ok(())
}

fn entries(parent: &Path, prefix: &str) -> Vec<PathBuf> {
    let mut paths: Vec<PathBuf> = fs::read_dir(parent)
        .into_iter()
        .flatten()
        .flatten()
        .filter(|entry| entry.file_name().to_string_lossy().starts_with(prefix))
        .map(|entry| entry.path())
        .collect();
    paths.sort();
    paths
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::request::embedded;

    #[tokio::test]
    async fn a_server_whose_supervisor_was_killed_is_ended_and_one_that_is_held_is_not() {
        let server = embedded().start().await.unwrap();
        let folder = server.description().log.as_ref().unwrap().parent().unwrap().to_owned();
        assert!(is_ours(&folder) && !sweep(&folder, &held()).unwrap());
        let cluster = process::of_cluster(&folder.join("data"));
        assert!(cluster.len() > 1, "a server and what it started: {cluster:?}");

        let name = folder.to_string_lossy().into_owned();
        let supervisor = process::command_lines_by_pid()
            .find(|(_, line)| line.iter().any(|word| word == crate::supervisor::NAME) && line.contains(&name))
            .unwrap()
            .0;
        kill_process(Pid::from_raw(supervisor.cast_signed()).unwrap(), Signal::KILL).unwrap();
        while !process::has_ended(supervisor) {
            std::thread::yield_now();
        }
        // What it started comes and goes.
        let lock = fs::read_to_string(folder.join("data/postmaster.pid")).unwrap();
        let postmaster = lock.lines().next().and_then(|pid| pid.parse().ok()).unwrap();
        assert!(cluster.contains(&postmaster) && !process::has_ended(postmaster));

        assert!(sweep(&folder, &held()).unwrap());
        assert!(!folder.exists() && cluster.iter().all(|pid| process::has_ended(*pid)));
        server.stop().await.unwrap();
    }

    #[test]
    fn what_carries_no_marker_of_ours_or_is_held_is_left_alone() {
        let parent = tempfile::tempdir().unwrap();
        let folder = parent.path().join("phasegate-pg-mydata");
        fs::create_dir_all(folder.join("data")).unwrap();
        assert!(!is_ours(&folder));
        folder::mark(&folder).unwrap();
        assert!(is_ours(&folder));
        assert!(!sweep(&folder, &[folder.to_string_lossy().into_owned()]).unwrap());
        assert!(sweep(&folder, &[]).unwrap());
        assert_eq!(entries(parent.path(), folder::PREFIX), [""; 0].map(PathBuf::from));
    }
}
