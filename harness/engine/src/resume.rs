//! Going on where an earlier run stopped: what its folder holds is held against the suite, the server and the database, and
//! whatever the folder cannot prove is refused before anything is written.

use std::{collections::BTreeMap, sync::Arc};

use phasegate_database::{Database, Error, Kind};
use phasegate_evidence::{
    Catalog, Difference, Digest, EVENTS_FILE, Event, Link, OUTPUTS_FOLDER, Plan, RunFolder, ServerFacts, Stopped,
    SuitePlan, TableContent, Verdict, Verification,
    judge::{Check, Expectation, GoesTo, Judging},
    read_chain,
};

use crate::{
    Applied, RunError,
    events::Events,
    plan::plan,
    states::{State, States},
    suite::Suite,
};

/// How many objects, tables or files a message names.
const NAMED_MAX: usize = 3;

/// An earlier run that did not come to its end, and the database that it left.
#[derive(Debug)]
pub struct Resume {
    folder: RunFolder,
    /// The folder as the user named it.
    name: String,
    plan: Plan,
    links: Vec<Link>,
    head: Digest,
    database_url: String,
}

/// What the loop begins with instead of a baseline.
#[derive(Debug)]
pub(crate) struct Resumed {
    /// From where the suite goes on.
    resumed: Event,
    taken: Vec<Event>,
    folder: RunFolder,
    /// What the state after the baseline held, and each one whose gates opened.
    pub(crate) passed: Vec<Arc<State>>,
    /// The state after the next phase, where that has been applied as it stands and is only judged.
    pub(crate) applied: Option<Arc<State>>,
    /// Of each phase whose gates opened, a check that proved the way back from it to the baseline.
    pub(crate) proofs: Vec<Option<String>>,
}

impl Resumed {
    /// Writes down what is taken over, with all that it names.
    pub(crate) fn emit(&mut self, events: &mut Events<'_>) -> Result<(), RunError> {
        for event in std::iter::once(self.resumed.clone()).chain(self.taken.drain(..)) {
            for digest in event.outputs() {
                events.take_over(&self.folder, digest)?;
            }
            events.emit(event)?;
        }
        Ok(())
    }
}

impl Resume {
    /// The run in this folder, of which `verification` says that it holds.
    ///
    /// # Errors
    /// When the folder does not verify, or cannot be read any more.
    pub fn of(
        folder: &RunFolder,
        verification: &Verification,
        name: impl Into<String>,
        database_url: impl Into<String>,
    ) -> Result<Self, RunError> {
        let name = name.into();
        let refused = |why: String| RunError::NotResumed(format!("{name} {why}"));
        if !verification.holds() {
            let why = format!("does not verify, and proves nothing: `phasegate verify {name}` says why");
            return Err(refused(why));
        }
        let read = |error: &dyn std::fmt::Display| refused(format!("cannot be read: {error}"));
        let plan = folder.plan().map_err(|error| read(&error))?;
        let text = folder.read(EVENTS_FILE).map_err(|error| read(&error))?;
        let (links, head) = read_chain(&String::from_utf8_lossy(&text)).map_err(|error| read(&error))?;
        Ok(Self { folder: folder.clone(), plan, links, head, database_url: database_url.into(), name })
    }

    /// The names of its suites.
    pub fn suites(&self) -> impl Iterator<Item = &str> {
        self.plan.suites.iter().map(|suite| suite.suite.as_str())
    }

    /// The URL of the server that holds the database: that of another database there, which stays out of the way.
    pub(crate) fn server_url(&self) -> Result<String, RunError> {
        Ok(phasegate_server::beside(&self.database_url)?.0)
    }

