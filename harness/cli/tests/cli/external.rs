//! Runs on a server of somebody else, which is none the worse for them.

use std::{
    io::{BufRead, BufReader},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    thread,
    time::{Duration, Instant},
};

use phasegate_server::{Server, embedded, external};
use tokio::runtime::Runtime;

use crate::{
    phasegate::{Ran, command, phasegate, ran},
    workspace::{change, on_postgres, put, workspace},
};

const SUITE: &str = "forensic-tests/suites/notes/suite.toml";

/// A server that runs until this is dropped.
struct Somebodys {
    runtime: Runtime,
    server: Option<Server>,
    psql: PathBuf,
    url: String,
}

impl Somebodys {
    fn start() -> Self {
        let runtime = Runtime::new().expect("a runtime");
        let psql = runtime.block_on(phasegate_server::provision(&embedded(), &mut |_| {})).expect("programs").bin;
        let server = runtime.block_on(embedded().start()).expect("a server");
        let url = server.url("postgres");
        Self { runtime, server: Some(server), psql: psql.join("psql"), url }
    }

    /// What a statement gives, one row a line.
    fn ask(&self, sql: &str) -> Vec<String> {
        let asked = ran_in(self, &self.url, sql);
        assert_eq!(asked.code, 0, "{sql}: {}", asked.stderr);
        asked.stdout.lines().map(str::to_owned).collect()
    }

    /// The databases that somebody has made.
    fn databases(&self) -> Vec<String> {
        self.ask("SELECT datname FROM pg_database WHERE oid >= 16384 AND datname <> 'template_timescaledb' ORDER BY 1")
    }

    /// The URL for another role, which has a password of its own.
    fn as_role(&self, role: &str) -> String {
        let (_, place) = self.url.split_once('@').expect("a place");
        format!("postgresql://{role}:secret@{place}")
    }

    fn run(&self, here: &Path, args: &[&str]) -> Ran {
        phasegate(here, &[args, &["--database-url", &self.url]].concat())
    }
}

impl Drop for Somebodys {
    fn drop(&mut self) {
        if let Some(server) = self.server.take() {
            let _ = self.runtime.block_on(server.stop());
        }
    }
}

/// A server that was kept and started again with other settings, ended and removed when this is dropped.
struct Again {
    postgres: Child,
    folder: PathBuf,
}

impl Again {
    fn start(somebodys: &mut Somebodys, settings: &str) -> Self {
        let server = somebodys.server.take().expect("a server");
        let kept = somebodys.runtime.block_on(server.keep("some-run")).expect("it is kept").to_string();
        let after = |words: &str| kept.split(words).nth(1).expect("such words").to_owned();
        let folder = PathBuf::from(after("are left in ").split(',').next().expect("a folder"));
        let conf = folder.join("data/postgresql.conf");
        let text = std::fs::read_to_string(&conf).expect("readable") + settings;
        std::fs::write(&conf, text).expect("writable");
        let words = after("start it again with: ");
        let words: Vec<&str> = words.split(';').next().expect("a command").split_whitespace().collect();
        let postgres = Command::new(words[0])
            .args(&words[1..])
            .current_dir("/")
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("it starts");
        let again = Self { postgres, folder };
        let begun = Instant::now();
        while somebodys.runtime.block_on(external(&somebodys.url).start()).is_err() {
            assert!(begun.elapsed() < Duration::from_secs(60), "it does not answer");
            thread::yield_now();
        }
        again
    }
}

