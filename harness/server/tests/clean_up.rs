//! Nothing of a cluster stays, however its holder ends.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, SystemTime};

use libtest_mimic::{Failed, Trial};
use phasegate_server::{Choice, Server, Version, embedded};
use sqlx::ConnectOptions;

use crate::holder::{HOLD, Holder};
use crate::{claim, run, traces};

pub(crate) fn trials() -> Vec<Trial> {
    vec![
        claim("a_stopped_server_leaves_no_process_and_no_folder", stopped),
        claim("a_dropped_server_leaves_no_process_and_no_folder", dropped),
        claim("a_panic_leaves_no_process_and_no_folder", || killed(None)),
        claim("a_sigint_leaves_no_process_and_no_folder", || killed(Some("INT"))),
        claim("a_sigterm_leaves_no_process_and_no_folder", || killed(Some("TERM"))),
        claim("a_sigkill_leaves_no_process_and_no_folder", || killed(Some("KILL"))),
        claim("a_sigkill_while_the_server_starts_leaves_no_process_and_no_folder", killed_early),
        claim("a_server_that_hears_no_signal_is_killed_with_all_that_it_started", deaf),
        claim("of_kept_servers_the_last_ten_of_a_week_stay", bounded),
        claim("a_scratch_folder_goes_with_its_owner_and_stays_where_it_is_kept", scratch),
        claim("a_kept_server_leaves_its_databases_and_its_log_and_no_process", kept),
        claim("a_server_that_crashes_comes_back_with_what_was_committed_and_leaves_nothing", crashed),
        claim("two_servers_run_side_by_side", side_by_side),
        claim("the_second_version_of_the_matrix_starts", second_version),
        claim("the_processes_of_a_nextest_run_share_a_server_that_ends_with_the_run", shared),
        claim("a_process_that_asks_twice_gets_the_same_server", twice),
    ]
}

fn stopped() -> Result<(), Failed> {
    run(async {
        let mut lines = Vec::new();
        let server = phasegate_server::start(&embedded(), &mut |line| lines.push(line.to_owned())).await?;
        assert_eq!(lines.iter().filter(|line| line.starts_with("server: embedded")).count(), 1, "{lines:?}");
        let folder = server.description().log.as_ref().unwrap().parent().unwrap().to_owned();
        let name = folder.to_string_lossy().into_owned();
        assert!(folder.exists());
        assert_ne!(traces::processes(&name), [0_u32; 0]);
        server.stop().await?;
        assert!(!folder.exists());
        assert_eq!(traces::processes(&name), [0_u32; 0]);
        Ok(())
    })
}

fn dropped() -> Result<(), Failed> {
    run(async {
        let server = embedded().start().await?;
        let folder = server.description().log.as_ref().unwrap().parent().unwrap().to_owned();
        drop(server);
        assert!(!folder.exists());
        assert_eq!(traces::processes(&folder.to_string_lossy()), [0_u32; 0]);
        Ok(())
    })
}

fn killed(signal: Option<&str>) -> Result<(), Failed> {
    let folder = traces::folder();
    let name = folder.path().to_string_lossy().into_owned();
    let how = if signal.is_some() { "wait" } else { "panic" };
    let (mut holder, url) = Holder::start(Holder::command(Choice::Embedded, how, folder.path()));
    assert!(url.starts_with("postgresql://"), "{url}");
    let processes = match signal {
        Some(signal) => {
            let processes = traces::processes(&name);
            assert!(processes.len() >= 2, "a supervisor and a server at least: {processes:?}");
            assert_eq!(traces::entries(folder.path()).len(), 1);
            holder.kill(signal);
            processes
        }
        None => {
            assert!(!holder.child.wait()?.success());
            traces::processes(&name)
        }
    };
    traces::wait_for_end(&processes);
    assert_eq!(traces::processes(&name), [0_u32; 0]);
    assert_eq!(traces::entries(folder.path()), [""; 0]);
    Ok(())
}

/// How often it is killed at each moment.
const KILLS: usize = 8;

/// What is there first, second, ... while a server starts, seen from outside: by the list of processes and by the folder.
const MOMENTS: [fn(&Path) -> bool; 5] = [
    |folder| !traces::processes(&folder.to_string_lossy()).is_empty(),
    |folder| !traces::entries(folder).is_empty(),
    |folder| within(folder, "data").is_some(),
    |folder| within(folder, "server.log").is_some(),
    |folder| within(folder, "data/postmaster.pid").is_some(),
];

/// This file of the server whose folder lies in this one, if it is there.
fn within(folder: &Path, file: &str) -> Option<PathBuf> {
    let server = traces::entries(folder).into_iter().next()?;
    Some(folder.join(server).join(file)).filter(|path| path.exists())
}