    /// Whether a run of this suite can go on from it, by the folder and the files at hand alone.
    pub(crate) fn fits(&self, suites: &[Suite], now_unix_ms: u64) -> Result<(), RunError> {
        let [suite] = suites else {
            return Err(self.refused("is resumed suite by suite: name one", None));
        };
        if Kind::of_url(&self.database_url) != suite.kind {
            let can = suite.kind.capabilities();
            let why = format!("ran suite {} on {}: name its database as {}", suite.name, can.name, can.url);
            return Err(self.refused(&why, None));
        }
        if self.plan.judging != Judging::Run {
            return Err(self.refused("is no run of `phasegate run`", Some(suite)));
        }
        if self.links.last().is_some_and(|last| last.at_unix_ms > now_unix_ms) {
            return Err(self.refused("ended later than it is now: set the clock of this machine", None));
        }
        let stopped = self.stopped(suite)?;
        let now = &plan(suites, Judging::Run).suites[0];
        let at_hand = self.applied(&stopped).is_at_hand(suite, now, stopped.passed);
        at_hand.map_err(|why| self.refused(&why, Some(suite)))?;
        self.same_phases(&stopped, suite, now)?;
        let mut needed = vec![stopped.last];
        needed.extend(stopped.states.last());
        for (catalog, tables) in needed {
            if tables.is_empty() && self.catalog(catalog)?.tables().next().is_some() {
                return Err(self.refused(
                    "does not say what its tables held: they could not be read any more, or an older version wrote it",
                    Some(suite),
                ));
            }
        }
        Ok(())
    }

    /// Takes the database up on a copy of it, which is the run's own, once it is known to be what the folder says.
    pub(crate) async fn take_up(&self, states: &States) -> Result<Resumed, RunError> {
        let suite = states.suite();
        let stopped = self.stopped(suite)?;
        self.same_server(suite, states.server())?;
        let database = self.copy(states).await?;
        let mut session = states.host().connect(&database).await?;
        let catalogs = stopped.states.iter().map(|(catalog, _)| self.catalog(catalog).map(Arc::new));
        let catalogs: Vec<Arc<Catalog>> = catalogs.collect::<Result<_, _>>()?;
        let reached = stopped.passed;
        let planned = &plan(std::slice::from_ref(suite), Judging::Run).suites[0];
        let as_it_stands = stopped.applied && self.applied(&stopped).would_be_the_same(suite, planned, reached);
        let after = states.read(database.clone(), &mut session, reached + 1).await?;
        let last = self.catalog(stopped.last.0)?;
        self.same_catalog(&last, &after.catalog)?;
        self.same_rows(stopped.last.1, &after.rows.contents(), "")?;
        // What the phase left that failed is seen through the state before it.
        let (before_catalog, before_tables) = (&catalogs[reached], stopped.states[reached].1);
        let added = columns_added(before_catalog, &after.catalog);
        let before = states.read_as(database.clone(), &mut session, reached, before_catalog.clone(), &added).await;
        let before = before.map_err(|error| {
            let why = format!("the failed phase took away what its gates compare with ({error})");
            self.refused(&why, Some(suite))
        })?;
        self.same_rows(before_tables, &before.rows.contents(), " before the failed phase")?;
        let catalog = stopped.last.0.clone();
        let resumed = Event::SuiteResumed {
            suite: suite.name.clone(),
            run: self.run().to_owned(),
            head: self.head.clone(),
            phase: planned.phases[reached].phase.clone(),
            changed: stopped.changed(planned),
            catalog,
            tables: stopped.last.1.clone(),
        };
        let mut passed = Vec::new();
        for catalog in &catalogs[..reached] {
            passed.push(Arc::new(State::existing(database.clone(), Catalog::clone(catalog))));
        }
        if reached > 0 {
            let legacy = (&catalogs[0], stopped.states[0].1);
            passed[0] = Arc::new(self.baseline(states, &database, &mut session, legacy, &after.catalog).await?);
        }
        passed.push(Arc::new(before));
        states.leave(&database, session).await?;
        Ok(Resumed {
            resumed,
            taken: stopped.taken_over(as_it_stands),
            folder: self.folder.clone(),
            passed,
            applied: as_it_stands.then(|| Arc::new(after)),
            proofs: (0..reached).map(|phase| self.proof(&stopped, phase)).collect(),
        })
    }

