//! A whole run: server, suites, record.

use std::{
    fs::File,
    io::{self, Read, Seek, SeekFrom},
    path::{Path, PathBuf},
};

use phasegate_evidence::{Digest, Event, Plan, Precedent, RunResult, Verdict, judge::Judging};
use phasegate_server::{Choice, Server};
use tokio::sync::watch;

use crate::{
    Limits, RunError,
    drive::{AfterFailure, Drive, Ended, Findings},
    events::{Events, Listener},
    keep::{KeptDatabase, Named},
    migration::Migration,
    plan::plan,
    record::{Beginning, Clock, Recorder},
    resume::{Resume, Resumed},
    roots::roots,
    scenario::play_scenarios,
    secrets::Secrets,
    states::States,
    suite::Suite,
};

/// How many lines of a server's log are kept.
const LOG_LINES_MAX: usize = 200;
/// How many bytes of it are kept.
const LOG_BYTES_MAX: u64 = 1 << 20;

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
    /// Whether phases are observed, too, after one whose gates did not open. Such a run has failed all the same.
    pub keep_going: bool,
    /// When the databases are left where they are.
    pub keep: KeepWhen,
    /// The signed run that lets this one begin, where one was required.
    pub after: Option<Precedent>,
    /// The run to go on from, if it is not to begin with the baseline.
    pub resume: Option<Resume>,
}

impl Request {
    /// These suites from their baselines on, with the usual limits.
    #[must_use]
    pub fn new(suites: Vec<Suite>, server: phasegate_server::Request, runs: PathBuf) -> Self {
        let (limits, keep) = (Limits::default(), KeepWhen::default());
        Self { suites, server, runs, limits, keep_going: false, keep, after: None, resume: None }
    }
}

/// When a run leaves its databases where they are; one that is interrupted never does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum KeepWhen {
    /// Whatever comes of it, it cleans up after itself.
    Never,
    /// Those that show why it failed.
    #[default]
    Failed,
    /// Those, and of a suite that passed the state after its last phase.
    Always,
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
    /// Where the databases lie that it kept, and which to open for what.
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
    let keep_when = request.keep;
    let finished = tokio::select! {
        biased;
        () = cancelled(&mut cancel) => Err(RunError::Interrupted),
        finished = Box::pin(go(request, judging, listener, &mut *notice, &mut started)) => finished,
    };
    let kept = match &finished {
        Ok(finished) if keeps(keep_when, finished.result.verdict) => keep(started, &finished.folder).await,
        // Whatever the run came to stands, and so does why it came to nothing.
        _ => clean(started).await.err().map(|error| format!("not cleaned up: {error}")),
    };
    match finished {
        Ok(finished) => Ok(Finished { kept, ..finished }),
        Err(error) => {
            kept.iter().for_each(|line| notice(line));
            Err(error)
        }
    }
}

/// What is asked for, and what those of the suites that need a server ask of it beside that.
pub(crate) fn wanted<'a>(
    suites: impl IntoIterator<Item = &'a Suite>,
    asked: phasegate_server::Request,
) -> phasegate_server::Request {
    let mut wanted = phasegate_server::Request { makes_databases: true, ..asked };
    for suite in suites.into_iter().filter(|suite| suite.kind.capabilities().server) {
        wanted.needs_timescaledb |= suite.need.timescaledb;
        wanted.postgres_min = wanted.postgres_min.max(suite.need.postgres_min);
        wanted.postgres_max = wanted.postgres_max.into_iter().chain(suite.need.postgres_max).min();
    }
    wanted
}

fn keeps(when: KeepWhen, verdict: Verdict) -> bool {
    match when {
        KeepWhen::Never => false,
        KeepWhen::Failed => !verdict.opens_the_gate(),
        KeepWhen::Always => true,
    }
}

