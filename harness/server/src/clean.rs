//! Removes what phasegate keeps between runs, and what runs have left that were killed together with their supervisor.

use std::{
    fs,
    os::unix::fs::MetadataExt,
    path::{Path, PathBuf},
    time::Duration,
};

use rustix::process::{Pid, Signal, kill_process};

use crate::{account::Account, error::ServerError, folder, future::BoxFuture, process, shared};

/// What was removed.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Cleaned {
    /// Folders: the cache, and those of servers that nobody holds any more.
    pub folders: Vec<PathBuf>,
    /// Containers that nobody holds any more, by id.
    pub containers: Vec<String>,
    /// Images that `build-image` has made, by id.
    pub images: Vec<String>,
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

async fn all_of_ours(cache: Option<&Path>) -> Result<Cleaned, ServerError> {
    let mut cleaned = Cleaned::default();
    let cache = folder::for_cache(cache)?;
    let held = held();
    // Where processes cannot be seen, nobody can say which folder is still in use.
    let parents = if process::can_be_seen() { folder::all_parents() } else { Vec::new() };
    for parent in parents {
        let ours = entries(&parent, folder::PREFIX).into_iter().chain(entries(&parent, shared::PREFIX));
        for path in ours {
            if sweep(&path, &held)? {
                cleaned.folders.push(path);
            }
        }
    }
    for prefix in ["postgres-", "image.partial-"] {
        for path in entries(&cache, prefix) {
            if path.is_dir() {
                folder::remove(&path)?;
                cleaned.folders.push(path);
            } else {
                fs::remove_file(&path).map_err(ServerError::file("remove", &path))?;
            }
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
    for (id, name) in docker::containers(&docker).await? {
        if !held.contains(&name) {
            docker::remove_container(&docker, &id).await?;
            cleaned.containers.push(id);
        }
    }
    for (id, _) in docker::images(&docker, docker::IMAGE_LABEL).await? {
        docker::remove_image(&docker, &id).await?;
        cleaned.images.push(id);
    }
    Ok(())
}

/// Removes a folder of ours that nobody uses; says whether it did.
fn sweep(path: &Path, held: &[String]) -> Result<bool, ServerError> {
    let account = Account::of_servers();
    let ours = fs::symlink_metadata(path).is_ok_and(|found| found.is_dir() && account.is_ours(found.uid()));
    if !ours || is_in_use(path, held) {
        return Ok(false);
    }
    stop_orphan(path);
    folder::remove(path)?;
    Ok(true)
}

/// What the supervisors that are running hold: folders and containers, by name.
fn held() -> Vec<String> {
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
    // Between the folder and its supervisor, and between that and its data, a start takes milliseconds.
    let starting = !path.join("data").exists() && is_young(path);
    // A user may have started again what a failed run has kept.
    starting || is_held(path) || (path.join("kept").exists() && postmaster(path).is_some())
}

/// How long a folder may be there before something is in it.
const GRACE: Duration = Duration::from_secs(600);

fn is_young(path: &Path) -> bool {
    let age = fs::metadata(path).and_then(|metadata| metadata.modified()).ok().and_then(|time| time.elapsed().ok());
    age.is_none_or(|age| age < GRACE)
}

/// Ends a server whose supervisor was killed.
fn stop_orphan(path: &Path) {
    if let Some(pid) = postmaster(path).and_then(|pid| Pid::from_raw(i32::try_from(pid).ok()?)) {
        // It may end by itself meanwhile.
        let _ = kill_process(pid, Signal::QUIT);
        while !process::has_ended(u32::try_from(pid.as_raw_nonzero().get()).unwrap_or_default()) {
            std::thread::yield_now();
        }
    }
}

/// The server that runs on this folder: the process that its file names, if that process says so as well.
fn postmaster(path: &Path) -> Option<u32> {
    let data = path.join("data");
    let file = fs::read_to_string(data.join("postmaster.pid")).ok()?;
    let pid = file.lines().next()?.trim().parse().ok()?;
    let line = fs::read(format!("/proc/{pid}/cmdline")).ok()?;
    let data = data.to_string_lossy().into_owned();
    (!process::has_ended(pid) && String::from_utf8_lossy(&line).contains(&data)).then_some(pid)
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
        assert!(!sweep(&folder, &held()).unwrap());
        let postmaster = postmaster(&folder).unwrap();

        let name = folder.to_string_lossy().into_owned();
        let supervisor = process::command_lines_by_pid()
            .find(|(_, line)| line.iter().any(|word| word == crate::supervisor::NAME) && line.contains(&name))
            .unwrap()
            .0;
        kill_process(Pid::from_raw(i32::try_from(supervisor).unwrap()).unwrap(), Signal::KILL).unwrap();
        while !process::has_ended(supervisor) {
            std::thread::yield_now();
        }
        assert!(folder.exists() && !process::has_ended(postmaster));

        assert!(sweep(&folder, &held()).unwrap());
        assert!(!folder.exists() && process::has_ended(postmaster));
        server.stop().await.unwrap();
    }

    #[test]
    fn what_is_not_ours_or_about_to_be_used_is_left_alone() {
        let parent = tempfile::tempdir().unwrap();
        let fresh = parent.path().join("phasegate-pg-fresh");
        let dead = parent.path().join("phasegate-pg-dead");
        fs::create_dir(&fresh).unwrap();
        fs::create_dir_all(dead.join("data")).unwrap();
        assert!(!sweep(&fresh, &[]).unwrap());
        assert!(!sweep(&dead, &[dead.to_string_lossy().into_owned()]).unwrap());
        assert!(sweep(&dead, &[]).unwrap());
        assert_eq!(entries(parent.path(), folder::PREFIX), [fresh]);
    }
}
