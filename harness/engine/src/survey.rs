//! What a migration does to its database, seen before anybody has said what it may do: the loop without gates, over states
//! that stay, which are then held against each other.

use std::collections::{BTreeMap, BTreeSet};

use phasegate_database::{Error, TableRows, refusal_of};
use phasegate_evidence::{ApplyFailure, Difference, Event, judge::Judging};
use phasegate_server::Server;
use tokio::sync::watch;

use crate::{
    Limits, RunError,
    drive::{AfterFailure, Drive, Findings},
    events::Events,
    migration::Migration,
    record::Clock,
    run::{cancelled, wanted},
    states::{State, States, WorkingCopy},
    suite::Suite,
};

/// What was seen of a migration.
#[derive(Debug)]
pub struct Survey {
    /// The versions of the server or the library, in one line.
    pub server: String,
    /// The major version of PostgreSQL, if that is what it is.
    pub postgres: Option<u32>,
    /// The phases that apply, in order.
    pub phases: Vec<Surveyed>,
    /// Why the baseline or the next phase does not.
    pub stopped: Option<ApplyFailure>,
}

/// What one phase was seen to do.
#[derive(Debug)]
pub struct Surveyed {
    /// The whole difference of the catalog.
    pub difference: Difference,
    /// The role that applied it, where there are roles.
    pub acts_as: Option<String>,
    /// How many rows each table held after it.
    pub rows: BTreeMap<String, u64>,
    /// What became of each table that held rows before it.
    pub tables: BTreeMap<String, Fate>,
}

/// What a phase made of the rows of a table from before it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fate {
    /// They are as they were.
    Kept,
    /// These columns hold something else, or are gone; the others are as they were.
    Changed(Vec<String>),
    /// There are more of them, or fewer, or none of their columns is as it was.
    Others,
    /// The table is gone.
    Gone,
}

/// Applies a suite's phases, gates or none, and tells what each does. Nothing is recorded, and nothing stays.
///
/// # Errors
/// When there is no server, the database fails, or it is cancelled. A phase that does not apply is no error.
pub async fn survey(
    suite: &Suite,
    server: phasegate_server::Request,
    limits: Limits,
    notice: &mut (dyn FnMut(&str) + Send),
    mut cancel: watch::Receiver<bool>,
) -> Result<Survey, RunError> {
    let (mut started, mut states) = (None, None);
    let surveyed = tokio::select! {
        biased;
        () = cancelled(&mut cancel) => Err(RunError::Interrupted),
        surveyed = Box::pin(go(suite, server, limits, notice, (&mut started, &mut states))) => surveyed,
    };
    let cleared = match states {
        Some(states) => states.close().await.map_err(RunError::from),
        None => Ok(()),
    };
    let stopped = match started {
        Some(server) => server.stop().await.map_err(RunError::from),
        None => Ok(()),
    };
    // What broke says more than what may go wrong with clearing up after it.
    let surveyed = surveyed?;
    cleared.and(stopped).map(|()| surveyed)
}

async fn go(
    suite: &Suite,
    server: phasegate_server::Request,
    limits: Limits,
    notice: &mut (dyn FnMut(&str) + Send),
    (started, laid): (&mut Option<Server>, &mut Option<States>),
) -> Result<Survey, RunError> {
    if suite.kind.capabilities().server {
        *started = Some(phasegate_server::start(&wanted([suite], server), &mut |line| notice(line)).await?);
    }
    let states = laid.insert(States::kept(suite, started.as_ref(), &Clock::start().run(), limits)?);
    let mut stopped = None;
    let mut listener = |event: &Event| {
        if let Event::BaselineFailed { failure, .. } | Event::PhaseFailed { failure, .. } = event {
            stopped = Some(failure.clone());
        }
    };
    let ended = Drive {
        states,
        migration: &Migration::of(suite),
        existing: None,
        resumed: None,
        phases: suite.phases.iter().map(|phase| (phase, [].as_slice())).collect(),
        judging: Judging::Run,
        after_failure: AfterFailure::Stop,
        findings: Findings::Left,
        events: &mut Events::unrecorded(&mut listener),
    }
    .go()
    .await?;
    let mut phases = Vec::new();
    for pair in ended.passed.windows(2) {
        if let [before, after] = pair {
            phases.push(surveyed(states, before, after).await?);
        }
    }
    let postgres = started.as_ref().map(|server| server.description().major());
    Ok(Survey { server: states.server().version_line(), postgres, phases, stopped })
}

async fn surveyed(states: &States, before: &State, after: &State) -> Result<Surveyed, RunError> {
    let there: BTreeSet<&str> = after.catalog.tables().collect();
    let counts = before.rows.counts();
    let mut now = states.working_copy_of(after).await?;
    let mut tables = BTreeMap::new();
    for table in before.catalog.tables().filter(|table| counts.get(*table).is_some_and(|rows| *rows > 0)) {
        let fate = match there.contains(table) {
            true => fate(states, before, table, &mut now).await?,
            false => Fate::Gone,
        };
        tables.insert(table.to_owned(), fate);
    }
    let acts_as = match now.session.capabilities().roles {
        true => now.session.run("SELECT current_user::regrole").await?.table.single().map(str::to_owned),
        false => None,
    };
    states.clear(now).await?;
    let difference = Difference::between(&before.catalog, &after.catalog);
    Ok(Surveyed { difference, acts_as, rows: after.rows.counts(), tables })
}

async fn fate(states: &States, before: &State, table: &str, now: &mut WorkingCopy) -> Result<Fate, RunError> {
    let whole = before.rows.among(&[table.to_owned()]).unwrap_or_default();
    if holds(states, &whole, now).await? {
        return Ok(Fate::Kept);
    }
    let mut then = states.working_copy_of(before).await?;
    let columns = then.session.table_columns(&[table.to_owned()]).await?;
    let columns: Vec<&String> = columns.iter().flat_map(|table| &table.columns).collect();
    let mut changed = Vec::new();
    for column in &columns {
        let others: Vec<String> =
            columns.iter().filter(|other| *other != column).map(|other| format!("{table}.{other}")).collect();
        let alone = TableRows::take(&mut then.session, &[table.to_owned()], &others).await?;
        if !holds(states, &alone, now).await? {
            changed.push((*column).clone());
        }
    }
    states.clear(then).await?;
    Ok(if changed.len() == columns.len() { Fate::Others } else { Fate::Changed(changed) })
}

/// Whether these rows are as they were. A column that is gone holds nothing.
async fn holds(states: &States, rows: &TableRows, now: &mut WorkingCopy) -> Result<bool, Error> {
    now.session.begin().await?;
    let changes = refusal_of(rows.changes(&mut now.session, states.limits().size).await);
    now.session.rollback().await?;
    match changes {
        Err(Error::TooLarge(_)) => Ok(false),
        changes => Ok(changes?.is_ok_and(|changes| changes.is_empty())),
    }
}
