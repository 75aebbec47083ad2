//! What a server leaves: folders, processes, containers, volumes.

use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::Command;

use tempfile::TempDir;

/// A folder that holds everything of one test's servers, and that their account can reach.
pub(crate) fn folder() -> TempDir {
    let folder = tempfile::Builder::new().prefix("pgt").rand_bytes(6).tempdir_in("/tmp").unwrap();
    std::fs::set_permissions(folder.path(), std::fs::Permissions::from_mode(0o1777)).unwrap();
    folder
}

/// The names in a folder.
pub(crate) fn entries(folder: &Path) -> Vec<String> {
    let mut names: Vec<String> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned())
        .collect();
    names.sort();
    names
}

/// The processes that have something to do with this folder or container, by their command lines.
pub(crate) fn processes(mentioning: &str) -> Vec<u32> {
    let mut pids: Vec<u32> = std::fs::read_dir("/proc")
        .unwrap()
        .flatten()
        .filter_map(|entry| {
            let pid: u32 = entry.file_name().to_str()?.parse().ok()?;
            let line = std::fs::read(entry.path().join("cmdline")).ok()?;
            (pid != std::process::id() && String::from_utf8_lossy(&line).contains(mentioning)).then_some(pid)
        })
        .collect();
    pids.sort_unstable();
    pids
}

/// The child of a process whose command line mentions this.
pub(crate) fn children(of: u32, mentioning: &str) -> Option<u32> {
    let is_child = |pid: &u32| {
        let status = std::fs::read_to_string(format!("/proc/{pid}/status")).unwrap_or_default();
        status.lines().any(|line| line.strip_prefix("PPid:").is_some_and(|parent| parent.trim() == of.to_string()))
    };
    processes(mentioning).into_iter().find(is_child)
}

/// Whether a process has ended, be it reaped or not.
pub(crate) fn has_ended(pid: i32) -> bool {
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
    stat.rsplit_once(") ").is_none_or(|(_, rest)| rest.starts_with(['Z', 'X']))
}

/// Waits until these processes have ended, which they do by themselves.
pub(crate) fn wait_for_end(pids: &[u32]) {
    for pid in pids {
        let waited = Command::new("timeout")
            .args(["120", "tail", "-s", "0.01", "-f", "/dev/null"])
            .arg(format!("--pid={pid}"))
            .status()
            .unwrap();
        assert!(waited.success(), "process {pid} goes on running");
    }
}

/// Waits until nothing runs any more that has to do with this folder or container: who ends it may start others for that.
pub(crate) fn wait_for_all(mentioning: &str) {
    loop {
        let pids = processes(mentioning);
        if pids.is_empty() {
            break;
        }
        wait_for_end(&pids);
    }
}

/// What Docker lists: containers or volumes.
pub(crate) fn docker(arguments: &[&str]) -> Vec<String> {
    let output = Command::new("docker").args(arguments).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8_lossy(&output.stdout).lines().map(str::to_owned).collect()
}
