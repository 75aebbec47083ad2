//! Ctrl-C and SIGTERM, whatever the program is doing.

use std::{
    fs::{self, DirEntry, File, OpenOptions},
    io::{BufRead, BufReader, Read, Write},
    os::unix::{fs::PermissionsExt, process::ExitStatusExt},
    path::{Path, PathBuf},
    process::{Child, Command, Output, Stdio},
    sync::mpsc,
    thread,
    time::{Duration, Instant},
};

use crate::{
    phasegate::{command, phasegate},
    workspace::{ENDLESS, on_postgres, put, workspace},
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
    fifo(pipe);
    // The program below the script holds the pipe, and has children of its own.
    let waits = format!(
        "up = {{ command = [\"sh\", \"-c\", \"exec 3> {}; echo began >&3; sleep 600 & wait\"] }}",
        pipe.display()
    );
    put(here, "forensic-tests/suites/notes/suite.toml", &suite.replace("up = \"phases/2.sql\"", &waits));
    std::fs::remove_file(here.join("fixtures/notes/phases/2.sql")).expect("removable");
    let child = start(here, &["run"]);
    let process = watch(pipe.to_owned());
    assert_eq!(process.recv_timeout(PATIENCE), Ok("began"));
    (child, process)
}

const PATIENCE: Duration = Duration::from_secs(60);
const SIGNALS: [(&str, i32); 2] = [("INT", 2), ("TERM", 15)];

fn fifo(path: &Path) {
    assert!(Command::new("mkfifo").arg(path).status().expect("mkfifo runs").success());
}

fn signal(child: &Child, name: &str) {
    let sent = Command::new("kill").args([&format!("-{name}"), &child.id().to_string()]).status();
    assert!(sent.expect("kill runs").success());
}

/// Waits for the end of a process that has been told to end.
fn ends(child: Child) -> Output {
    let (sender, receiver) = mpsc::channel();
    thread::spawn(move || sender.send(child.wait_with_output()));
    receiver.recv_timeout(PATIENCE).expect("it ends").expect("a child")
}

fn start(here: &Path, args: &[&str]) -> Child {
    command(here, args).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("it runs")
}

#[test]
fn ctrl_c_ends_the_run_its_command_and_no_more() {
    let workspace = workspace();
    let here = workspace.path();
    let (child, process) = run_with_a_command(here, &here.join("began"));
    signal(&child, "INT");
    let output = ends(child);
    let stderr = String::from_utf8(output.stderr).expect("UTF-8");
    assert_eq!(output.status.code(), Some(130), "{stderr}");
    assert!(stderr.contains("interrupted: stopping the server and cleaning up; once more ends at once\n"), "{stderr}");
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
    scratch_goes(here);
}

fn scratch_goes(here: &Path) {
    let begun = Instant::now();
    while fs::read_dir(here).expect("listable").any(|entry| is_scratch(&entry.expect("listable"))) {
        assert!(begun.elapsed() < PATIENCE, "its databases are still there");
        thread::yield_now();
    }
}

fn is_scratch(entry: &DirEntry) -> bool {
    entry.file_name().to_string_lossy().starts_with("phasegate-files-")
}

#[test]
fn a_second_signal_ends_a_run_at_once_whatever_it_is_doing() {
    for (name, number) in SIGNALS {
        let workspace = workspace();
        let here = workspace.path();
        // SQLite works on the thread that would clean up, and this query never ends.
        put(here, "fixtures/notes/phases/2.sql", &format!("ALTER TABLE notes ADD COLUMN title TEXT;\n{ENDLESS};\n"));
        let mut child = start(here, &["run"]);
        let mut stderr = BufReader::new(child.stderr.take().expect("a pipe"));
        let statements = |text: String| text.matches("\"statement-applied\"").count();
        let begun = Instant::now();
        while events(here).is_none_or(|text| statements(text) < 2) {
            assert!(begun.elapsed() < PATIENCE, "the phase is not applied");
            thread::yield_now();
        }
        signal(&child, name);
        until(&mut stderr, "interrupted: stopping the server and cleaning up; once more ends at once");
        assert_eq!(child.try_wait().expect("a child"), None, "the query has ended");
        signal(&child, name);
        assert_eq!(ends(child).status.signal(), Some(number));
        scratch_goes(here);
    }
}

/// Reads lines up to one that holds this.
fn until(lines: &mut impl BufRead, word: &str) {
    let mut line = String::new();
    while !line.contains(word) {
        line.clear();
        assert_ne!(lines.read_line(&mut line).expect("readable"), 0, "it never says {word}");
    }
}

/// The events of the only run, once there is one.
fn events(here: &Path) -> Option<String> {
    let run = fs::read_dir(here.join("reports/runs")).ok()?.next()?.ok()?;
    fs::read_to_string(run.path().join("events.jsonl")).ok()
}

