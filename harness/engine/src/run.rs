//! A whole run: server, suites, record.

use std::path::PathBuf;

use phasegate_evidence::{Digest, Event, Plan, Precedent, RunResult, Verdict, judge::Judging};
use phasegate_server::{Choice, Server};
use tokio::sync::watch;

use crate::{
    Limits, RunError,
    drive::{AfterFailure, Drive, Ended, Findings},
    events::{Events, Listener},
    keep::KeptDatabase,
    migration::Migration,
    plan::plan,
    record::{Clock, Recorder},
    resume::{Resume, Resumed},
    scenario::play_scenarios,
    secrets::Secrets,
    states::States,
    suite::Suite,
};

/// How many lines of a server's log are kept.
const LOG_LINES_MAX: usize = 200;

/// What is to be run.
#[derive(Debug)]
pub struct Request {
    /// The suites in order.
    pub suites: Vec<Suite>,
    /// The server for the suites that need one. What the suites need is added to it.
    pub server: phasegate_server::Request,
    /// The folder of the run folders.
    pub runs: PathBuf,
    /// How long things may take.
    pub limits: Limits,
    /// The signed run that lets this one begin, where one was required.
    pub after: Option<Precedent>,
    /// The run to go on from, if it is not to begin with the baseline.
    pub resume: Option<Resume>,
}

/// A run that came to its end.
#[derive(Debug)]
pub struct Finished {
    /// The run folder.
    pub folder: PathBuf,
    /// The result.
    pub result: RunResult,
    /// Its digest.
    pub result_digest: Digest,
    /// Where the databases of a failed run lie, and which to open for what.
    pub kept: Option<String>,
}

/// Runs suites. Every event goes to the run folder, then to the listener.
///
/// # Errors
/// When there is no server, the evidence cannot be written, or the run is cancelled. A gate that fails is no error.
pub async fn run(
    request: Request,
    listener: &mut Listener<'_>,
    notice: &mut (dyn FnMut(&str) + Send),
    cancel: watch::Receiver<bool>,
) -> Result<Finished, RunError> {
    whole_run(request, Judging::Run, listener, notice, cancel).await
}

/// What must be cleaned up or kept, however the run ends.
#[derive(Default)]
struct Started {
    server: Option<Server>,
    suites: Vec<(States, Vec<KeptDatabase>)>,
}

/// Starts what is needed, runs, and cleans up or keeps.
pub(crate) async fn whole_run(
    request: Request,
    judging: Judging,
    listener: &mut Listener<'_>,
    notice: &mut (dyn FnMut(&str) + Send),
    mut cancel: watch::Receiver<bool>,
) -> Result<Finished, RunError> {
    let mut started = Started::default();
    let finished = tokio::select! {
        biased;
        () = cancelled(&mut cancel) => Err(RunError::Interrupted),
        finished = Box::pin(go(request, judging, listener, &mut *notice, &mut started)) => finished,
    };
    let keeps = match &finished {
        Ok(finished) => !finished.result.verdict.opens_the_gate(),
        Err(_) => false,
    };
    let kept = match keeps {
        true => keep(started).await,
        // Whatever the run came to stands, and so does why it came to nothing.
        false => clean(started).await.err().map(|error| format!("not cleaned up: {error}")),
    };
    match finished {
        Ok(finished) => Ok(Finished { kept, ..finished }),
        Err(error) => {
            kept.iter().for_each(|line| notice(line));
            Err(error)
        }
    }
}

async fn cancelled(cancel: &mut watch::Receiver<bool>) {
    if cancel.wait_for(|cancelled| *cancelled).await.is_err() {
        // Nobody is left who could cancel.
        std::future::pending::<()>().await;
    }
}

