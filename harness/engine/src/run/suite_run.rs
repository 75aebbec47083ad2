//! The main loop of a suite: baseline, then for each phase catalog before, apply, catalog after, checkpoint, gates.

use std::{
    collections::BTreeMap,
    time::{Duration, Instant},
};

use phasegate_evidence::{Digest, Event, ServerFacts, Verdict};

use super::{PhaseState, RunError, judge_gates, judge_phase::CheckOutcome, prove_rollback, whole::Listener};
use crate::{
    apply::AppliedStatement,
    catalog::{Catalog, Difference},
    database::{Database, Host},
    gate::{Expectation, Judged, Observation, SequenceSeen, Step, rejudge, try_steps},
    legacy::LegacyRows,
    record::Recorder,
    session::Session,
    suite::{Check, Finding, Gate, Phase, Suite},
    variant::{Direction, Variant},
};

/// One suite of a run.
pub(super) struct SuiteRun<'a, 'l> {
    pub(super) suite: &'a Suite,
    pub(super) host: Host,
    pub(super) server: ServerFacts,
    pub(super) recorder: &'a mut Recorder,
    pub(super) listener: &'a mut Listener<'l>,
}

/// The state after some phases.
struct State {
    /// A database that may be written to, and is nobody else's.
    work: Database,
    catalog: Catalog,
    catalog_digest: Digest,
}

impl SuiteRun<'_, '_> {
    pub(super) async fn go(mut self) -> Result<(), RunError> {
        let name = self.suite.name.clone();
        self.emit(Event::SuiteStarted { suite: name.clone() })?;
        let verdict = match self.baseline().await? {
            None => Verdict::Failed,
            Some(state) => self.phases(state).await?,
        };
        self.emit(Event::SuiteFinished { suite: name, verdict })
    }

    /// Lays the baseline; `None` when it does not apply.
    async fn baseline(&mut self) -> Result<Option<State>, RunError> {
        let start = Instant::now();
        let work = self.host.create().await?;
        let mut session = self.host.connect(&work).await?;
        let variant = Variant::of(self.suite);
        let mut statements = 0;
        let laid = variant.lay_baseline(&self.host, &work, &mut session, &mut |_| statements += 1).await;
        let suite = self.suite.name.clone();
        if let Err(failure) = laid {
            self.emit(Event::BaselineFailed { suite, failure })?;
            return Ok(None);
        }
        let catalog = session.catalog().await?;
        let catalog_digest = self.recorder.output(&catalog)?;
        let rows = row_counts(&mut session, &catalog).await?;
        session.close().await?;
        self.emit(Event::BaselineApplied {
            suite,
            statements,
            catalog: catalog_digest.clone(),
            rows,
            duration_us: micros(start.elapsed()),
        })?;
        Ok(Some(State { work, catalog, catalog_digest }))
    }

