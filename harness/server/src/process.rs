//! What `/proc` says about other processes.

use std::{
    fs,
    path::{Path, PathBuf},
};

/// Whether the process has ended, be it reaped or not.
pub(crate) fn has_ended(pid: u32) -> bool {
    match stat(pid) {
        Some((state, _)) => matches!(state, 'Z' | 'X'),
        // Where there is no such file system, nobody can be seen, and nobody is given up.
        None => can_be_seen(),
    }
}

/// Whether this system lets us see processes.
pub(crate) fn can_be_seen() -> bool {
    Path::new("/proc/self/stat").exists()
}

/// The process of cargo-nextest that this one belongs to: the nearest ancestor of that name, else our parent.
pub(crate) fn of_nextest() -> u32 {
    let parent = std::os::unix::process::parent_id();
    let mut pid = parent;
    while pid > 1 {
        let name = fs::read_to_string(format!("/proc/{pid}/comm")).unwrap_or_default();
        if name.trim_end().starts_with("cargo-nextest") {
            return pid;
        }
        match stat(pid) {
            Some((_, above)) => pid = above,
            None => break,
        }
    }
    parent
}

/// The processes of the server on this data folder: they work in it, or, just started, are told to.
pub(crate) fn of_cluster(data: &Path) -> Vec<u32> {
    let works_there = |pid: u32| fs::read_link(format!("/proc/{pid}/cwd")).is_ok_and(|folder| folder == data);
    let told = data.to_string_lossy();
    command_lines_by_pid()
        .filter(|(pid, line)| {
            let is_told = line.windows(2).any(|words| words[0] == "-D" && words[1] == told);
            (is_told || works_there(*pid)) && !has_ended(*pid)
        })
        .map(|(pid, _)| pid)
        .collect()
}

/// The command lines of all processes that we may see.
pub(crate) fn command_lines() -> impl Iterator<Item = Vec<String>> {
    command_lines_by_pid().map(|(_, line)| line)
}

/// The same, with the processes.
pub(crate) fn command_lines_by_pid() -> impl Iterator<Item = (u32, Vec<String>)> {
    fs::read_dir("/proc").into_iter().flatten().flatten().filter_map(|entry| {
        let pid = entry.file_name().to_str()?.parse().ok()?;
        let line = fs::read(entry.path().join("cmdline")).ok()?;
        let words = line.split(|byte| *byte == 0).map(|word| String::from_utf8_lossy(word).into_owned());
        Some((pid, words.collect()))
    })
}

/// The state of a process and its parent.
fn stat(pid: u32) -> Option<(char, u32)> {
    let stat = fs::read_to_string(PathBuf::from(format!("/proc/{pid}/stat"))).ok()?;
    // These follow the program's name, which may itself hold brackets and spaces.
    let (_, rest) = stat.rsplit_once(") ")?;
    let mut fields = rest.split(' ');
    Some((fields.next()?.chars().next()?, fields.next()?.parse().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_process_that_runs_has_not_ended() {
        assert!(!has_ended(std::process::id()));
        assert!(has_ended(u32::MAX));
    }

    #[test]
    fn our_own_command_line_is_among_all() {
        let ours: Vec<String> = std::env::args().collect();
        assert!(command_lines().any(|line| line.starts_with(&ours)));
    }
}
