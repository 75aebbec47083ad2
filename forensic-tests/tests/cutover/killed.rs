//! The server is killed before each statement of the cutover, before its commit, while it commits and after it.

use libtest_mimic::{Failed, Trial};
use phasegate_database::{Database, Host, Session};
use phasegate_engine::{Limits, Migration, States, suite::Suite};
use phasegate_evidence::Catalog;
use phasegate_server::Server;

use super::{SUITE, Tables, stands, statements};
use crate::{properties_replay::ensure, world::World};

/// What must be on for a crash to find on the disk what was committed.
const DURABLE: [&str; 3] = ["fsync", "synchronous_commit", "full_page_writes"];

/// How often the server is killed while it commits.
const RACES: usize = 6;

pub(super) fn trials(world: &World) -> Vec<Trial> {
    let test = |claim: &str, test: fn(&World) -> Result<(), Failed>| {
        let world = world.clone();
        Trial::test(format!("trading_phase_1c::{claim}"), move || test(&world))
    };
    vec![
        test("a_cutover_whose_server_is_killed_in_any_place_is_made_whole_or_not_at_all", |world| {
            world.with_suite(SUITE, everywhere)
        }),
        test("a_cutover_without_its_transaction_is_seen_to_lie_between_after_a_crash", |world| {
            world.with_suite(SUITE, between)
        }),
    ]
}

async fn everywhere(suite: &Suite) -> Result<(), Failed> {
    let mut killed = Killed::begin(suite).await?;
    for place in 0..=killed.cutover.len() {
        let stopped = killed.stopped_before(place).await;
        stopped.map_err(|why| format!("killed before statement {}: {}", place + 1, said(&why)))?;
    }
    for race in 0..RACES {
        let raced = killed.while_it_commits(race).await;
        raced.map_err(|why| format!("killed while it commits: {}", said(&why)))?;
    }
    killed.after_it_and_to_the_end(suite).await?;
    killed.end().await
}

/// Whoever commits each statement by itself is left between the old and the new: the tests above could have failed.
async fn between(suite: &Suite) -> Result<(), Failed> {
    let mut killed = Killed::begin(suite).await?;
    let database = killed.copy("between").await?;
    let mut session = killed.host.connect(&database).await?;
    // Past the first rename of an old table, and short of the last.
    for statement in killed.cutover[..8].iter().filter(|statement| !statement.starts_with("LOCK TABLE")) {
        session.run(statement).await?;
    }
    killed.crash().await?;
    let mut session = killed.host.connect(&database).await?;
    for tables in [Tables::Old, Tables::New] {
        let met = stands(&mut session, tables).await.err().map(|why| said(&why)).unwrap_or_default();
        ensure(met.starts_with("archives, shadows and lock are 5 10 t,"), || format!("not noticed: {met}"))?;
    }
    killed.end().await
}

fn said(why: &Failed) -> String {
    why.message().unwrap_or_default().to_owned()
}

/// A server that is killed again and again, with the state before the cutover, of which copies are made.
struct Killed {
    server: Option<Server>,
    host: Host,
    cutover: Vec<String>,
    origin: Database,
    before: Catalog,
    after: Catalog,
    at_the_end: Catalog,
}

impl Killed {
    async fn begin(suite: &Suite) -> Result<Self, Failed> {
        let server = phasegate_server::embedded().needs_timescaledb().start().await?;
        let states = States::kept(suite, Some(&server), "killed", Limits::default())?;
        let host = states.host().clone();
        let mut session = host.connect(&Database(server.maintenance().to_owned())).await?;
        for setting in DURABLE {
            session.run_each(&format!("ALTER SYSTEM SET {setting} = on"), Limits::default().size).await?;
        }
        session.run("SELECT pg_reload_conf()").await?;
        session.close().await?;
        let (phases, cutover) = statements(suite, "S7")?;
        let migration = Migration::of(suite);
        let mut catalogs = Vec::new();
        for phases in [phases, phases + 1, suite.phases.len()] {
            let mut copy = states.working_copy(&migration, phases).await?;
            catalogs.push(copy.session.catalog().await?);
            states.clear(copy).await?;
        }
        let origin = states.after(&migration, phases).await?.database.clone();
        let [before, after, at_the_end] = <[Catalog; 3]>::try_from(catalogs).map_err(|_| "three catalogs")?;
        ensure(before != after && after != at_the_end, || "the phases change nothing".to_owned())?;
        Ok(Self { server: Some(server), host, cutover, origin, before, after, at_the_end })
    }

