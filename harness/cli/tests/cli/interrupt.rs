//! Ctrl-C during a run.

use std::{
    fs::{DirEntry, File},
    io::{BufRead, BufReader, Read},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    sync::mpsc,
    thread,
    time::{Duration, Instant},
};

use crate::{
    phasegate::{command, phasegate},
    workspace::{put, workspace},
};

/// Watches a process that holds a named pipe open: a message when it begins, and another when it has ended.
fn watch(pipe: PathBuf) -> mpsc::Receiver<&'static str> {
    let (sender, receiver) = mpsc::channel();
    thread::spawn(move || {
        let mut pipe = BufReader::new(File::open(pipe).expect("readable"));
        pipe.read_line(&mut String::new()).expect("readable");
        // When the test has failed, nobody receives this any more.
        let _ = sender.send("began");
        pipe.read_to_end(&mut Vec::new()).expect("readable");
        let _ = sender.send("ended");
    });
    receiver
}

/// Starts a run in which a command holds this pipe open for ever, and waits until it does.
fn run_with_a_command(here: &Path, pipe: &Path) -> (Child, mpsc::Receiver<&'static str>) {
    let suite = std::fs::read_to_string(here.join("forensic-tests/suites/notes/suite.toml")).expect("readable");
    assert!(Command::new("mkfifo").arg(pipe).status().expect("mkfifo runs").success());
    // The program below the script holds the pipe, and has children of its own.
    let waits = format!(
        "up = {{ command = [\"sh\", \"-c\", \"exec 3> {}; echo began >&3; sleep 600 & wait\"] }}",
        pipe.display()
    );
    put(here, "forensic-tests/suites/notes/suite.toml", &suite.replace("up = \"phases/2.sql\"", &waits));
    std::fs::remove_file(here.join("fixtures/notes/phases/2.sql")).expect("removable");
    let child = command(here, &["run"]).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("it runs");
    let process = watch(pipe.to_owned());
    assert_eq!(process.recv_timeout(PATIENCE), Ok("began"));
    (child, process)
}

const PATIENCE: Duration = Duration::from_secs(60);

#[test]
fn ctrl_c_ends_the_run_its_command_and_no_more() {
    let workspace = workspace();
    let here = workspace.path();
    let (child, process) = run_with_a_command(here, &here.join("began"));
    let interrupt = |process: &str| Command::new("kill").args(["-INT", process]).status().expect("kill runs");
    assert!(interrupt(&child.id().to_string()).success());
    let output = child.wait_with_output().expect("it ends");
    let stderr = String::from_utf8(output.stderr).expect("UTF-8");
    assert_eq!(output.status.code(), Some(130), "{stderr}");
    assert!(stderr.contains("interrupted: stopping the server and cleaning up\n"), "{stderr}");
    assert_eq!(process.recv_timeout(PATIENCE), Ok("ended"));
    let folder = std::fs::read_dir(here.join("reports/runs")).expect("listable").next().expect("a run");
    let folder = folder.expect("listable").path();
    let verified = phasegate(here, &["verify", &folder.display().to_string()]);
    assert_eq!(verified.code, 5);
    assert!(verified.stdout.contains("it was interrupted"), "{}", verified.stdout);
}

#[test]
fn a_run_that_is_killed_leaves_neither_its_command_nor_its_databases() {
    let workspace = workspace();
    let here = workspace.path();
    let (mut child, process) = run_with_a_command(here, &here.join("began"));
    let files = || std::fs::read_dir(here).expect("listable").any(|entry| is_scratch(&entry.expect("listable")));
    assert!(files());
    child.kill().expect("SIGKILL");
    child.wait().expect("a child");
    assert_eq!(process.recv_timeout(PATIENCE), Ok("ended"));
    let begun = Instant::now();
    while files() {
        assert!(begun.elapsed() < PATIENCE, "its databases are still there");
        thread::yield_now();
    }
}

fn is_scratch(entry: &DirEntry) -> bool {
    entry.file_name().to_string_lossy().starts_with("phasegate-files-")
}
