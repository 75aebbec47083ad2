//! The one loop: lay a state, apply, freeze, judge, go on or stop. Running a suite, judging its gates alone, proving that its
//! gates can fail and playing its scenarios are configurations of it, and nothing else walks over phases.

use std::{collections::BTreeMap, sync::Arc, time::Instant};

use phasegate_database::Error;
use phasegate_evidence::{
    ApplyFailure, Catalog, Difference, Event, Table, TableContent, Verdict,
    judge::{Direction, Expectation, Judging},
};

use crate::{
    RunError,
    applied::{Progress, Told, micros},
    defects::prove_defects,
    events::Events,
    gates::{Setting, rows_before},
    happened::{Log, Planned},
    keep::KeptDatabase,
    migration::Migration,
    phase::Asked,
    ran::RanFor,
    resume::Resumed,
    rollback::WayBack,
    states::{Laid, State, States},
    stop::Stop,
    suite::{Gate, Phase},
};

/// What is walked over, and how.
pub(crate) struct Drive<'a, 'e> {
    pub(crate) states: &'a States,
    pub(crate) migration: &'a Migration,
    /// A database that exists: its gates are judged and nothing is applied.
    pub(crate) existing: Option<Arc<State>>,
    /// An earlier run that is gone on with, instead of laying the baseline.
    pub(crate) resumed: Option<Resumed>,
    /// The phases, each with the gates that it is judged by.
    pub(crate) phases: Vec<(&'a Phase, &'a [Gate])>,
    pub(crate) judging: Judging,
    pub(crate) after_failure: AfterFailure,
    pub(crate) findings: Findings,
    pub(crate) events: &'a mut Events<'e>,
}

/// What happens when the gates of a phase do not open.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum AfterFailure {
    /// The next phase does not start (rule 6).
    Stop,
    /// The next phase is judged all the same: so is an audit, a database that exists, and a run that keeps going.
    GoOn,
}

/// Whether findings are shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Findings {
    /// After their phases.
    Shown,
    /// Not here.
    Left,
}

/// Where the loop ended.
#[derive(Default)]
pub(crate) struct Ended {
    /// The states that were passed, that of the baseline first.
    pub(crate) passed: Vec<Arc<State>>,
    /// The databases that show why it ended.
    pub(crate) kept: Vec<KeptDatabase>,
    /// Whether something broke (rule 11): then nothing more is tried.
    pub(crate) broke: bool,
}

impl Ended {
    fn last(&self) -> Result<Arc<State>, Error> {
        self.passed.last().cloned().ok_or_else(|| Error::mistake("no state was laid"))
    }
}

