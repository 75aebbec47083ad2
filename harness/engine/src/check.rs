//! The gates alone, on a database that exists.

use std::path::PathBuf;

use phasegate_evidence::{Event, judge::Judging};

use crate::{
    Limits, RunError,
    drive::{AfterFailure, Drive, Findings},
    events::{Events, Listener},
    migration::Migration,
    plan::plan,
    record::{Beginning, Recorder},
    roots::roots,
    run::{Finished, verdict_of},
    secrets::Secrets,
    suite::Suite,
    target::Target,
};

/// What is to be judged.
#[derive(Debug)]
pub struct CheckRequest {
    /// The suite.
    pub suite: Suite,
    /// The database, by its URL.
    pub database_url: String,
    /// The last phase whose gates are judged; all of them when it is `None`.
    pub through: Option<String>,
    /// Whether only checks that read are run. A database that is judged on a copy is never written to.
    pub read_only: bool,
    /// The folder of the run folders.
    pub runs: PathBuf,
    /// How long things may take.
    pub limits: Limits,
}

/// Judges the gates of a suite on a database that exists. What a check writes is rolled back.
///
/// # Errors
/// When the database cannot be reached or the evidence cannot be written. A gate that fails is no error.
pub async fn check(request: CheckRequest, listener: &mut Listener<'_>) -> Result<Finished, RunError> {
    let mut suite = request.suite;
    if let Some(through) = &request.through {
        let Some((last, _)) = suite.phase(through) else {
            let ids: Vec<&str> = suite.phases.iter().map(|phase| phase.id.as_str()).collect();
            let why = format!("suite {} has no phase {through}; it has {}", suite.name, ids.join(", "));
            return Err(RunError::Usage(why));
        };
        suite.phases.truncate(last + 1);
    }
    suite.findings.clear();
    let only_reads = request.read_only && !suite.kind.capabilities().judged_on_a_copy;
    let judging = if only_reads { Judging::CheckReadOnly } else { Judging::Check };
    let target = Target::open(&suite, &request.database_url, request.limits).await?;
    let plan = plan(std::slice::from_ref(&suite), judging);
    let mut recorder = Recorder::start(
        &request.runs,
        &plan,
        Beginning { after: None, roots: roots(std::slice::from_ref(&suite)) },
        Secrets::of_suites([request.database_url.as_str()], std::slice::from_ref(&suite)),
    )?;
    if let Some(first) = recorder.events().first() {
        listener(first);
    }
    let mut events = Events::recorded(&mut recorder, &mut *listener);
    events.emit(Event::ServerReady { server: target.states.server().clone() })?;
    events.emit(Event::SuiteStarted { suite: suite.name.clone() })?;
    let migration = Migration::of(&suite);
    let drive = Drive {
        states: &target.states,
        migration: &migration,
        existing: Some(target.state.clone()),
        resumed: None,
        phases: suite.phases.iter().map(|phase| (phase, phase.gates.as_slice())).collect(),
        judging,
        after_failure: AfterFailure::GoOn,
        findings: Findings::Left,
        events: &mut events,
    };
    drive.go().await?;
    let verdict = verdict_of(&plan, &recorder, &suite.name);
    let mut events = Events::recorded(&mut recorder, &mut *listener);
    events.emit(Event::SuiteFinished { suite: suite.name.clone(), verdict })?;
    let (folder, result, result_digest) = recorder.finish(&plan)?;
    listener(&Event::RunFinished { verdict: result.verdict, result: result_digest.clone() });
    Ok(Finished { folder, result, result_digest, kept: None })
}