    /// A copy of the state before the cutover. The sessions that the host makes copies by go with each crash.
    async fn copy(&self, name: &str) -> Result<Database, Failed> {
        self.on_the_server(&format!("CREATE DATABASE {name} TEMPLATE {} STRATEGY file_copy", self.origin.0)).await?;
        Ok(Database(name.to_owned()))
    }

    async fn drop(&self, session: Session, database: Database) -> Result<(), Failed> {
        session.close().await?;
        self.on_the_server(&format!("DROP DATABASE {} WITH (FORCE)", database.0)).await
    }

    async fn on_the_server(&self, sql: &str) -> Result<(), Failed> {
        let server = self.server.as_ref().ok_or("the server is gone")?;
        let mut session = self.host.connect(&Database(server.maintenance().to_owned())).await?;
        session.run_each(sql, Limits::default().size).await?;
        Ok(session.close().await?)
    }

    async fn crash(&mut self) -> Result<(), Failed> {
        let server = self.server.take().ok_or("the server is gone")?;
        self.server = Some(server.crash().await?);
        Ok(())
    }

    async fn end(self) -> Result<(), Failed> {
        match self.server {
            Some(server) => Ok(server.stop().await?),
            None => Err("the server is gone".into()),
        }
    }

    /// Kills the server before a statement of the cutover, or, past the last, before its commit; then goes on.
    async fn stopped_before(&mut self, place: usize) -> Result<(), Failed> {
        let database = self.copy(&format!("before_{place}")).await?;
        let mut session = self.host.connect(&database).await?;
        self.make(&mut session, place).await?;
        self.crash().await?;
        ensure(session.commit().await.is_err(), || "the session outlives its server".to_owned())?;
        let mut session = self.host.connect(&database).await?;
        self.lies(&mut session, Tables::Old).await?;
        self.make(&mut session, self.cutover.len()).await?;
        session.commit().await?;
        self.lies(&mut session, Tables::New).await?;
        self.drop(session, database).await
    }

    /// Kills the server while it commits: whatever comes of it is whole, and what was said to be committed is.
    async fn while_it_commits(&mut self, race: usize) -> Result<(), Failed> {
        let database = self.copy(&format!("race_{race}")).await?;
        let mut session = self.host.connect(&database).await?;
        self.make(&mut session, self.cutover.len()).await?;
        let (committed, crashed) = tokio::join!(session.commit(), self.crash());
        crashed?;
        let mut session = self.host.connect(&database).await?;
        let is_new = stands(&mut session, Tables::New).await.is_ok();
        ensure(is_new || committed.is_err(), || "what was said to be committed is lost".to_owned())?;
        self.lies(&mut session, if is_new { Tables::New } else { Tables::Old }).await?;
        self.drop(session, database).await
    }

    /// Kills the server right after the commit, and goes on to the unlock.
    async fn after_it_and_to_the_end(&mut self, suite: &Suite) -> Result<(), Failed> {
        let database = self.copy("after_it").await?;
        let mut session = self.host.connect(&database).await?;
        self.make(&mut session, self.cutover.len()).await?;
        session.commit().await?;
        self.crash().await?;
        let mut session = self.host.connect(&database).await?;
        self.lies(&mut session, Tables::New).await?;
        for phase in ["S7B", "S8", "S9"] {
            session.begin().await?;
            for statement in statements(suite, phase)?.1 {
                session.execute(&statement).await?;
            }
            session.commit().await?;
        }
        ensure(session.catalog().await? == self.at_the_end, || "it ends with another catalog".to_owned())?;
        let unlocked = session.run("SELECT bool_or(locked) FROM schema_migration_control").await?;
        ensure(unlocked.table.single() == Some("f"), || "the lock is still held".to_owned())?;
        self.drop(session, database).await
    }

    /// Makes so many statements of the cutover, in a transaction that is left open.
    async fn make(&self, session: &mut Session, statements: usize) -> Result<(), Failed> {
        session.begin().await?;
        for statement in &self.cutover[..statements] {
            session.execute(statement).await?;
        }
        Ok(())
    }

    /// The tables stand so, the lock is held, nothing else differs, and the server writes through to the disk.
    async fn lies(&self, session: &mut Session, tables: Tables) -> Result<(), Failed> {
        stands(session, tables).await?;
        let expected = if tables == Tables::Old { &self.before } else { &self.after };
        ensure(session.catalog().await? == *expected, || format!("the catalog is not that of the {tables:?}"))?;
        let settings = DURABLE.map(|setting| format!("current_setting('{setting}')"));
        let durable = session.run(&format!("SELECT concat_ws(' ', {})", settings.join(", "))).await?;
        ensure(durable.table.single() == Some("on on on"), || "the server is not durable".to_owned())
    }
}