impl<'a> Drive<'a, '_> {
    /// Walks over the phases.
    pub(crate) async fn go(mut self) -> Result<Ended, RunError> {
        let mut ended = Ended::default();
        match self.walk(&mut ended).await {
            Ok(()) => Ok(ended),
            Err(Stop::Broke(reason)) => {
                let suite = self.suite();
                self.events.emit(Event::SuiteStopped { suite, reason })?;
                ended.broke = true;
                Ok(ended)
            }
            Err(Stop::Run(error)) => Err(error),
        }
    }

    async fn walk(&mut self, ended: &mut Ended) -> Result<(), Stop> {
        let Some(mut before) = self.baseline(ended).await? else {
            return Ok(());
        };
        let (mut proofs, mut applied) =
            self.resumed.take().map_or((Vec::new(), None), |resumed| (resumed.proofs, resumed.applied));
        for index in ended.passed.len() - 1..self.phases.len() {
            let after = match applied.take() {
                Some(applied) => {
                    ended.passed.push(applied.clone());
                    applied
                }
                None => match self.apply(index, &before, ended).await? {
                    Some(after) => after,
                    None => return Ok(()),
                },
            };
            let books = self.books_are_there(index, ended);
            self.or_kept(index, books, ended)?;
            if self.phases[index].1.is_empty() {
                // A scenario that looks at a later state only goes through this one.
                proofs.push(None);
                before = after;
                continue;
            }
            let judged = self.judge(index, &mut proofs, ended).await;
            let verdict = self.or_kept(index, judged, ended)?;
            let (suite, phase) = (self.suite(), self.phases[index].0.id.clone());
            self.events.emit(Event::PhaseJudged { suite, phase, verdict })?;
            if !verdict.opens_the_gate() && self.after_failure == AfterFailure::Stop {
                return Ok(());
            }
            if self.judging == Judging::Prove {
                let proved = self.prove(index, &before, ended).await;
                self.or_kept(index, proved, ended)?;
            }
            before = after;
        }
        Ok(())
    }

    /// Once every phase of the suite is applied, each table of its bookkeeping must have been one.
    fn books_are_there(&self, index: usize, ended: &Ended) -> Result<(), Stop> {
        let is_whole = self.existing.is_none() && self.findings == Findings::Shown;
        if !is_whole || index + 1 < self.phases.len() {
            return Ok(());
        }
        let tables: Vec<&str> = ended.passed.iter().flat_map(|state| state.catalog.tables()).collect();
        self.states.suite().books().names_nothing(tables.into_iter()).map_or(Ok(()), |reason| Err(Stop::Broke(reason)))
    }

    /// Lays the baseline, or takes up what an earlier run has laid; nothing when it does not apply.
    async fn baseline(&mut self, ended: &mut Ended) -> Result<Option<Arc<State>>, Stop> {
        if let Some(existing) = &self.existing {
            ended.passed.push(existing.clone());
            return Ok(Some(existing.clone()));
        }
        if let Some(resumed) = &mut self.resumed {
            resumed.emit(&mut *self.events)?;
            ended.passed.clone_from(&resumed.passed);
            return Ok(Some(ended.last()?));
        }
        let start = Instant::now();
        let suite = self.suite();
        let of = RanFor { suite: &suite, phase: None, direction: Direction::Up, check: None };
        let (events, mut unwritten) = (&mut *self.events, None);
        let mut teller = |progress: Progress| {
            if let Progress::Ran(ran) = progress {
                unwritten = unwritten.take().or(ran.emit(of, events).err());
            }
        };
        let laid = self.states.lay(self.migration, 0, None, Told::of_commands(&mut teller)).await?;
        if let Some(error) = unwritten {
            return Err(Stop::Run(error));
        }
        let state = match laid {
            Laid::Failed { failure, database, .. } => {
                ended.kept.push(KeptDatabase::failed("baseline", database));
                self.events.emit(Event::BaselineFailed { suite, failure: *failure })?;
                return Ok(None);
            }
            Laid::Reused(state) => {
                self.events.emit(Event::StateReused { suite, phase: None })?;
                state
            }
            Laid::Applied(state) => {
                let catalog = self.events.output(&*state.catalog)?;
                let (rows, duration_us) = (state.rows.counts(), micros(start));
                let statements = self.migration.baseline_statements();
                let (tables, revisions) = (state.rows.contents(), state.revisions.clone());
                let event = Event::BaselineApplied { suite, statements, catalog, rows, tables, revisions, duration_us };
                self.events.emit(event)?;
                state
            }
        };
        ended.passed.push(state.clone());
        Ok(Some(state))
    }

    /// Applies a phase; nothing when it does not apply.
    async fn apply(&mut self, index: usize, before: &State, ended: &mut Ended) -> Result<Option<Arc<State>>, Stop> {
        if let Some(existing) = &self.existing {
            return Ok(Some(existing.clone()));
        }
        let start = Instant::now();
        let (suite, phase) = (self.suite(), self.phases[index].0.id.clone());
        if let Some(state) = self.states.find(self.migration, index + 1).await {
            self.events.emit(Event::StateReused { suite, phase: Some(phase) })?;
            ended.passed.push(state.clone());
            return Ok(Some(state));
        }
        self.events.emit(Event::PhaseStarted { suite: suite.clone(), phase: phase.clone() })?;
        let mut unwritten = None;
        let events = &mut *self.events;
        let of = RanFor { suite: &suite, phase: Some(&phase), direction: Direction::Up, check: None };
        let mut teller = |progress: Progress| {
            let written = match progress {
                Progress::Applied(applied) => events.emit(applied.event(&suite, &phase)),
                Progress::Ran(ran) => ran.emit(of, events),
            };
            unwritten = unwritten.take().or(written.err());
        };
        let told = Told::of_everything(&mut teller);
        let laid = self.states.lay(self.migration, index + 1, Some(before), told).await?;
        if let Some(error) = unwritten {
            return Err(Stop::Run(error));
        }
        match laid {
            Laid::Failed { failure, catalog, tables, revisions, database } => {
                let unchanged = catalog.as_ref().is_some_and(|catalog| *catalog == *before.catalog);
                ended.kept.push(KeptDatabase::after_failure(&phase, unchanged, database));
                self.failed(phase, *failure, (catalog.as_ref(), unchanged), tables, revisions)?;
                Ok(None)
            }
            Laid::Reused(state) => {
                self.events.emit(Event::StateReused { suite, phase: Some(phase) })?;
                ended.passed.push(state.clone());
                Ok(Some(state))
            }
            Laid::Applied(state) => {
                self.applied(phase, &before.catalog, &state, start)?;
                ended.passed.push(state.clone());
                Ok(Some(state))
            }
        }
    }

    fn applied(&mut self, phase: String, before: &Catalog, after: &State, since: Instant) -> Result<(), RunError> {
        let [catalog_before, catalog_after] = [self.events.output(before)?, self.events.output(&*after.catalog)?];
        let difference = self.events.output(&Difference::between(before, &after.catalog))?;
        self.events.emit(Event::PhaseApplied {
            suite: self.suite(),
            phase,
            catalog_before,
            catalog_after,
            difference,
            tables: after.rows.contents(),
            revisions: after.revisions.clone(),
            duration_us: micros(since),
        })
    }

    fn failed(
        &mut self,
        phase: String,
        failure: ApplyFailure,
        (catalog, catalog_unchanged): (Option<&Catalog>, bool),
        tables: BTreeMap<String, TableContent>,
        revisions: BTreeMap<String, Table>,
    ) -> Result<(), RunError> {
        let catalog_after = catalog.map(|catalog| self.events.output(catalog)).transpose()?;
        let suite = self.suite();
        self.events.emit(Event::PhaseFailed {
            suite,
            phase,
            failure,
            catalog_after,
            catalog_unchanged,
            tables,
            revisions,
        })
    }

    /// Judges the gates of a phase.
    async fn judge(
        &mut self,
        index: usize,
        proofs_before: &mut Vec<Option<String>>,
        ended: &mut Ended,
    ) -> Result<Verdict, Stop> {
        let (phase, gates) = self.phases[index];
        let all = gates.iter().flat_map(|gate| gate.checks.iter().map(move |check| (gate, check)));
        let (proofs, checks): (Vec<Planned<'a>>, Vec<Planned<'a>>) = all
            .partition(|(_, check)| self.existing.is_none() && matches!(check.expectation, Expectation::Rollback(_)));
        let (states, passed) = (self.states, &ended.passed);
        let after = &ended.last()?;
        let before = passed.len().checked_sub(2).map(|before| &passed[before]);
        let rows = rows_before(states, before, &checks).await?;
        let setting = Setting {
            host: states.host(),
            server: states.server(),
            judging: self.judging,
            limits: states.limits(),
            before: before.map(|before| &*before.catalog),
            after: &after.catalog,
            books: states.suite().books(),
            rows: &rows,
        };
        let suite = states.suite().name.clone();
        let log = Log::new(&mut *self.events, &suite, phase);
        let asked = Asked {
            states,
            phase,
            on: &after.database,
            setting,
            checks: &checks,
            proofs: &proofs,
            way: WayBack { states, migration: self.migration, passed, proofs: proofs_before, log: &log },
            shows: self.findings == Findings::Shown,
            log: &log,
        };
        let judged = if self.existing.is_some() { asked.of_existing().await } else { asked.of_state().await };
        let written = log.end();
        proofs_before.push(written.proof);
        if !written.failed.is_empty() {
            ended.kept.push(KeptDatabase::after(phase, &written.failed, after.database.clone()));
        }
        judged?;
        match written.broke {
            Some(reason) => Err(Stop::Broke(reason)),
            None => Ok(Verdict::of_parts(written.verdicts)),
        }
    }

    /// Keeps the state after a phase at which something broke, if no check that failed keeps it.
    fn or_kept<T>(&self, index: usize, outcome: Result<T, Stop>, ended: &mut Ended) -> Result<T, Stop> {
        if matches!(outcome, Err(Stop::Broke(_))) && ended.kept.is_empty() {
            let database = ended.last()?.database.clone();
            ended.kept.push(KeptDatabase::after(self.phases[index].0, &[], database));
        }
        outcome
    }

    /// Tries the defects of a phase.
    async fn prove(&mut self, index: usize, before: &State, ended: &mut Ended) -> Result<(), Stop> {
        let (phase, gates) = self.phases[index];
        let after = ended.last()?;
        let uncaught = prove_defects(self.states, phase, gates, before, &after, self.events).await?;
        if !uncaught.is_empty() {
            ended.kept.push(KeptDatabase::after(phase, &uncaught, after.database.clone()));
        }
        Ok(())
    }

    fn suite(&self) -> String {
        self.states.suite().name.clone()
    }
}
