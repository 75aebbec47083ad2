//! A whole run: server, suites, record.

use std::{path::PathBuf, sync::Arc};

use phasegate_evidence::{Digest, Event, RunResult, ServerFacts};
use phasegate_server::Server;
use tokio::sync::watch;

use super::{RunError, suite_run::SuiteRun};
use crate::{
    database::{Host, PostgresHost, SqliteHost},
    plan::plan,
    record::Recorder,
    sqlite,
    suite::Suite,
};

/// What is to be run.
#[derive(Debug)]
pub struct Request {
    /// The suites in order.
    pub suites: Vec<Suite>,
    /// The server for the suites that need one. What the suites need is added to it.
    pub server: phasegate_server::Request,
    /// The folder of the run folders.
    pub runs: PathBuf,
    /// The name of the run; one that sorts by time when it is `None`.
    pub run: Option<String>,
}

/// What came of a run.
#[derive(Debug)]
pub struct Outcome {
    /// The run folder.
    pub folder: PathBuf,
    /// The result.
    pub result: RunResult,
    /// Its digest.
    pub result_digest: Digest,
    /// The server.
    pub server: Option<ServerFacts>,
    /// Where the databases of a failed run lie, and how to get at them.
    pub kept: Option<String>,
}

/// Hears every event, in order.
pub type Listener<'a> = dyn FnMut(&Event) + Send + 'a;

/// Runs suites. Every event goes to the recorder, then to the listener.
///
/// # Errors
/// When there is no server, the evidence cannot be written, or the run is cancelled. A gate that fails is no error.
pub async fn run(
    request: Request,
    listener: &mut Listener<'_>,
    notice: &mut (dyn FnMut(&str) + Send),
    mut cancel: watch::Receiver<bool>,
) -> Result<Outcome, RunError> {
    let mut started = None;
    let outcome = tokio::select! {
        biased;
        () = cancelled(&mut cancel) => Err(RunError::Interrupted),
        outcome = Box::pin(go(request, listener, notice, &mut started)) => outcome,
    };
    let (server, hosts) = started.map_or((None, Vec::new()), |s: Started| (s.server, s.hosts));
    let failed = matches!(&outcome, Ok(outcome) if !outcome.result.verdict.opens_the_gate());
    let kept = if failed {
        keep(server, hosts).await?
    } else {
        clean(server, hosts).await?;
        None
    };
    outcome.map(|outcome| Outcome { kept, ..outcome })
}

async fn cancelled(cancel: &mut watch::Receiver<bool>) {
    if cancel.wait_for(|cancelled| *cancelled).await.is_err() {
        // Nobody is left who could cancel.
        std::future::pending::<()>().await;
    }
}

/// What must be cleaned up, however the run ends.
#[derive(Default)]
struct Started {
    server: Option<Server>,
    hosts: Vec<Host>,
}

async fn go(
    request: Request,
    listener: &mut Listener<'_>,
    notice: &mut (dyn FnMut(&str) + Send),
    started: &mut Option<Started>,
) -> Result<Outcome, RunError> {
    let started = started.insert(Started::default());
    let plan = plan(&request.suites).map_err(crate::record::RecordError::from)?;
    let postgres: Vec<&Suite> = request.suites.iter().filter(|suite| suite.need.kind == "postgres").collect();
    if !postgres.is_empty() {
        let mut wanted = request.server;
        wanted.needs_timescaledb |= postgres.iter().any(|suite| suite.need.timescaledb);
        let oldest = postgres.iter().filter_map(|suite| suite.need.postgres_min).max();
        wanted.postgres_min = wanted.postgres_min.max(oldest);
        let mut say = |line: &str| notice(line);
        started.server = Some(phasegate_server::start(&wanted, &mut say).await?);
    }
    let mut recorder = Recorder::start(&request.runs, request.run, &plan)?;
    if let Some(first) = recorder.events().first() {
        listener(first);
    }
    let mut facts = None;
    for suite in &request.suites {
        let (host, server) = host_of(suite, started.server.as_ref(), recorder.run())?;
        started.hosts.push(host.clone());
        if facts.as_ref() != Some(&server) {
            let event = Event::ServerReady { server: server.clone() };
            listener(&event);
            recorder.event(event)?;
            facts = Some(server.clone());
        }
        SuiteRun { suite, host, server, recorder: &mut recorder, listener }.go().await?;
    }
    if let Some(log) = failed_server_log(&recorder, started.server.as_ref()) {
        let log = recorder.output_bytes(log.as_bytes())?;
        recorder.event(Event::ServerLog { log })?;
    }
    let (folder, result, result_digest) = recorder.finish(&plan)?;
    listener(&Event::RunFinished { verdict: result.verdict, result: result_digest.clone() });
    Ok(Outcome { folder, result, result_digest, server: facts, kept: None })
}

