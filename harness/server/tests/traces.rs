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

/// Waits until these processes have ended, which they do by themselves.
pub(crate) fn wait_for_end(pids: &[u32]) {
    for pid in pids {
        let waited = Command::new("timeout")
            .args(["20", "tail", "-s", "0.01", "-f", "/dev/null"])
            .arg(format!("--pid={pid}"))
            .status()
            .unwrap();
        assert!(waited.success(), "process {pid} goes on running");
    }
}

/// What Docker lists: containers or volumes.
pub(crate) fn docker(arguments: &[&str]) -> Vec<String> {
    let output = Command::new("docker").args(arguments).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8_lossy(&output.stdout).lines().map(str::to_owned).collect()
}
