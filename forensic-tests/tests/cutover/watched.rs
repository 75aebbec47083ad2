//! Sessions that read and write before, during and after the cutover see the old tables or the new ones.

use std::{
    fmt,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
};

use libtest_mimic::{Failed, Trial};
use phasegate_database::{Database, Error, Session};
use phasegate_engine::{Migration, States, fuzz::Stage};
use tokio::{sync::watch, task::JoinHandle};

use super::{SUITE, Tables, stands, statements};
use crate::{properties_replay::ensure, properties_trial::Ground, world::World};

/// The ten tables, in the order in which the cutover locks them.
const TABLES: [&str; 10] = [
    "trade_signal",
    "regime_output",
    "model_prediction",
    "meta_learner_component",
    "order_request",
    "order_fill",
    "position_lot",
    "executed_trade",
    "cash_ledger",
    "risk_event",
];

/// What the lock refuses new rows of, among them.
const LOCKED: [&str; 3] = ["order_request", "order_fill", "cash_ledger"];

pub(super) fn trials(world: &World) -> Vec<Trial> {
    let ground = Ground { world, suite: SUITE, stage: Stage::after_all_phases };
    vec![
        ground
            .trial("whoever_reads_or_writes_during_the_cutover_meets_the_old_tables_or_the_new_ones", async |stage| {
                watched(&stage.states).await
            }),
        ground.trial("whoever_reads_during_a_cutover_without_its_transaction_is_seen_to_meet_neither", async |stage| {
            between(&stage.states).await
        }),
    ]
}

/// The cutover is made twice: the first is rolled back at its end, the second commits.
async fn watched(states: &States) -> Result<(), Failed> {
    let (phases, cutover) = statements(states.suite(), "S7")?;
    let mut copy = states.working_copy(&Migration::of(states.suite()), phases).await?;
    let mut watchers = Watchers::begin(states, &copy.database).await?;
    for commits in [false, true] {
        watchers.look_again().await;
        copy.session.begin().await?;
        let mut is_locked = false;
        for statement in &cutover {
            copy.session.execute(statement).await?;
            if statement.starts_with("LOCK TABLE") {
                is_locked = true;
                watchers.are_held_up(states, &copy.database).await?;
            }
        }
        ensure(is_locked, || "the cutover locks no table".to_owned())?;
        let tables = if commits { Tables::New } else { Tables::Old };
        if commits {
            copy.session.commit().await?
        } else {
            copy.session.rollback().await?
        }
        // The end of a transaction that is rolled back goes to the server with what follows it.
        stands(&mut copy.session, tables).await?;
        watchers.look_again().await;
    }
    for (who, met) in watchers.end().await? {
        let expected = if who.starts_with("reader") { vec![Met::Old, Met::New] } else { vec![Met::Locked] };
        ensure(met == expected, || format!("the {who} met {met:?}"))?;
    }
    Ok(states.clear(copy).await?)
}

/// Renames that commit one by one leave a name without a table: that is noticed, so the test above could have failed.
async fn between(states: &States) -> Result<(), Failed> {
    let (phases, cutover) = statements(states.suite(), "S7")?;
    let mut copy = states.working_copy(&Migration::of(states.suite()), phases).await?;
    let mut watchers = Watchers::begin(states, &copy.database).await?;
    for statement in cutover[..8].iter().filter(|statement| !statement.starts_with("LOCK TABLE")) {
        copy.session.run(statement).await?;
    }
    watchers.look_again().await;
    let met = watchers.end().await?;
    let gone =
        |(_, met): &&(String, Vec<Met>)| matches!(met.last(), Some(Met::Other(what)) if what.starts_with("42P01"));
    // Five tables have been renamed, of which orders are the last.
    let gone: Vec<&str> = met.iter().filter(gone).map(|(who, _)| who.as_str()).collect();
    let expected: Vec<String> = TABLES[..5].iter().map(|table| format!("reader of {table}")).collect();
    ensure(gone[..expected.len().min(gone.len())] == expected, || format!("not noticed: {met:?}"))?;
    Ok(states.clear(copy).await?)
}

/// What a session met.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Met {
    Old,
    New,
    /// The lock's own refusal.
    Locked,
    Other(String),
}

/// Sessions that look again and again, each at one table.
struct Watchers {
    is_over: Arc<AtomicBool>,
    each: Vec<Watcher>,
}

struct Watcher {
    who: String,
    /// How often it has looked.
    looks: watch::Receiver<u64>,
    task: JoinHandle<Result<Vec<Met>, Error>>,
}

