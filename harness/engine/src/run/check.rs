//! The gates alone, on a database that exists.

use std::{
    fs,
    path::{Path, PathBuf},
    sync::Arc,
    time::Instant,
};

use phasegate_evidence::{Digest, Event, Plan, ServerFacts, Verdict};

use super::{
    Listener, Outcome, RunError,
    whole::{server_facts, sqlite_facts},
};
use crate::{
    database::{Database, Host, PostgresHost, SqliteHost},
    gate::{Context, Facts, Observation, judge_check, rejudge},
    plan::plan,
    record::{RecordError, Recorder},
    server::{self, Server},
    session::{DbError, Session},
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
pub async fn check(
    request: CheckRequest,
    listener: &mut Listener<'_>,
) -> Result<Outcome, RunError> {
    let mut suite = request.suite;
    if let Some(through) = &request.through {
        let Some((last, _)) = suite.phase(through) else {
            let ids: Vec<&str> = suite.phases.iter().map(|phase| phase.id.as_str()).collect();
            let why = format!(
                "suite {} has no phase {through}; it has {}",
                suite.name,
                ids.join(", ")
            );
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
    emit(
        &mut recorder,
        Event::ServerReady {
            server: target.facts.clone(),
        },
    )?;
    emit(
        &mut recorder,
        Event::SuiteStarted {
            suite: suite.name.clone(),
        },
    )?;
    let mut verdicts = Vec::new();
    for phase in &suite.phases {
        let judged = judge_phase(&target, phase, request.read_only).await?;
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
        emit(
            &mut recorder,
            Event::PhaseJudged {
                suite,
                phase,
                verdict,
            },
        )?;
    }
    let verdict = Verdict::of_parts(verdicts);
    emit(
        &mut recorder,
        Event::SuiteFinished {
            suite: suite.name.clone(),
            verdict,
        },
    )?;
    finish(recorder, &plan, target.facts)
}

fn finish(recorder: Recorder, plan: &Plan, facts: ServerFacts) -> Result<Outcome, RunError> {
    let (folder, result, result_digest) = recorder.finish(plan)?;
    Ok(Outcome {
        folder,
        result,
        result_digest,
        server: Some(facts),
        kept: None,
    })
}

/// The database that is judged.
struct Target {
    host: Host,
    database: Database,
    facts: ServerFacts,
    /// Keeps the connection pool of an external server alive.
    _server: Option<Server>,
}

impl Target {
    async fn open(suite: &Suite, url: &str) -> Result<Self, RunError> {
        let sqlite = url.strip_prefix("sqlite:");
        match (suite.need.kind.as_str(), sqlite) {
            ("sqlite", Some(path)) => {
                let path = Path::new(path.strip_prefix("//").unwrap_or(path));
                let (host, database) = copy_of(path)?;
                let facts = sqlite_facts();
                Ok(Self {
                    host: Host::Sqlite(Arc::new(host)),
                    database,
                    facts,
                    _server: None,
                })
            }
            ("postgres", None) => Self::open_postgres(suite, url).await,
            (kind, _) => Err(RunError::Usage(format!(
                "suite {} is for {kind}: name its database as {}",
                suite.name,
                if kind == "sqlite" {
                    "sqlite:PATH"
                } else {
                    "postgresql://user:password@host:port/database"
                }
            ))),
        }
    }

    async fn open_postgres(suite: &Suite, url: &str) -> Result<Self, RunError> {
        let request = server::Request {
            choice: server::Choice::External,
            database_url: Some(url.to_owned()),
            needs_timescaledb: suite.need.timescaledb,
            postgres_min: suite.need.postgres_min,
            ..server::Request::default()
        };
        let server = server::start(&request, &mut |_| {}).await?;
        let facts = server_facts(&server, suite.need.timescaledb);
        let database = Database(server.maintenance().to_owned());
        let host = Host::Postgres(Arc::new(PostgresHost::new(
            &server,
            false,
            "phasegate_check",
        )));
        Ok(Self {
            host,
            database,
            facts,
            _server: Some(server),
        })
    }

    async fn connect(&self, read_only: bool) -> Result<Session, DbError> {
        let mut session = self.host.connect(&self.database).await?;
        if read_only && session.is_postgres() {
            session
                .run("SET default_transaction_read_only = on")
                .await?;
        }
        Ok(session)
    }
}

/// A copy of a SQLite file with its side files. Opening the file itself, even for reading, would touch these.
fn copy_of(path: &Path) -> Result<(SqliteHost, Database), RunError> {
    if !path.is_file() {
        return Err(RunError::Usage(format!(
            "there is no file {}",
            path.display()
        )));
    }
    let host = SqliteHost::new()?;
    let copy = host.folder().join("copy.db");
    let with = |path: &Path, side: &str| {
        let mut name = path.as_os_str().to_owned();
        name.push(side);
        PathBuf::from(name)
    };
    let failed = |error: std::io::Error| {
        DbError::harness(format!("failed to copy {}: {error}", path.display()))
    };
    let sides = ["", "-wal", "-journal"];
    let digests = || -> std::io::Result<Vec<Option<Digest>>> {
        let digest = |side: &&str| match fs::read(with(path, side)) {
            Ok(bytes) => Ok(Some(Digest::of(&bytes))),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error),
        };
        sides.iter().map(digest).collect()
    };
    let before = digests().map_err(failed)?;
    for side in sides {
        if with(path, side).is_file() {
            fs::copy(with(path, side), with(&copy, side)).map_err(failed)?;
        }
    }
    if digests().map_err(failed)? != before {
        let why = format!(
            "{} is being written to: stop its program, then judge it",
            path.display()
        );
        return Err(RunError::Usage(why));
    }
    Ok((host, Database(copy.to_string_lossy().into_owned())))
}

type Outcomes<'a> = Vec<(&'a Gate, &'a Check, Observation, crate::gate::Judged, u64)>;

async fn judge_phase<'a>(
    target: &Target,
    phase: &'a Phase,
    read_only: bool,
) -> Result<Outcomes<'a>, RunError> {
    let mut session = target.connect(read_only).await?;
    let may_write = !read_only || !session.is_postgres();
    let why_not = |check: &Check| -> Option<&'static str> {
        if check.expectation.needs_the_phase() {
            Some("compares the state with that before the phase, which only a run knows")
        } else if !(may_write || check.expectation.only_reads() && check.given.is_none()) {
            Some("writes in a transaction that is rolled back, and the database is to be read only")
        } else {
            None
        }
    };
    let checks: Vec<(&Gate, &Check)> = phase
        .gates
        .iter()
        .flat_map(|gate| gate.checks.iter().map(move |check| (gate, check)))
        .collect();
    let judged = checks.iter().filter(|(_, check)| why_not(check).is_none());
    let facts = Facts::read(&mut session, judged.map(|(_, check)| &check.expectation)).await?;
    let context = Context {
        before: None,
        facts: Some(&facts),
        legacy: None,
        server: Some(&target.facts),
    };
    let mut outcomes = Vec::with_capacity(checks.len());
    for (gate, check) in checks {
        let start = Instant::now();
        let (seen, judged) = match why_not(check) {
            Some(why) => {
                let seen = Observation::NotApplicable {
                    missing: why.to_owned(),
                };
                let judged = rejudge(&check.expectation, &seen);
                (seen, judged)
            }
            None => judge_check(&mut session, check, context).await?,
        };
        let took = u64::try_from(start.elapsed().as_micros()).unwrap_or(u64::MAX);
        outcomes.push((gate, check, seen, judged, took));
        if check.marks_its_session() {
            session.close().await?;
            session = target.connect(read_only).await?;
        }
    }
    session.close().await?;
    Ok(outcomes)
}