impl Drop for Again {
    fn drop(&mut self) {
        let _ = Command::new("kill").args(["-QUIT", &self.postgres.id().to_string()]).status();
        let _ = self.postgres.wait();
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}

#[test]
fn a_server_on_which_timescaledb_works_in_the_background_serves() {
    let workspace = workspace();
    let here = workspace.path();
    on_postgres(here);
    change(here, SUITE, "kind = \"postgres\"", "kind = \"postgres\"\ntimescaledb = true");
    let mut somebodys = Somebodys::start();
    let _again = Again::start(&mut somebodys, "timescaledb.max_background_workers = 16\nmax_worker_processes = 32\n");
    for args in [&["run"][..], &["prove", "notes"]] {
        let ran = somebodys.run(here, args);
        assert_eq!(ran.code, 0, "{}{}", ran.stdout, ran.stderr);
        assert!(ran.stderr.contains(" (a database URL is given by --database-url)\n"), "{}", ran.stderr);
        assert_eq!(somebodys.databases(), [""; 0]);
    }
    let inherited = ran(command(here, &["run", "--server", "external"]).env("DATABASE_URL", &somebodys.url));
    let taken = " (a database URL is given by DATABASE_URL of the environment)\n";
    assert!(inherited.code == 0 && inherited.stderr.contains(taken), "{}", inherited.stderr);
    // Who may not stop them is told so at once.
    somebodys.ask("CREATE ROLE maker LOGIN CREATEDB PASSWORD 'secret'");
    let ran = phasegate(here, &["run", "--database-url", &somebodys.as_role("maker")]);
    assert_eq!(ran.code, 3, "{}", ran.stderr);
    assert!(ran.stderr.contains("ALTER SYSTEM SET timescaledb.max_background_workers = 0"), "{}", ran.stderr);
}

/// Starts a proof, and sends it a signal when it has said so many lines; gives how it ended.
fn stopped_after(here: &Path, url: &str, lines: usize, signal: &str) -> Option<i32> {
    let mut child = command(here, &["prove", "notes", "--database-url", url])
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .expect("it runs");
    let mut said = BufReader::new(child.stderr.take().expect("a pipe")).lines();
    for _ in 0..lines {
        said.next().expect("a line").expect("readable");
    }
    let pid = child.id().to_string();
    assert!(Command::new("kill").args(["-s", signal, &pid]).status().expect("kill runs").success());
    // It goes on talking, and would wait for a reader.
    said.for_each(drop);
    child.wait().expect("it ends").code()
}

#[test]
fn a_run_that_is_stopped_leaves_no_database_and_one_that_is_killed_leaves_it_to_the_next() {
    let workspace = workspace();
    let here = workspace.path();
    on_postgres(here);
    // Each of its databases takes a moment to copy.
    put(
        here,
        "fixtures/notes/phases/2.sql",
        "ALTER TABLE notes ADD COLUMN title TEXT;\nCREATE TABLE big AS SELECT n, repeat('x', 1000) FROM generate_series(1, 20000) n;\n",
    );
    let somebodys = Somebodys::start();
    let mut interrupted = 0;
    for lines in 1..=9 {
        for signal in ["INT", "TERM"] {
            let code = stopped_after(here, &somebodys.url, lines, signal);
            interrupted += usize::from(code == Some(130));
            assert_eq!(somebodys.databases(), [""; 0], "{signal} after {lines} lines: {code:?}");
        }
    }
    assert!(interrupted > 9, "{interrupted} of 18 were interrupted");
    somebodys.ask("CREATE DATABASE phasegate_mine");
    assert_eq!(stopped_after(here, &somebodys.url, 5, "KILL"), None);
    assert!(somebodys.databases().len() > 1);
    let begun = Instant::now();
    while !somebodys.ask("SELECT pid FROM pg_stat_activity WHERE application_name ^@ 'phasegate'").is_empty() {
        assert!(begun.elapsed() < Duration::from_secs(60), "its sessions do not end");
    }
    let ran = somebodys.run(here, &["run"]);
    assert!(ran.stderr.contains("server: dropped what earlier runs have left: phasegate_"), "{}", ran.stderr);
    assert_eq!(somebodys.databases(), ["phasegate_mine"]);
}

#[test]
fn a_run_that_is_at_work_there_is_left_its_databases() {
    let workspace = workspace();
    let here = workspace.path();
    on_postgres(here);
    let somebodys = Somebodys::start();
    let mut first = command(here, &["run", "--database-url", &somebodys.url])
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .expect("it runs");
    let mut said = BufReader::new(first.stderr.take().expect("a pipe")).lines();
    let mut until = |words: &str| while !said.next().expect("a line").expect("readable").contains(words) {};
    until("baseline applied");
    let pid = first.id().to_string();
    let signal = |name: &str| assert!(Command::new("kill").args(["-s", name, &pid]).status().expect("kill").success());
    signal("STOP");
    let second = somebodys.run(here, &["run"]);
    signal("CONT");
    assert_eq!(second.code, 0, "{}{}", second.stdout, second.stderr);
    assert!(!second.stderr.contains("dropped what earlier runs have left"), "{}", second.stderr);
    said.for_each(drop);
    assert_eq!(first.wait().expect("it ends").code(), Some(0));
}

#[test]
fn a_run_that_failed_there_is_gone_on_from_as_long_as_its_database_is_there() {
    let workspace = workspace();
    let here = workspace.path();
    on_postgres(here);
    put(here, "fixtures/notes/phases/2.sql", "ALTER TABLE note ADD COLUMN title TEXT;\n");
    let somebodys = Somebodys::start();
    let failed = somebodys.run(here, &["run"]);
    assert_eq!(failed.code, 4, "{}", failed.stderr);
    put(here, "fixtures/notes/phases/2.sql", "ALTER TABLE notes ADD COLUMN title TEXT;\n");
    let kept = somebodys.databases();
    let run = crate::phasegate::labelled(&failed.stdout, "folder").to_owned();
    let of = |url: &str| format!("{}/{}", url.rsplit_once('/').expect("a database").0, kept[0]);
    let resume = |url: &str| phasegate(here, &["run", "--resume", &run, "--database-url", url]);
    let ran = resume(&of(&somebodys.url));
    assert_eq!(ran.code, 0, "{}{}", ran.stdout, ran.stderr);
    crate::phasegate::verifies(here, &ran);
    assert_eq!(somebodys.databases(), kept);
    // A row that somebody wrote into it, a column, and another cluster.
    let psql = |sql: &str| {
        let asked = ran_in(&somebodys, &of(&somebodys.url), sql);
        assert_eq!(asked.code, 0, "{sql}: {}", asked.stderr);
    };
    let refused = |url: &str, why: &str| {
        let ran = resume(url);
        assert_eq!(ran.code, 5, "{}{}", ran.stdout, ran.stderr);
        let said: String = ran.stderr.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(said.contains(why), "{why}: {}", ran.stderr);
        assert_eq!(somebodys.databases(), kept);
    };
    psql("UPDATE notes SET text = 'z' WHERE id = 1");
    refused(&of(&somebodys.url), "recorded other rows than the database has: notes (2 rows, with other values)");
    psql("UPDATE notes SET text = 'a' WHERE id = 1; CREATE INDEX more ON notes (text)");
    refused(&of(&somebodys.url), "left another catalog than the database has: index more: name the database");
    psql("DROP INDEX more");
    refused(&somebodys.url, "left another catalog than the database has");
    let other = Somebodys::start();
    let facts = "SELECT system_identifier FROM pg_control_system()";
    if somebodys.ask(facts) != other.ask(facts) {
        refused(&of(&other.url), "and this is PostgreSQL");
    }
    somebodys.ask(&format!("DROP DATABASE {}", kept[0]));
    let ran = resume(&of(&somebodys.url));
    assert_eq!(ran.code, 5, "{}", ran.stderr);
    assert!(ran.stderr.contains("left a database that cannot be taken up"), "{}", ran.stderr);
}

/// What psql says to a statement in this database.
fn ran_in(somebodys: &Somebodys, url: &str, sql: &str) -> Ran {
    ran(Command::new(&somebodys.psql).args([url, "-qAtX", "-v", "ON_ERROR_STOP=1", "-c", sql]))
}

#[test]
fn what_a_failed_run_keeps_there_is_named_and_clean_removes_it_and_nothing_else() {
    let workspace = workspace();
    let here = workspace.path();
    on_postgres(here);
    put(here, "fixtures/notes/phases/2.sql", "ALTER TABLE note ADD COLUMN title TEXT;\n");
    let somebodys = Somebodys::start();
    let ran = somebodys.run(here, &["run"]);
    assert_eq!(ran.code, 4, "{}", ran.stderr);
    let kept = somebodys.databases();
    assert!(kept.len() == 1 && kept[0].ends_with("_0_before_2"), "{kept:?}");
    let said: String = ran.stdout.split_whitespace().collect();
    assert!(said.contains(&kept[0]) && said.contains("phasegateserverclean--database-url"), "{}", ran.stdout);
    // The next run leaves it where it is.
    assert_eq!(somebodys.run(here, &["run"]).code, 4);
    let both = somebodys.databases();
    assert!(both.len() == 2 && both.contains(&kept[0]), "{both:?}");
    for name in ["phasegate_mine", "phasegate_2024_0_1", "app"] {
        somebodys.ask(&format!("CREATE DATABASE {name}"));
    }
    let cleaned = somebodys.run(here, &["server", "clean"]);
    let removed: String = both.iter().map(|name| format!("removed database {name}\n")).collect();
    assert_eq!((cleaned.stdout, cleaned.code), (removed, 0));
    assert_eq!(somebodys.databases(), ["app", "phasegate_2024_0_1", "phasegate_mine"]);
}

#[test]
fn who_may_not_make_databases_is_told_what_to_type() {
    let workspace = workspace();
    let here = workspace.path();
    on_postgres(here);
    let somebodys = Somebodys::start();
    somebodys.ask("CREATE ROLE \"Reader\" LOGIN PASSWORD 'secret'");
    let url = somebodys.as_role("Reader");
    let ran = phasegate(here, &["run", "--database-url", &url]);
    assert_eq!(
        (ran.stderr.as_str(), ran.code),
        (
            "error: failed to use the external server: the role \"Reader\" may not make databases there; let a superuser \
             type: ALTER ROLE \"Reader\" CREATEDB\n",
            3
        )
    );
    somebodys.ask("ALTER ROLE \"Reader\" CREATEDB");
    let ran = phasegate(here, &["run", "--database-url", &url]);
    assert_eq!(ran.code, 0, "{}{}", ran.stdout, ran.stderr);
}

/// What was set for the role decides what a plan is; the record says so.
#[test]
fn what_was_set_for_the_role_is_a_fact_of_the_server() {
    let workspace = workspace();
    let here = workspace.path();
    on_postgres(here);
    let somebodys = Somebodys::start();
    let settings = |ran: &Ran| {
        assert_eq!(ran.code, 0, "{}{}", ran.stdout, ran.stderr);
        let run = crate::phasegate::labelled(&ran.stdout, "folder");
        let events = std::fs::read_to_string(here.join(run).join("events.jsonl")).expect("readable");
        events.contains("\"enable_seqscan\":\"off\"")
    };
    assert!(!settings(&somebodys.run(here, &["run"])));
    somebodys.ask("ALTER ROLE postgres SET enable_seqscan = off");
    assert!(settings(&somebodys.run(here, &["run"])));
}