impl Watchers {
    async fn begin(states: &States, database: &Database) -> Result<Self, Failed> {
        let is_over = Arc::new(AtomicBool::new(false));
        let mut each = Vec::new();
        for table in TABLES {
            let mut session = states.host().connect(database).await?;
            let old = shown(&mut session, table).await?;
            let new = shown(&mut session, &format!("{table}_v2")).await?;
            ensure(old != new, || format!("of {table} the old is as the new"))?;
            each.push(Watcher::begin(session, is_over.clone(), Work::Read { table, old, new }));
        }
        for table in LOCKED {
            let session = states.host().connect(database).await?;
            each.push(Watcher::begin(session, is_over.clone(), Work::Write { table }));
        }
        Ok(Self { is_over, each })
    }

    /// Waits until each has looked once more, from beginning to end; one that broke says why at the end.
    async fn look_again(&mut self) {
        for watcher in &mut self.each {
            let seen = *watcher.looks.borrow();
            let _ = watcher.looks.wait_for(|looks| *looks >= seen + 2).await;
        }
    }

    /// Waits until each waits for a lock.
    async fn are_held_up(&self, states: &States, database: &Database) -> Result<(), Failed> {
        let mut session = states.host().connect(database).await?;
        let waiting = "SELECT count(DISTINCT pid) FROM pg_locks WHERE NOT granted
            AND database = (SELECT oid FROM pg_database WHERE datname = current_database())";
        let all = self.each.len().to_string();
        while session.run(waiting).await?.table.single() != Some(all.as_str()) {
            ensure(self.each.iter().all(|watcher| !watcher.task.is_finished()), || "a session is over".to_owned())?;
            tokio::task::yield_now().await;
        }
        Ok(session.close().await?)
    }

    /// What each has met, in order, without what it met twice in turn.
    async fn end(self) -> Result<Vec<(String, Vec<Met>)>, Failed> {
        self.is_over.store(true, Ordering::Relaxed);
        let mut met = Vec::new();
        for watcher in self.each {
            met.push((watcher.who, watcher.task.await??));
        }
        Ok(met)
    }
}

impl Watcher {
    fn begin(mut session: Session, is_over: Arc<AtomicBool>, work: Work) -> Self {
        let who = work.to_string();
        let (sender, looks) = watch::channel(0);
        let task = tokio::spawn(async move {
            let mut all: Vec<Met> = Vec::new();
            while !is_over.load(Ordering::Relaxed) {
                let met = work.done(&mut session).await?;
                if all.last() != Some(&met) {
                    all.push(met);
                }
                sender.send_modify(|looks| *looks += 1);
            }
            session.close().await?;
            Ok(all)
        });
        Self { who, looks, task }
    }
}

/// What a session does, again and again.
enum Work {
    /// Reads, knowing what the old table shows and what the new one.
    Read {
        table: &'static str,
        old: String,
        new: String,
    },
    Write {
        table: &'static str,
    },
}

impl Work {
    async fn done(&self, session: &mut Session) -> Result<Met, Error> {
        let done = match self {
            Self::Read { table, .. } => shown(session, table).await,
            Self::Write { table } => {
                session.run(&format!("INSERT INTO {table} DEFAULT VALUES")).await.map(|_| "a row is written".to_owned())
            }
        };
        Ok(match (done, self) {
            (Ok(shown), Self::Read { old, .. }) if shown == *old => Met::Old,
            (Ok(shown), Self::Read { new, .. }) if shown == *new => Met::New,
            (Ok(other), _) => Met::Other(other),
            (Err(Error::Refused(refused)), _) if refused.summary() == REFUSED => Met::Locked,
            (Err(Error::Refused(refused)), _) => Met::Other(refused.summary()),
            (Err(broke), _) => return Err(broke),
        })
    }
}

impl fmt::Display for Work {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Read { table, .. } => write!(f, "reader of {table}"),
            Self::Write { table } => write!(f, "writer of {table}"),
        }
    }
}

/// How the lock refuses.
const REFUSED: &str = "P0001 function fn_reject_writes_when_phase_1b_locked";

/// How many rows a table has, and whether all and some of them have the column that the new ones have alone.
async fn shown(session: &mut Session, table: &str) -> Result<String, Error> {
    let has = "jsonb_exists(to_jsonb(t), 'row_hash')";
    let query = format!("SELECT concat_ws(' ', count(*), bool_and({has}), bool_or({has})) FROM {table} t");
    Ok(session.run(&query).await?.table.single().unwrap_or_default().to_owned())
}