#[test]
fn a_signal_is_heard_while_suites_are_read() {
    let check = ["check", "notes", "--database-url", "postgres://127.0.0.1:1/none"];
    let commands: [&[&str]; 4] = [&["run"], &["prove", "notes"], &["list"], &check];
    for (args, (name, number)) in commands.iter().flat_map(|args| SIGNALS.map(|signal| (args, signal))) {
        let workspace = workspace();
        let here = workspace.path();
        let large = "INSERT INTO notes (text) VALUES ('a');\n".repeat(4_000_000);
        put(here, "fixtures/notes/phases/1.sql", &large);
        let mut child = start(here, args);
        // Once it has the text it takes it apart, for longer than a signal takes to come.
        while bytes_read_by(&child) < large.len() && child.try_wait().expect("a child").is_none() {
            thread::yield_now();
        }
        signal(&child, name);
        assert_eq!(ends(child).status.signal(), Some(number), "{args:?}");
    }
}

fn bytes_read_by(child: &Child) -> usize {
    let io = fs::read_to_string(format!("/proc/{}/io", child.id())).unwrap_or_default();
    let read = io.lines().find_map(|line| line.strip_prefix("rchar: "));
    read.and_then(|read| read.parse().ok()).unwrap_or_default()
}

#[test]
fn a_signal_is_heard_while_a_server_is_looked_for() {
    let workspace = workspace();
    let here = workspace.path();
    on_postgres(here);
    let [began, waits] = ["began", "waits"].map(|name| here.join(name));
    [&began, &waits].into_iter().for_each(|pipe| fifo(pipe));
    // A PostgreSQL that is asked for its version and does not answer.
    put(here, "bin/initdb", "");
    put(here, "bin/postgres", &format!("#!/bin/sh\necho > {}\nread -r _ < {}\n", began.display(), waits.display()));
    fs::set_permissions(here.join("bin/postgres"), fs::Permissions::from_mode(0o755)).expect("ours");
    let path = format!("{}:{}", here.join("bin").display(), std::env::var("PATH").expect("a path"));
    let mut run = command(here, &["run", "--server", "local"]);
    let child = run.env("PATH", path).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("it runs");
    BufReader::new(File::open(began).expect("readable")).read_line(&mut String::new()).expect("readable");
    signal(&child, "TERM");
    let (sender, ended) = mpsc::channel();
    thread::spawn(move || sender.send(child.wait_with_output()));
    let ended = ended.recv_timeout(PATIENCE);
    // Whatever came of it, nothing is left behind.
    OpenOptions::new().write(true).open(waits).and_then(|mut pipe| pipe.write_all(b"\n")).expect("it waits");
    assert_eq!(ended.expect("it ends").expect("a child").status.code(), Some(130));
}

/// What is written first is there to see what the phases do, and would be taken for a suite.
#[test]
fn ctrl_c_during_init_leaves_no_suite_no_server_and_no_command() {
    let workspace = tempfile::tempdir().expect("a temporary folder");
    let here = workspace.path();
    // The server does not run as root, and has its folder here.
    fs::set_permissions(here, fs::Permissions::from_mode(0o1777)).expect("ours");
    let began = here.join("began");
    fifo(&began);
    put(here, "config/database.yml", "default:\n  adapter: postgresql\n");
    put(here, "db/migrate/1_notes.rb", "");
    put(here, "bin/rails", &format!("#!/bin/sh\nexec 3> {}\necho began >&3\nsleep 600 & wait\n", began.display()));
    fs::set_permissions(here.join("bin/rails"), fs::Permissions::from_mode(0o755)).expect("ours");
    let before = names(here);
    let child = start(here, &["init", "--server", "embedded", "--ci", "github"]);
    let process = watch(began);
    assert_eq!(process.recv_timeout(PATIENCE), Ok("began"));
    assert!(here.join("phasegate/suite.toml").is_file());
    let server = names(here).into_iter().find(|name| name.starts_with("phasegate-pg-")).expect("a server");
    let postmaster = fs::read_to_string(here.join(server).join("data/postmaster.pid")).expect("it runs");
    let postmaster = postmaster.lines().next().expect("a process").to_owned();
    assert!(is_postgres(&postmaster));
    signal(&child, "INT");
    let output = ends(child);
    let stderr = String::from_utf8(output.stderr).expect("UTF-8");
    assert_eq!(output.status.code(), Some(130), "{stderr}");
    assert!(stderr.ends_with("error: interrupted\n"), "{stderr}");
    assert_eq!(process.recv_timeout(PATIENCE), Ok("ended"));
    assert_eq!(names(here), before);
    assert!(!is_postgres(&postmaster), "its server runs on");
}

fn names(folder: &Path) -> Vec<String> {
    let mut names: Vec<String> = fs::read_dir(folder)
        .expect("listable")
        .map(|entry| entry.expect("listable").file_name().to_string_lossy().into_owned())
        .collect();
    names.sort();
    names
}

fn is_postgres(process: &str) -> bool {
    fs::read_to_string(format!("/proc/{process}/comm")).is_ok_and(|name| name.trim() == "postgres")
}