fn killed_early() -> Result<(), Failed> {
    for moment in MOMENTS.iter().cycle().take(KILLS * MOMENTS.len()) {
        let folder = traces::folder();
        let mut holder = Holder::command(Choice::Embedded, "wait", folder.path()).spawn()?;
        while !moment(folder.path()) {
            assert!(holder.try_wait()?.is_none(), "it ended before it was killed");
            std::thread::yield_now();
        }
        holder.kill()?;
        holder.wait()?;
        traces::wait_for_all(&folder.path().to_string_lossy());
        assert_eq!(traces::entries(folder.path()), [""; 0]);
    }
    Ok(())
}

/// A stopped process does what a starting one does: it does not heed SIGQUIT. Its child is busy and asks nobody.
fn deaf() -> Result<(), Failed> {
    run(async {
        let server = embedded().start().await?;
        let folder = server.description().log.as_ref().unwrap().parent().unwrap().to_owned();
        let lock = std::fs::read_to_string(folder.join("data/postmaster.pid"))?;
        let postmaster = lock.lines().next().unwrap();
        let memory = lock.lines().nth(6).unwrap().split_whitespace().last().unwrap().to_owned();
        assert!(shared_memory().contains(&memory));
        let mut busy = server.options("postgres").connect().await?;
        let pid: i32 = sqlx::query_scalar("SELECT pg_backend_pid()").fetch_one(&mut busy).await?;
        for pid in [postmaster, &pid.to_string()] {
            assert!(Command::new("kill").args(["-s", "STOP", pid]).status()?.success());
        }
        server.stop().await?;
        assert!(!folder.exists());
        assert_eq!(traces::processes(&folder.to_string_lossy()), [0_u32; 0]);
        assert!(traces::has_ended(pid));
        assert!(!shared_memory().contains(&memory));
        Ok(())
    })
}

/// The segments of shared memory that no folder holds, by id.
fn shared_memory() -> Vec<String> {
    let listed = std::fs::read_to_string("/proc/sysvipc/shm").unwrap();
    listed.lines().skip(1).map(|line| line.split_whitespace().nth(1).unwrap().to_owned()).collect()
}

fn bounded() -> Result<(), Failed> {
    let folder = traces::folder();
    let kept = |name: &str, days: u64| -> Result<(), Failed> {
        let path = folder.path().join(name);
        std::fs::create_dir_all(path.join("data"))?;
        std::fs::write(path.join(".phasegate"), "")?;
        let at = SystemTime::now() - Duration::from_secs(days * 24 * 60 * 60);
        std::fs::File::create(path.join("kept"))?.set_modified(at)?;
        Ok(())
    };
    for day in 0..6 {
        kept(&format!("phasegate-pg-{day}"), day)?;
        kept(&format!("phasegate-files-{day}"), day)?;
    }
    kept("phasegate-pg-old", 8)?;
    // Neither a stranger's folder nor one that nobody has kept.
    std::fs::create_dir_all(folder.path().join("phasegate-pg-mydata/kept"))?;
    let (mut holder, _) = Holder::start(Holder::command(Choice::Embedded, "wait", folder.path()));
    drop(holder.child.stdin.take());
    holder.child.wait()?;
    let names = traces::entries(folder.path());
    let of = |day: u64| [format!("phasegate-files-{day}"), format!("phasegate-pg-{day}")];
    let mut stay: Vec<String> = (0..5).flat_map(of).collect();
    stay.push("phasegate-pg-mydata".to_owned());
    stay.sort();
    assert_eq!(names, stay);
    Ok(())
}

fn scratch() -> Result<(), Failed> {
    let folder = traces::folder();
    let (holder, path) = Holder::start(Holder::command(Choice::Auto, "scratch", folder.path()));
    assert!(Path::new(&path).is_dir(), "{path}");
    holder.kill("KILL");
    traces::wait_for_all(&folder.path().to_string_lossy());
    assert_eq!(traces::entries(folder.path()), [""; 0]);

    let (mut holder, path) = Holder::start(Holder::command(Choice::Auto, "scratch", folder.path()));
    holder.child.stdin.take().unwrap().write_all(b"keep\n")?;
    holder.child.wait()?;
    assert!(Path::new(&path).join("kept").exists());
    Ok(())
}

fn kept() -> Result<(), Failed> {
    let folder = traces::folder();
    let (mut holder, _) = Holder::start(Holder::command(Choice::Embedded, "wait", folder.path()));
    holder.child.stdin.take().unwrap().write_all(b"keep\n")?;
    let words = holder.line();
    holder.child.wait()?;
    let kept = folder.path().join(&traces::entries(folder.path())[0]);
    assert!(words.contains(&*kept.to_string_lossy()), "{words}");
    assert!(kept.join("data/PG_VERSION").exists());
    assert!(std::fs::read_to_string(kept.join("server.log"))?.contains("database system is shut down"));
    assert_eq!(traces::processes(&kept.to_string_lossy()), [0_u32; 0]);
    Ok(())
}