    /// The phases, each after the gates of the one before (rule 6).
    async fn phases(&mut self, baseline: State) -> Result<Verdict, RunError> {
        let suite = self.suite;
        let variant = Variant::of(suite);
        let mut catalogs = vec![baseline.catalog.clone()];
        let mut baseline_rows = BTreeMap::new();
        let mut state = baseline;
        let mut verdicts = Vec::new();
        for (index, phase) in suite.phases.iter().enumerate() {
            self.emit(Event::PhaseStarted { suite: suite.name.clone(), phase: phase.id.clone() })?;
            let mut session = self.host.connect(&state.work).await?;
            if index == 0 {
                baseline_rows = rollback_rows(suite, &mut session).await?;
            }
            let legacy = unchanged_rows(phase, &mut session).await?;
            let Some((catalog, catalog_digest)) = self.apply(&variant, index, &state, &mut session).await? else {
                verdicts.push(Verdict::Failed);
                break;
            };
            session.close().await?;
            let checkpoint = state.work.clone();
            self.host.freeze(&checkpoint).await?;
            catalogs.push(catalog.clone());

            // One clone for the gates, one for each way back, one to go on from.
            let goes_on = index + 1 < suite.phases.len();
            let number = 1 + rollback_checks(phase).count() + usize::from(goes_on);
            let mut clones = self.host.clones(&checkpoint, number);
            let gates_on = clones.take().await?;
            let phase_state =
                PhaseState { before: &state.catalog, after: &catalog, legacy: &legacy, server: &self.server };
            let proof = async {
                let checks: Vec<(&Gate, &Check)> = rollback_checks(phase).collect();
                let mut outcomes = Vec::new();
                for (gate, check) in checks {
                    let start = Instant::now();
                    let rows = baseline_rows.get(&check.id);
                    let on = clones.take().await?;
                    let seen = prove_rollback(&self.host, &variant, &on, index, &catalogs, rows).await?;
                    let seen = Observation::Rollback(seen);
                    let judged = rejudge(&check.expectation, &seen);
                    outcomes.push(CheckOutcome::new(gate, check, seen, judged, start.elapsed()));
                }
                Ok::<_, RunError>(outcomes)
            };
            // The way back takes longest; everything else is done beside it.
            let gates_and_findings = async {
                let gated = judge_gates(&self.host, &gates_on, phase, phase_state).await?;
                let tried = try_findings(suite, &self.host, phase, &gates_on).await?;
                Ok::<_, RunError>((gated, tried))
            };
            let (judged, proved) = tokio::join!(gates_and_findings, proof);
            let (gated, tried) = judged?;
            let mut verdicts_of_phase = Vec::new();
            for outcome in gated.into_iter().chain(proved?) {
                verdicts_of_phase.push(outcome.judged.verdict);
                self.judged(phase, outcome)?;
            }
            for (finding, seen, judged) in tried {
                self.tried(finding, seen, judged)?;
            }
            let verdict = Verdict::of_parts(verdicts_of_phase);
            verdicts.push(verdict);
            self.emit(Event::PhaseJudged { suite: suite.name.clone(), phase: phase.id.clone(), verdict })?;
            if !verdict.opens_the_gate() {
                break;
            }
            if goes_on {
                let work = clones.take().await?;
                state = State { work, catalog, catalog_digest };
            }
        }
        // What was not reached is not run, and so is the suite.
        verdicts.extend(vec![Verdict::NotRun; suite.phases.len() - verdicts.len()]);
        Ok(Verdict::of_parts(verdicts))
    }

    /// Applies a phase; `None` when it does not apply.
    async fn apply(
        &mut self,
        variant: &Variant,
        index: usize,
        state: &State,
        session: &mut Session,
    ) -> Result<Option<(Catalog, Digest)>, RunError> {
        let start = Instant::now();
        let suite = self.suite.name.clone();
        let phase = self.suite.phases[index].id.clone();
        let mut applied: Vec<AppliedStatement> = Vec::new();
        let outcome =
            variant.walk(&self.host, &state.work, session, index, Direction::Up, &mut |s| applied.push(s)).await;
        for statement in applied {
            self.emit(Event::StatementApplied {
                suite: suite.clone(),
                phase: phase.clone(),
                file: statement.file,
                line: statement.line,
                rows: statement.rows,
                duration_us: statement.duration_us,
            })?;
        }
        let duration_us = micros(start.elapsed());
        let catalog = session.catalog().await?;
        let catalog_after = self.recorder.output(&catalog)?;
        if let Err(failure) = outcome {
            let catalog_unchanged = catalog == state.catalog;
            self.emit(Event::PhaseFailed { suite, phase, failure, catalog_after, catalog_unchanged })?;
            return Ok(None);
        }
        let difference = self.recorder.output(&Difference::between(&state.catalog, &catalog))?;
        self.emit(Event::PhaseApplied {
            suite,
            phase,
            catalog_before: state.catalog_digest.clone(),
            catalog_after: catalog_after.clone(),
            difference,
            duration_us,
        })?;
        Ok(Some((catalog, catalog_after)))
    }