pub(crate) async fn cancelled(cancel: &mut watch::Receiver<bool>) {
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
    let keep_going = request.keep_going && judging == Judging::Run;
    let plan = Plan { keep_going, ..plan(&request.suites, judging) };
    let given = request.server.database_url.clone();
    if let Some(resume) = &request.resume {
        resume.fits(&request.suites, Clock::start().began_unix_ms)?;
    }
    if request.suites.iter().any(|suite| suite.kind.capabilities().server) {
        let mut wanted = wanted(&request.suites, request.server);
        if let Some(resume) = &request.resume {
            wanted.choice = Choice::External;
            wanted.database_url = Some(resume.server_url()?);
        }
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
    let beginning = Beginning { after: request.after, roots: roots(&request.suites) };
    let mut recorder = Recorder::start_at(clock, &request.runs, &plan, beginning, secrets)?;
    if let Some(first) = recorder.events().first() {
        listener(first);
    }
    let mut server = None;
    for suite in &request.suites {
        if resumed.is_none() {
            // What shows why a phase failed is not to become the state after the next one.
            let states = match judging == Judging::Prove || keep_going {
                true => States::kept(suite, started.server.as_ref(), &name, request.limits)?,
                false => States::of_run(suite, started.server.as_ref(), &name, request.limits)?,
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
        let walked = walk(states, &plan, resumed.take(), &mut events).await?;
        *kept = walked.kept;
        if request.keep == KeepWhen::Always
            && kept.is_empty()
            && let Some((phase, state)) = states.suite().phases.last().zip(walked.passed.last())
        {
            kept.push(KeptDatabase::whole(phase, state.database.clone()));
        }
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
    plan: &Plan,
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
        judging: plan.judging,
        after_failure: if plan.keep_going { AfterFailure::GoOn } else { AfterFailure::Stop },
        findings: Findings::Shown,
        events: &mut *events,
    };
    let walked = drive.go().await?;
    if plan.judging == Judging::Prove {
        play_scenarios(states, &walked, events).await?;
    }
    Ok(walked)
}

/// What a suite comes to by the events so far.
pub(crate) fn verdict_of(plan: &Plan, recorder: &Recorder, suite: &str) -> Verdict {
    let result = RunResult::derive(plan, recorder.events());
    result.suites.iter().find(|result| result.suite == suite).map_or(Verdict::Error, |result| result.verdict)
}

/// The end of the server's log, whose lines may be as long as a statement.
fn end_of_log(server: &Server) -> Option<String> {
    end_of(File::open(server.description().log.as_ref()?).ok()?).ok()
}

fn end_of(mut log: impl Read + Seek) -> io::Result<String> {
    let length = log.seek(SeekFrom::End(0))?;
    log.seek(SeekFrom::Start(length.saturating_sub(LOG_BYTES_MAX)))?;
    let mut bytes = Vec::new();
    log.take(LOG_BYTES_MAX).read_to_end(&mut bytes)?;
    let text = String::from_utf8_lossy(&bytes);
    let lines: Vec<&str> = text.lines().collect();
    Ok(lines[lines.len().saturating_sub(LOG_LINES_MAX)..].join("\n"))
}

/// Names the databases that are to be looked at, drops the others, and leaves the server where it is, marked with the run's
/// name.
async fn keep(started: Started, folder: &Path) -> Option<String> {
    let run = folder.file_name().unwrap_or_default().to_string_lossy();
    let (mut named, mut lines) = (Vec::new(), Vec::new());
    for (states, kept) in started.suites {
        let on_server = states.suite().kind.capabilities().server;
        let mut spared = Vec::new();
        for kept in kept {
            let database = kept.name(states.host()).await;
            spared.push(database.database.clone());
            named.push((on_server, database));
        }
        if let Err(error) = states.keep(&spared, &run).await {
            lines.push(format!("not cleaned up: {error}"));
        }
    }
    let server = match started.server {
        Some(server) => match server.keep(&run).await {
            Ok(kept) => Some(kept),
            Err(error) => {
                lines.push(format!("the server could not be stopped in order: {error}"));
                None
            }
        },
        None => None,
    };
    let mut kept = Vec::new();
    for (on_server, Named { database, url, line }) in named {
        kept.push(line);
        match &server {
            Some(server) if on_server => kept.push(format!("open it with: {}", server.open(&database.0, &url))),
            None if !on_server => kept.push(format!("open it with: sqlite3 '{}'", database.0)),
            _ => {}
        }
    }
    kept.extend(lines);
    match server {
        Some(server) => kept.push(server.to_string()),
        None if !kept.is_empty() => kept.push(format!("remove it with: phasegate server clean --kept {run}")),
        None => {}
    }
    (!kept.is_empty()).then(|| kept.join("\n"))
}

/// Drops and stops all that there is, whatever becomes of each; gives the first error.
async fn clean(started: Started) -> Result<(), RunError> {
    let mut cleaned = Ok(());
    if let Some(server) = started.server {
        // A server of our own goes with everything in it.
        if server.description().kind == phasegate_server::Kind::External {
            for (states, _) in &started.suites {
                cleaned = cleaned.and(states.host().drop_all().await.map_err(RunError::from));
            }
        }
        cleaned = cleaned.and(server.stop().await.map_err(RunError::from));
    }
    cleaned
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use super::*;

    #[test]
    fn of_a_log_its_last_lines_are_kept_and_of_long_lines_their_end() {
        let lines: String = (1..=300).map(|line| format!("line {line}\n")).collect();
        let end = end_of(Cursor::new(lines)).expect("readable");
        assert_eq!(
            (end.lines().count(), end.lines().next(), end.lines().last()),
            (200, Some("line 101"), Some("line 300"))
        );
        let statement = format!("STATEMENT: INSERT {}\nlast", "é".repeat(2 << 20));
        let end = end_of(Cursor::new(statement)).expect("readable");
        assert!(end.len() <= (1 << 20) + 2 && end.ends_with("é\nlast"), "{}", end.len());
    }
}