    /// The baseline, with the legacy rows that proofs of the way back compare with, where they are still there.
    async fn baseline(
        &self,
        states: &States,
        database: &Database,
        session: &mut phasegate_database::Session,
        (catalog, tables): (&Arc<Catalog>, &BTreeMap<String, TableContent>),
        now: &Catalog,
    ) -> Result<State, RunError> {
        let added = columns_added(catalog, now);
        let is_recorded =
            |held: &BTreeMap<String, TableContent>| held.iter().all(|(table, held)| tables.get(table) == Some(held));
        Ok(states.read_wanted(database.clone(), session, catalog.clone(), &added, &is_recorded).await?)
    }

    fn stopped(&self, suite: &Suite) -> Result<Stopped<'_>, RunError> {
        let result = phasegate_evidence::RunResult::derive(&self.plan, self.links.iter().map(|link| &link.event));
        let verdict = result.suites.iter().find(|result| result.suite == suite.name).map(|result| result.verdict);
        if verdict.is_some_and(Verdict::opens_the_gate) {
            return Err(self.refused(&format!("came to its end: nothing failed in suite {}", suite.name), Some(suite)));
        }
        Stopped::of(&self.plan, &self.links, &suite.name).map_err(|why| self.refused(&why, Some(suite)))
    }

    /// The phases whose gates opened are planned as they were, gates and findings included; the next one may be another.
    fn same_phases(&self, stopped: &Stopped<'_>, suite: &Suite, now: &SuitePlan) -> Result<(), RunError> {
        for (index, phase) in stopped.plan.phases[..stopped.passed].iter().enumerate() {
            let of = |plan: &SuitePlan| {
                let findings = plan.findings.iter().filter(|finding| finding.phase == phase.phase);
                findings.cloned().collect::<Vec<_>>()
            };
            if now.phases.get(index) != Some(phase) || of(stopped.plan) != of(now) {
                let why =
                    format!("judged phase {} by other gates or findings than are at hand: put them back", phase.phase);
                return Err(self.refused(&why, Some(suite)));
            }
        }
        match now.phases.get(stopped.passed) {
            Some(_) => Ok(()),
            None => Err(self.refused("stopped at a phase that the suite no longer has: put it back", Some(suite))),
        }
    }

    fn applied<'a>(&'a self, stopped: &Stopped<'a>) -> Applied<'a> {
        Applied { plan: stopped.plan, links: &self.links }
    }

    fn same_server(&self, suite: &Suite, server: &ServerFacts) -> Result<(), RunError> {
        let mut then = None;
        for link in &self.links {
            match &link.event {
                Event::ServerReady { server } => then = Some(server),
                Event::SuiteStarted { suite: started } if *started == suite.name => break,
                _ => {}
            }
        }
        let then = then.ok_or_else(|| self.refused("names no server", Some(suite)))?;
        let line = |facts: &ServerFacts| {
            let system = facts.system.as_ref().map(|system| format!(", cluster {system}"));
            format!("{}{}", facts.version_line(), system.unwrap_or_default())
        };
        // A server that was kept is somebody's own when it is started again: its kind says nothing.
        if then.versions == server.versions && then.system == server.system {
            return Ok(());
        }
        let why = format!("ran on {}, and this is {}: name the database that it left", line(then), line(server));
        Err(self.refused(&why, None))
    }

    async fn copy(&self, states: &States) -> Result<Database, RunError> {
        let gone = |error: Error| {
            let why = format!(
                "left a database that cannot be taken up: {error}; `server clean`, or a newer run, may have dropped it"
            );
            self.refused(&why, Some(states.suite()))
        };
        if !states.suite().kind.capabilities().server {
            return states.host().copy_with_companions(&self.database_url).map_err(gone);
        }
        let database = Database(phasegate_server::beside(&self.database_url)?.1);
        states.host().alone(&database).await.map_err(gone)?;
        states.host().clone_of(&database).await.map_err(gone)
    }

    fn same_catalog(&self, then: &Catalog, now: &Catalog) -> Result<(), RunError> {
        let difference = Difference::between(then, now);
        let keys = difference.added.keys().chain(difference.dropped.keys()).chain(difference.altered.keys());
        self.same("left another catalog than the database has", keys.cloned().collect())
    }

    fn same_rows(
        &self,
        then: &BTreeMap<String, TableContent>,
        now: &BTreeMap<String, TableContent>,
        when: &str,
    ) -> Result<(), RunError> {
        let others = then.iter().filter(|(table, held)| now.get(*table) != Some(held)).map(|(table, held)| {
            match now.get(table) {
                Some(now) if now.rows != held.rows => format!("{table} ({} rows then, {} now)", held.rows, now.rows),
                Some(_) => format!("{table} ({} rows, with other values)", held.rows),
                None => table.clone(),
            }
        });
        self.same(&format!("recorded other rows{when} than the database has"), others.collect())
    }

    fn same(&self, what: &str, others: Vec<String>) -> Result<(), RunError> {
        if others.is_empty() {
            return Ok(());
        }
        let more = if others.len() > NAMED_MAX { ", ..." } else { "" };
        let named = others.iter().take(NAMED_MAX).cloned().collect::<Vec<_>>().join(", ");
        Err(self.refused(&format!("{what}: {named}{more}: name the database that it left, as it left it"), None))
    }

    /// A check of a phase whose gates opened, by which the way back from there to the baseline is proved.
    fn proof(&self, stopped: &Stopped<'_>, phase: usize) -> Option<String> {
        let phase = &stopped.plan.phases.get(phase)?;
        let checks = phase.gates.iter().flat_map(|gate| &gate.checks);
        let is_proof =
            |check: &&Check| matches!(&check.expectation, Expectation::Rollback(claim) if claim.to == GoesTo::Baseline);
        let proofs = checks.filter(is_proof);
        let mut passed = proofs.filter(|proof| {
            self.links.iter().any(|link| {
                matches!(link.event.plain(), Event::CheckJudged { suite, phase: of, check, verdict: Verdict::Passed, .. }
                    if *suite == stopped.plan.suite && *of == phase.phase && *check == proof.id)
            })
        });
        passed.next_back().map(|check| check.id.clone())
    }

    fn catalog(&self, digest: &Digest) -> Result<Catalog, RunError> {
        let read = self.folder.read(&format!("{OUTPUTS_FOLDER}/{digest}"));
        let bytes = read.map_err(|error| RunError::NotResumed(error.to_string()))?;
        serde_json::from_slice(&bytes).map_err(|error| RunError::NotResumed(format!("{digest} is no catalog: {error}")))
    }

    /// The name of the run.
    fn run(&self) -> &str {
        let named = self.links.iter().find_map(|link| match &link.event {
            Event::RunStarted { run, .. } => Some(run.as_str()),
            _ => None,
        });
        named.unwrap_or_default()
    }

    /// Why there is nothing to go on from, and how to begin anew where that is the way out.
    fn refused(&self, why: &str, anew: Option<&Suite>) -> RunError {
        let anew = anew.map(|suite| format!("; to begin anew, type: phasegate run {}", suite.name));
        RunError::NotResumed(format!("{} {why}{}", self.name, anew.unwrap_or_default()))
    }
}

/// The columns that tables of the earlier catalog have and had not, as `table.column`.
fn columns_added(before: &Catalog, now: &Catalog) -> Vec<String> {
    let columns = now.0.keys().filter(|key| before.get(key).is_none()).filter_map(|key| key.strip_prefix("column "));
    columns.map(str::to_owned).collect()
}