    fn judged(&mut self, phase: &Phase, outcome: CheckOutcome<'_>) -> Result<(), RunError> {
        let observation = self.recorder.output(&outcome.seen)?;
        self.emit(Event::CheckJudged {
            suite: self.suite.name.clone(),
            phase: phase.id.clone(),
            gate: outcome.gate.id.clone(),
            check: outcome.check.id.clone(),
            verdict: outcome.judged.verdict,
            reason: outcome.judged.reason,
            examined: outcome.judged.examined,
            observation: Some(observation),
            duration_us: micros(outcome.took),
        })
    }

    fn tried(&mut self, finding: &Finding, seen: SequenceSeen, judged: Judged) -> Result<(), RunError> {
        let observation = Some(self.recorder.output(&Observation::Sequence(seen))?);
        self.emit(Event::FindingTried {
            suite: self.suite.name.clone(),
            finding: finding.id.clone(),
            confirmed: judged.verdict == Verdict::Passed,
            reason: judged.reason,
            observation,
        })
    }

    fn emit(&mut self, event: Event) -> Result<(), RunError> {
        (self.listener)(&event);
        self.recorder.event(event)?;
        Ok(())
    }
}

/// Tries the findings that are shown after this phase.
async fn try_findings<'s>(
    suite: &'s Suite,
    host: &Host,
    phase: &Phase,
    on: &Database,
) -> Result<Vec<(&'s Finding, SequenceSeen, Judged)>, RunError> {
    let mut tried = Vec::new();
    let findings: Vec<&Finding> = suite.findings.iter().filter(|finding| finding.phase == phase.id).collect();
    if findings.is_empty() {
        return Ok(tried);
    }
    let mut session = host.connect(on).await?;
    for finding in findings {
        let (seen, judged) = try_steps(&mut session, &finding.steps).await?;
        tried.push((finding, seen, judged));
        if finding.steps.iter().any(Step::marks_its_session) {
            session.close().await?;
            session = host.connect(on).await?;
        }
    }
    session.close().await?;
    Ok(tried)
}

fn rollback_checks(phase: &Phase) -> impl Iterator<Item = (&Gate, &Check)> {
    let all = phase.gates.iter().flat_map(|gate| gate.checks.iter().map(move |check| (gate, check)));
    all.filter(|(_, check)| matches!(check.expectation, Expectation::Rollback(_)))
}

/// The rows before the phase, for each check of kind `unchanged`.
pub(crate) async fn unchanged_rows(
    phase: &Phase,
    session: &mut Session,
) -> Result<BTreeMap<String, LegacyRows>, RunError> {
    let mut rows = BTreeMap::new();
    for check in phase.gates.iter().flat_map(|gate| &gate.checks) {
        if let Expectation::Unchanged(unchanged) = &check.expectation {
            let taken = LegacyRows::take(session, &unchanged.tables, &unchanged.except).await?;
            rows.insert(check.id.clone(), taken);
        }
    }
    Ok(rows)
}

/// The rows of the baseline, for each check of kind `rollback`.
async fn rollback_rows(suite: &Suite, session: &mut Session) -> Result<BTreeMap<String, LegacyRows>, RunError> {
    let mut rows = BTreeMap::new();
    for (_, _, check) in suite.checks() {
        if let Expectation::Rollback(rollback) = &check.expectation {
            let taken = LegacyRows::take(session, &rollback.tables, &[]).await?;
            rows.insert(check.id.clone(), taken);
        }
    }
    Ok(rows)
}

async fn row_counts(session: &mut Session, catalog: &Catalog) -> Result<BTreeMap<String, u64>, RunError> {
    let tables: Vec<&str> = catalog.0.keys().filter_map(|key| key.strip_prefix("table ")).collect();
    let mut counts = BTreeMap::new();
    for table in tables {
        let name = crate::sql::table_identifier(table);
        let ran = session.run(&format!("SELECT count(*) FROM {name}")).await?;
        let count = ran.table.single().and_then(|text| text.parse().ok()).unwrap_or(0);
        counts.insert(table.to_owned(), count);
    }
    Ok(counts)
}

fn micros(duration: Duration) -> u64 {
    u64::try_from(duration.as_micros()).unwrap_or(u64::MAX)
}
