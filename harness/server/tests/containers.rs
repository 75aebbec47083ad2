//! Nothing of a container stays either.

use libtest_mimic::{Failed, Trial};
use phasegate_server::{Choice, Kind, container};
use sqlx::ConnectOptions;

use crate::holder::Holder;
use crate::{MANDATORY, claim_if, run, traces};

pub(crate) fn trials() -> Vec<Trial> {
    let hindrance = hindrance();
    let hindrance = hindrance.as_deref();
    vec![
        claim_if("a_stopped_container_leaves_no_container_and_no_volume", hindrance, stopped),
        claim_if("a_sigint_leaves_no_container_and_no_volume", hindrance, || killed("INT")),
        claim_if("a_sigkill_leaves_no_container_and_no_volume", hindrance, || killed("KILL")),
        claim_if("a_sigkill_while_docker_makes_the_container_leaves_none", hindrance, killed_early),
        claim_if("a_panic_leaves_no_container_and_no_volume", hindrance, panicked),
    ]
}

/// Why there can be no container here.
fn hindrance() -> Option<String> {
    if std::env::var_os(MANDATORY).is_some() {
        return None;
    }
    run(phasegate_server::at_hand(Kind::Container, &container().needs_timescaledb())).err()
}

/// The container that publishes the port of this URL, by id.
fn container_of(url: &str) -> Vec<String> {
    let port = url.rsplit_once(':').unwrap().1.split('/').next().unwrap();
    traces::docker(&["ps", "--all", "--quiet", "--no-trunc", "--filter", &format!("publish={port}")])
}

fn volumes() -> Vec<String> {
    traces::docker(&["volume", "ls", "--quiet"])
}

fn stopped() -> Result<(), Failed> {
    run(async {
        let before = volumes();
        let server = container().needs_timescaledb().start().await?;
        let ids = container_of(&server.url("postgres"));
        assert_eq!(ids.len(), 1);
        assert!(server.description().image_digest.as_ref().is_some_and(|digest| digest.contains("sha256:")));
        let mut connection = server.options("postgres").connect().await?;
        let answer: i32 = sqlx::query_scalar("SELECT 1").fetch_one(&mut connection).await?;
        assert_eq!(answer, 1);
        drop(connection);
        server.stop().await?;
        gone(&ids);
        assert_eq!(volumes(), before);
        Ok(())
    })
}

fn killed(signal: &str) -> Result<(), Failed> {
    let before = volumes();
    let folder = traces::folder();
    let (holder, url) = Holder::start(Holder::command(Choice::Container, "wait", folder.path()));
    let ids = container_of(&url);
    assert_eq!(ids.len(), 1, "{url}");
    let supervisors = supervisors(&ids);
    holder.kill(signal);
    traces::wait_for_end(&supervisors);
    gone(&ids);
    assert_eq!(volumes(), before);
    Ok(())
}

/// How often it is killed.
const KILLS: usize = 10;

/// Killed as soon as there is a supervisor, which is before Docker is asked for a container.
fn killed_early() -> Result<(), Failed> {
    for later in 0..KILLS {
        let folder = traces::folder();
        let mut holder = Holder::command(Choice::Container, "wait", folder.path()).spawn()?;
        let supervisor = loop {
            assert!(holder.try_wait()?.is_none(), "it ended before it was killed");
            match traces::children(holder.id(), "phasegate-server") {
                Some(supervisor) => break supervisor,
                None => std::thread::yield_now(),
            }
        };
        let line = std::fs::read_to_string(format!("/proc/{supervisor}/cmdline"))?;
        let name = format!("name=^/{}$", line.trim_end_matches('\0').rsplit('\0').next().unwrap());
        let found = || traces::docker(&["ps", "--all", "--quiet", "--no-trunc", "--filter", &name]);
        // Each time some looks later, so that Docker is met at another point of its work.
        (0..later * 3).for_each(|_| drop(found()));
        holder.kill()?;
        holder.wait()?;
        traces::wait_for_end(&[supervisor]);
        assert_eq!(found(), [""; 0]);
    }
    Ok(())
}

fn panicked() -> Result<(), Failed> {
    let folder = traces::folder();
    let (mut holder, url) = Holder::start(Holder::command(Choice::Container, "panic", folder.path()));
    assert!(url.starts_with("postgresql://"), "{url}");
    assert!(!holder.child.wait()?.success());
    // The holder has waited for its supervisor while it unwound.
    assert_eq!(container_of(&url), [""; 0]);
    Ok(())
}

fn supervisors(ids: &[String]) -> Vec<u32> {
    let names = traces::docker(&["inspect", "--format", "{{.Name}}", &ids[0]]);
    let pids = traces::processes(names[0].trim_start_matches('/'));
    assert!(!pids.is_empty(), "{names:?}");
    pids
}

fn gone(ids: &[String]) {
    let all = traces::docker(&["ps", "--all", "--quiet", "--no-trunc"]);
    assert!(ids.iter().all(|id| !all.contains(id)), "{ids:?} in {all:?}");
}