async fn go(
    request: Request,
    judging: Judging,
    listener: &mut Listener<'_>,
    notice: &mut (dyn FnMut(&str) + Send),
    started: &mut Started,
) -> Result<Finished, RunError> {
    let plan = plan(&request.suites, judging);
    let given = request.server.database_url.clone();
    if let Some(resume) = &request.resume {
        resume.fits(&request.suites, Clock::start().began_unix_ms)?;
    }
    let needing = || request.suites.iter().filter(|suite| suite.kind.capabilities().server);
    if needing().next().is_some() {
        let mut wanted = request.server;
        if let Some(resume) = &request.resume {
            wanted.choice = Choice::External;
            wanted.database_url = Some(resume.server_url()?);
        }
        wanted.makes_databases = true;
        wanted.needs_timescaledb |= needing().any(|suite| suite.need.timescaledb);
        wanted.postgres_min = wanted.postgres_min.max(needing().filter_map(|suite| suite.need.postgres_min).max());
        started.server = Some(phasegate_server::start(&wanted, &mut |line| notice(line)).await?);
    }
    let own = started.server.as_ref().map(|server| server.url(server.maintenance()));
    let secrets = Secrets::of_suites(given.iter().chain(&own).map(String::as_str), &request.suites);
    let clock = Clock::start();
    let name = clock.run();
    let mut resumed = None;
    if let Some((resume, suite)) = request.resume.as_ref().zip(request.suites.first()) {
        let states = States::of_run(suite, started.server.as_ref(), &name, request.limits)?;
        // Noted before it makes anything, as below.
        started.suites.push((states, Vec::new()));
        if let Some((states, _)) = started.suites.last() {
            resumed = Some(resume.take_up(states).await?);
        }
    }
    let mut recorder = Recorder::start_at(clock, &request.runs, &plan, request.after, secrets)?;
    if let Some(first) = recorder.events().first() {
        listener(first);
    }
    let mut server = None;
    for suite in &request.suites {
        if resumed.is_none() {
            let states = match judging {
                Judging::Prove => States::kept(suite, started.server.as_ref(), &name, request.limits)?,
                _ => States::of_run(suite, started.server.as_ref(), &name, request.limits)?,
            };
            // Noted before they make anything: whoever is interrupted meanwhile has them to clean up.
            started.suites.push((states, Vec::new()));
        }
        let Some((states, kept)) = started.suites.last_mut() else { continue };
        let mut events = Events::recorded(&mut recorder, &mut *listener);
        if server.as_ref() != Some(states.server()) {
            events.emit(Event::ServerReady { server: states.server().clone() })?;
            server = Some(states.server().clone());
        }
        events.emit(Event::SuiteStarted { suite: suite.name.clone() })?;
        *kept = walk(states, judging, resumed.take(), &mut events).await?.kept;
        let verdict = verdict_of(&plan, &recorder, &suite.name);
        let mut events = Events::recorded(&mut recorder, &mut *listener);
        events.emit(Event::SuiteFinished { suite: suite.name.clone(), verdict })?;
    }
    let result = RunResult::derive(&plan, recorder.events());
    if !result.verdict.opens_the_gate()
        && let Some(log) = started.server.as_ref().and_then(end_of_log)
    {
        let log = recorder.output_bytes(log.as_bytes())?;
        Events::recorded(&mut recorder, &mut *listener).emit(Event::ServerLog { log })?;
    }
    let (folder, result, result_digest) = recorder.finish(&plan)?;
    listener(&Event::RunFinished { verdict: result.verdict, result: result_digest.clone() });
    Ok(Finished { folder, result, result_digest, kept: None })
}

async fn walk(
    states: &States,
    judging: Judging,
    resumed: Option<Resumed>,
    events: &mut Events<'_>,
) -> Result<Ended, RunError> {
    let migration = Migration::of(states.suite());
    let drive = Drive {
        states,
        migration: &migration,
        existing: None,
        resumed,
        phases: states.suite().phases.iter().map(|phase| (phase, phase.gates.as_slice())).collect(),
        judging,
        after_failure: AfterFailure::Stop,
        findings: Findings::Shown,
        events: &mut *events,
    };
    let walked = drive.go().await?;
    if judging == Judging::Prove {
        play_scenarios(states, &walked, events).await?;
    }
    Ok(walked)
}

/// What a suite comes to by the events so far.
pub(crate) fn verdict_of(plan: &Plan, recorder: &Recorder, suite: &str) -> Verdict {
    let result = RunResult::derive(plan, recorder.events());
    result.suites.iter().find(|result| result.suite == suite).map_or(Verdict::Error, |result| result.verdict)
}

/// The end of the server's log.
fn end_of_log(server: &Server) -> Option<String> {
    let bytes = std::fs::read(server.description().log.as_ref()?).ok()?;
    let text = String::from_utf8_lossy(&bytes);
    let lines: Vec<&str> = text.lines().collect();
    Some(lines[lines.len().saturating_sub(LOG_LINES_MAX)..].join("\n"))
}

/// Names the databases that show why the run failed, drops the others, and leaves the server where it is.
async fn keep(started: Started) -> Option<String> {
    let mut lines = Vec::new();
    for (states, kept) in started.suites {
        let mut spared = Vec::new();
        for kept in kept {
            let (database, line) = kept.name(states.host()).await;
            spared.push(database);
            lines.push(line);
        }
        if let Err(error) = states.keep(&spared).await {
            lines.push(format!("not cleaned up: {error}"));
        }
    }
    if let Some(server) = started.server {
        lines.push(match server.keep().await {
            Ok(kept) => kept.to_string(),
            Err(error) => format!("the server could not be stopped in order: {error}"),
        });
    }
    (!lines.is_empty()).then(|| lines.join("\n"))
}

async fn clean(started: Started) -> Result<(), RunError> {
    if let Some(server) = started.server {
        // A server of our own goes with everything in it.
        if server.description().kind == phasegate_server::Kind::External {
            for (states, _) in &started.suites {
                states.host().drop_all().await?;
            }
        }
        server.stop().await?;
    }
    Ok(())
}
