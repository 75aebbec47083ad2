//! The gates alone, on a database that exists.

use std::{path::PathBuf, time::Instant};

use phasegate_evidence::{Digest, Event, Plan, ServerFacts, Verdict};

use super::{Listener, Outcome, RunError, target::Target};
use crate::{
    gate::{Context, Facts, Judged, Observation, judge_check, rejudge},
    plan::plan,
    record::{RecordError, Recorder},
    session::Session,
    suite::{Check, Gate, Phase, Suite},
};

/// What is to be judged.
#[derive(Debug)]
pub struct CheckRequest {
    /// The suite.
    pub suite: Suite,
    /// The database: `postgresql://...` or `sqlite:PATH`.
    pub database_url: String,
    /// The last phase whose gates are judged; all of them when it is `None`.
    pub through: Option<String>,
    /// Whether only checks that read are run. A SQLite file is never written to: its checks run on a copy.
    pub read_only: bool,
    /// The folder of the run folders.
    pub runs: PathBuf,
    /// The name of the run; one that sorts by time when it is `None`.
    pub run: Option<String>,
}

/// Judges the gates of a suite on a database that exists. What a check writes is rolled back.
///
/// # Errors
/// When the database cannot be reached or the evidence cannot be written. A gate that fails is no error.
pub async fn check(request: CheckRequest, listener: &mut Listener<'_>) -> Result<Outcome, RunError> {
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
    let target = Target::open(&suite, &request.database_url).await?;
    let plan = plan(std::slice::from_ref(&suite)).map_err(RecordError::from)?;
    let mut recorder = Recorder::start(&request.runs, request.run, &plan)?;
    let mut emit = |recorder: &mut Recorder, event: Event| -> Result<(), RunError> {
        listener(&event);
        Ok(recorder.event(event)?)
    };
    emit(&mut recorder, Event::ServerReady { server: target.facts.clone() })?;
    emit(&mut recorder, Event::SuiteStarted { suite: suite.name.clone() })?;
    let mut judge = Judge::new(&target, &suite, request.read_only).await?;
    let mut verdicts = Vec::new();
    for phase in &suite.phases {
        let judged = judge.phase(phase).await?;
        let mut of_phase = Vec::new();
        for (gate, check, seen, judged, took) in judged {
            of_phase.push(judged.verdict);
            let observation: Digest = recorder.output(&seen)?;
            let event = Event::CheckJudged {
                suite: suite.name.clone(),
                phase: phase.id.clone(),
                gate: gate.id.clone(),
                check: check.id.clone(),
                verdict: judged.verdict,
                reason: judged.reason,
                examined: judged.examined,
                observation: Some(observation),
                duration_us: took,
            };
            emit(&mut recorder, event)?;
        }
        let verdict = Verdict::of_parts(of_phase);
        verdicts.push(verdict);
        let (suite, phase) = (suite.name.clone(), phase.id.clone());
        emit(&mut recorder, Event::PhaseJudged { suite, phase, verdict })?;
    }
    judge.session.close().await?;
    let verdict = Verdict::of_parts(verdicts);
    emit(&mut recorder, Event::SuiteFinished { suite: suite.name.clone(), verdict })?;
    finish(recorder, &plan, target.facts)
}

fn finish(recorder: Recorder, plan: &Plan, facts: ServerFacts) -> Result<Outcome, RunError> {
    let (folder, result, result_digest) = recorder.finish(plan)?;
    Ok(Outcome { folder, result, result_digest, server: Some(facts), kept: None })
}

/// Judges phase after phase of one database that nobody changes: what its catalog holds is read once.
struct Judge<'t> {
    target: &'t Target,
    read_only: bool,
    session: Session,
    facts: Facts,
}

type Outcomes<'a> = Vec<(&'a Gate, &'a Check, Observation, Judged, u64)>;

impl<'t> Judge<'t> {
    async fn new(target: &'t Target, suite: &Suite, read_only: bool) -> Result<Self, RunError> {
        let mut session = target.connect(read_only).await?;
        let may_write = !read_only || !session.is_postgres();
        let checks = suite.checks().map(|(_, _, check)| check);
        let judged = checks.filter(|check| why_not(check, may_write).is_none());
        let facts = Facts::read(&mut session, judged.map(|check| &check.expectation)).await?;
        Ok(Self { target, read_only, session, facts })
    }

    async fn phase<'a>(&mut self, phase: &'a Phase) -> Result<Outcomes<'a>, RunError> {
        let may_write = !self.read_only || !self.session.is_postgres();
        let mut outcomes = Vec::new();
        for gate in &phase.gates {
            for check in &gate.checks {
                let start = Instant::now();
                let (seen, judged) = match why_not(check, may_write) {
                    Some(why) => {
                        let seen = Observation::NotApplicable { missing: why.to_owned() };
                        let judged = rejudge(&check.expectation, &seen);
                        (seen, judged)
                    }
                    None => self.check(check).await?,
                };
                let took = u64::try_from(start.elapsed().as_micros()).unwrap_or(u64::MAX);
                outcomes.push((gate, check, seen, judged, took));
            }
        }
        Ok(outcomes)
    }

    async fn check(&mut self, check: &Check) -> Result<(Observation, Judged), RunError> {
        let context =
            Context { before: None, facts: Some(&self.facts), legacy: None, server: Some(&self.target.facts) };
        let judged = judge_check(&mut self.session, check, context).await?;
        if check.marks_its_session() {
            let fresh = self.target.connect(self.read_only).await?;
            std::mem::replace(&mut self.session, fresh).close().await?;
        }
        Ok(judged)
    }
}

/// Why a check cannot be judged on a database that exists.
fn why_not(check: &Check, may_write: bool) -> Option<&'static str> {
    if check.expectation.needs_the_phase() {
        Some("compares the state with that before the phase, which only a run knows")
    } else if check.transient {
        Some("holds right after its phase only, in the state that a run leaves")
    } else if !(may_write || check.expectation.only_reads() && check.given.is_none()) {
        Some("writes in a transaction that is rolled back, and the database is to be read only")
    } else {
        None
    }
}