/// Where a suite's databases are made.
pub(crate) fn host_of(suite: &Suite, server: Option<&Server>, run: &str) -> Result<(Host, ServerFacts), RunError> {
    if suite.need.kind == "sqlite" {
        return Ok((Host::Sqlite(Arc::new(SqliteHost::new()?)), sqlite_facts()));
    }
    let server = server.ok_or_else(|| crate::session::DbError::harness("no server was started"))?;
    let word: String = run.chars().filter(char::is_ascii_alphanumeric).collect();
    let prefix = format!("phasegate_{}_{}", word.to_lowercase(), suite.name.replace('-', "_"));
    // PostgreSQL cuts names off at 63 bytes, and the ordinal must survive.
    let prefix = prefix.chars().take(54).collect::<String>();
    let host = PostgresHost::new(server, suite.need.timescaledb, &prefix);
    let facts = server_facts(server, suite.need.timescaledb);
    Ok((Host::Postgres(Arc::new(host)), facts))
}

/// The facts of the SQLite that is built in.
pub(super) fn sqlite_facts() -> ServerFacts {
    ServerFacts {
        kind: "sqlite".to_owned(),
        sqlite: Some(sqlite::library_version().to_owned()),
        ..ServerFacts::default()
    }
}

/// The facts of a PostgreSQL server as the evidence lists them.
pub(super) fn server_facts(server: &Server, timescaledb: bool) -> ServerFacts {
    let facts = server.description();
    let mut origin = facts.packages.clone();
    origin.extend(facts.image.clone().map(|image| ("image".to_owned(), image)));
    origin.extend(facts.image_digest.clone().map(|digest| ("image-digest".to_owned(), digest)));
    ServerFacts {
        kind: facts.kind.to_string(),
        postgres: Some(facts.postgres.clone()),
        timescaledb: facts.timescaledb.clone().filter(|_| timescaledb),
        edition: facts.edition.clone().filter(|_| timescaledb),
        sqlite: None,
        origin,
        settings: facts.settings.clone(),
    }
}

/// The end of the server's log, when something failed.
fn failed_server_log(recorder: &Recorder, server: Option<&Server>) -> Option<String> {
    let failed = |event: &Event| match event {
        Event::SuiteFinished { verdict, .. } => !verdict.opens_the_gate(),
        _ => false,
    };
    if !recorder.events().iter().any(failed) {
        return None;
    }
    let log = server?.description().log.as_ref()?;
    let bytes = std::fs::read(log).ok()?;
    let text = String::from_utf8_lossy(&bytes);
    let lines: Vec<&str> = text.lines().collect();
    Some(lines[lines.len().saturating_sub(200)..].join("\n"))
}

async fn keep(server: Option<Server>, hosts: Vec<Host>) -> Result<Option<String>, RunError> {
    let mut kept = Vec::new();
    for host in hosts {
        if let Host::Sqlite(host) = host {
            kept.push(format!("the files are left in {}", host.keep().display()));
        }
    }
    if let Some(server) = server {
        kept.push(server.keep().await?.to_string());
    }
    Ok((!kept.is_empty()).then(|| kept.join("\n")))
}

async fn clean(server: Option<Server>, hosts: Vec<Host>) -> Result<(), RunError> {
    if let Some(server) = server {
        // A server of our own goes with everything in it.
        if server.description().kind == phasegate_server::Kind::External {
            for host in &hosts {
                host.drop_all().await?;
            }
        }
        server.stop().await?;
    }
    Ok(())
}