fn crashed() -> Result<(), Failed> {
    run(async {
        let segments = shared_memory();
        let mut server = embedded().start().await?;
        let folder = server.description().log.as_ref().unwrap().parent().unwrap().to_owned();
        let durable = |server: &Server| server.options("postgres").options([("synchronous_commit", "on")]);
        let mut connection = durable(&server).connect().await?;
        sqlx::raw_sql("CREATE TABLE kept (id int)").execute(&mut connection).await?;
        for crash in 1..=3_i64 {
            for statement in ["INSERT INTO kept VALUES (1)", "BEGIN", "INSERT INTO kept VALUES (2)"] {
                sqlx::raw_sql(statement).execute(&mut connection).await?;
            }
            server = server.crash().await?;
            assert!(
                sqlx::raw_sql("COMMIT").execute(&mut connection).await.is_err(),
                "the session went with the server"
            );
            connection = durable(&server).connect().await?;
            let rows: (i64, i64) =
                sqlx::query_as("SELECT count(*), sum(id)::bigint FROM kept").fetch_one(&mut connection).await?;
            assert_eq!(rows, (crash, crash));
        }
        let log = std::fs::read_to_string(folder.join("server.log"))?;
        assert_eq!(log.matches("was not properly shut down; automatic recovery in progress").count(), 3, "{log}");
        server.stop().await?;
        assert!(!folder.exists());
        assert_eq!(traces::processes(&folder.to_string_lossy()), [0_u32; 0]);
        assert_eq!(shared_memory(), segments);
        Ok(())
    })
}

fn second_version() -> Result<(), Failed> {
    run(async {
        let server = embedded().version(Version::V18).postgres_min(18).needs_timescaledb().start().await?;
        let facts = server.description();
        assert!(facts.postgres.starts_with("18."), "{facts:?}");
        assert_eq!(facts.edition.as_deref(), Some("apache"), "{facts:?}");
        let template = facts.template.clone().unwrap();
        let mut connection = server.options(&template).connect().await?;
        let installed: String = sqlx::query_scalar("SELECT extversion FROM pg_extension WHERE extname = 'timescaledb'")
            .fetch_one(&mut connection)
            .await?;
        assert_eq!(Some(installed), facts.timescaledb);
        drop(connection);
        server.stop().await?;
        Ok(())
    })
}

fn side_by_side() -> Result<(), Failed> {
    run(async {
        let request = embedded();
        let (one, two) = tokio::join!(request.start(), request.start());
        let (one, two) = (one?, two?);
        assert_ne!(one.url("postgres"), two.url("postgres"));
        for server in [&one, &two] {
            let mut connection = server.options("postgres").connect().await?;
            sqlx::query("CREATE DATABASE mine").execute(&mut connection).await?;
        }
        one.stop().await?;
        let mut connection = two.options("mine").connect().await?;
        let answer: i32 = sqlx::query_scalar("SELECT 1").fetch_one(&mut connection).await?;
        assert_eq!(answer, 1);
        drop(connection);
        two.stop().await?;
        Ok(())
    })
}

/// A shell stands for cargo-nextest, by whose name it goes: it runs two tests one after the other, and then lives on
/// until its input closes.
fn shared() -> Result<(), Failed> {
    let folder = traces::folder();
    let name = folder.path().to_string_lossy().into_owned();
    let shell = tempfile::tempdir()?;
    let program = shell.path().join("cargo-nextest");
    std::os::unix::fs::symlink("/bin/sh", &program)?;
    let mut command = Command::new(program);
    command
        .args(["-c", "\"$1\"; \"$1\"; echo ready; read -r line", "nextest"])
        .arg(std::env::current_exe()?)
        .env(HOLD, "embedded shared")
        .env("TMPDIR", folder.path())
        .env("NEXTEST_RUN_ID", "00000000-0000-4000-8000-000000000001")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped());
    let (mut run, one) = Holder::start(command);
    let two = run.line();
    assert!(one.starts_with("postgresql://"), "{one}");
    assert_eq!(one, two);
    assert_eq!(run.line(), "ready");
    // Both tests have ended, and the server has not.
    let processes = traces::processes(&name);
    assert!(processes.len() >= 2, "{processes:?}");
    drop(run.child.stdin.take());
    run.child.wait()?;
    traces::wait_for_end(&processes);
    assert_eq!(traces::processes(&name), [0_u32; 0]);
    assert_eq!(traces::entries(folder.path()), [""; 0]);
    Ok(())
}

fn twice() -> Result<(), Failed> {
    let one = run(phasegate_server::shared(&embedded(), &mut |_| {}))?;
    let two = run(phasegate_server::shared(&embedded(), &mut |_| {}))?;
    assert_eq!(one.url("postgres"), two.url("postgres"));
    Ok(())
}
