//! A server in the state after the last phase, and a clock: one command a line in, one JSON object a line out.

use std::{collections::BTreeMap, io::Write, sync::Arc, time::Instant};

use phasegate_database::Database;
use phasegate_engine::{Limits, Migration, State, States, suite::Phase};
use phasegate_server::{Request, Server, embedded, provision};
use serde_json::{Value, json};

use crate::{
    failure::Failure,
    judge::{all_gates, load, milliseconds, parts, timed},
};

/// What is held between two commands.
struct Held {
    states: States,
    phase: Phase,
    checkpoint: Arc<State>,
    /// Other suites that were read for this server, by folder and name.
    others: BTreeMap<(String, String), Phase>,
}

/// Starts the embedded server, brings a database to the state after the last phase, and obeys until its input ends.
pub(crate) async fn serve(suites: &str, suite: &str, phases: &str) -> Result<(), Failure> {
    let phases: usize = phases.parse()?;
    let start = Instant::now();
    let suite = load(suites, suite)?;
    let load_ms = milliseconds(start);
    let request = Request { needs_timescaledb: suite.need.timescaledb, ..embedded() };
    let start = Instant::now();
    let server = phasegate_server::start(&request, &mut |line| eprintln!("{line}")).await?;
    let start_ms = milliseconds(start);
    let parts = json!({"suite_read_ms": load_ms, "server_start_ms": start_ms});
    let outcome = obey(&server, suite, phases, parts).await;
    let start = Instant::now();
    server.stop().await?;
    say(&json!({"server_stop_ms": milliseconds(start)}))?;
    outcome
}

async fn obey(
    server: &Server,
    suite: phasegate_engine::suite::Suite,
    phases: usize,
    mut parts: Value,
) -> Result<(), Failure> {
    let phase = all_gates(&suite)?;
    let states = States::kept(&suite, Some(server), "bench", Limits::default())?;
    let migration = Migration::of(states.suite());
    let start = Instant::now();
    states.after(&migration, 0).await?;
    parts["baseline_ms"] = json!(milliseconds(start));
    let start = Instant::now();
    let checkpoint = states.after(&migration, phases).await?;
    parts["phases_ms"] = json!(milliseconds(start));
    let mut ready = ready(server).await?;
    ready["parts"] = parts;
    say(&ready)?;
    let mut held = Held { states, phase, checkpoint, others: BTreeMap::new() };
    // Nothing else is to run while the next command is waited for.
    for line in std::io::stdin().lines() {
        let line = line?;
        let words: Vec<&str> = line.split_whitespace().collect();
        say(&held.answer(&words).await?)?;
    }
    Ok(())
}

/// Where the server is and what its programs are, for the other side.
async fn ready(server: &Server) -> Result<Value, Failure> {
    let described = server.description();
    let log = described.log.as_deref();
    let folder = log.and_then(|log| log.parent()).ok_or_else(|| Failure::new("the server has no folder"))?;
    let installation = provision(&embedded(), &mut |_| {}).await?;
    Ok(json!({
        "url": server.url(server.maintenance()),
        "folder": folder,
        "bin": installation.bin,
        "postgres": described.postgres,
        "timescaledb": described.timescaledb,
        "template": described.template,
    }))
}

impl Held {
    async fn answer(&mut self, words: &[&str]) -> Result<Value, Failure> {
        let host = self.states.host();
        match *words {
            ["database"] => {
                let clone = host.clone_of(&self.checkpoint.database).await?;
                Ok(json!({ "database": clone.0 }))
            }
            ["drop", name] => {
                host.drop_database(&Database(name.to_owned())).await?;
                Ok(json!({}))
            }
            ["clone"] => {
                let start = Instant::now();
                let clone = host.clone_of(&self.checkpoint.database).await?;
                let took = milliseconds(start);
                host.drop_database(&clone).await?;
                Ok(json!({ "ms": took }))
            }
            ["pool", number] => self.pool(number.parse()?).await,
            ["parts", name] => parts(&self.states, &Database(name.to_owned()), &self.phase).await,
            ["judge", name] => {
                let on = Database(name.to_owned());
                timed(&self.states, &on, &self.phase).await
            }
            ["judge", name, suites, suite] => {
                let key = (suites.to_owned(), suite.to_owned());
                if !self.others.contains_key(&key) {
                    let phase = all_gates(&load(suites, suite)?)?;
                    self.others.insert(key.clone(), phase);
                }
                let phase = &self.others[&key];
                let on = Database(name.to_owned());
                timed(&self.states, &on, phase).await
            }
            _ => Err(Failure::new(format!("unknown command {words:?}"))),
        }
    }

    /// How long each clone of a pool is waited for, while the checks of the suite are judged on the one before.
    async fn pool(&self, number: usize) -> Result<Value, Failure> {
        let host = self.states.host();
        let mut clones = host.clones(&self.checkpoint.database, number);
        let mut waits = Vec::new();
        let mut taken = Vec::new();
        for _ in 0..number {
            let start = Instant::now();
            let clone = clones.take().await?;
            waits.push(milliseconds(start));
            timed(&self.states, &clone, &self.phase).await?;
            taken.push(clone);
        }
        for clone in taken {
            host.drop_database(&clone).await?;
        }
        Ok(json!({ "waits_ms": waits }))
    }
}

fn say(answer: &Value) -> Result<(), Failure> {
    let mut out = std::io::stdout();
    writeln!(out, "{answer}")?;
    Ok(out.flush()?)
}
