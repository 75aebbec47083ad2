//! Scenarios: runs that deviate on purpose, each with the end that is expected of it.

use std::time::Instant;

use phasegate_database::Error;
use phasegate_evidence::{
    Event, ScenarioExpected, ScenarioPlan, Verdict,
    judge::{Direction, Expectation, Judged, Judging, Observation, judge},
};

use crate::{
    RunError,
    applied::{Progress, Told, micros},
    apply::Application,
    drive::{AfterFailure, Drive, Ended, Findings},
    events::Events,
    migration::Migration,
    observe::{OwnDatabase, try_steps},
    ran::RanFor,
    states::{State, States},
    suite::{Gate, Phase, Scenario},
};

/// Plays every scenario of a suite, once its phases are passed.
pub(crate) async fn play_scenarios(states: &States, ended: &Ended, events: &mut Events<'_>) -> Result<(), RunError> {
    if ended.broke || ended.passed.len() != states.suite().phases.len() + 1 {
        return Ok(());
    }
    for scenario in &states.suite().scenarios {
        let start = Instant::now();
        let judged = play(states, scenario, events).await?;
        let suite = states.suite().name.clone();
        events.emit(Event::ScenarioEnded {
            suite: suite.clone(),
            scenario: scenario.slug.clone(),
            verdict: judged.verdict,
            reason: judged.reason.clone(),
            duration_us: micros(start),
        })?;
        if let (Verdict::Error, Some(reason)) = (judged.verdict, judged.reason) {
            return events.emit(Event::SuiteStopped { suite, reason });
        }
    }
    Ok(())
}

/// Plays a scenario, and judges how it ended.
///
/// # Errors
/// When the evidence cannot be written. A scenario that ends otherwise is no error.
pub async fn play(states: &States, scenario: &Scenario, events: &mut Events<'_>) -> Result<Judged, RunError> {
    let plan = crate::plan::scenario(states.suite(), scenario);
    events.enter(&states.suite().name, &scenario.slug);
    let played = walk(states, scenario, &plan, events).await;
    let happened = events.leave();
    played?;
    Ok(plan.judge(&happened.iter().collect::<Vec<_>>()))
}

async fn walk(
    states: &States,
    scenario: &Scenario,
    plan: &ScenarioPlan,
    events: &mut Events<'_>,
) -> Result<(), RunError> {
    let migration = Migration::of_scenario(states.suite(), scenario);
    let all = states.suite().phases.iter();
    let none: &[Gate] = &[];
    let phases: Vec<(&Phase, &[Gate])> = match &plan.expected {
        ScenarioExpected::Apply(_) => all.map(|phase| (phase, phase.gates.as_slice())).collect(),
        ScenarioExpected::Audit { .. } => all.map(|phase| (phase, scenario.gates_of(phase))).collect(),
        ScenarioExpected::Probe(probe) => {
            let through = states.suite().phase(&probe.phase).map_or(0, |(index, _)| index + 1);
            all.take(through).map(|phase| (phase, none)).collect()
        }
    };
    let after_failure = match &plan.expected {
        ScenarioExpected::Audit { .. } => AfterFailure::GoOn,
        _ => AfterFailure::Stop,
    };
    let drive = Drive {
        states,
        migration: &migration,
        existing: None,
        resumed: None,
        phases,
        judging: Judging::Run,
        after_failure,
        findings: Findings::Left,
        events,
    };
    let ended = drive.go().await?;
    if let (ScenarioExpected::Probe(_), Some(state)) = (&plan.expected, ended.passed.last())
        && ended.kept.is_empty()
        && let Err(error) = probe(states, &migration, scenario, plan, state, events).await?
    {
        let suite = states.suite().name.clone();
        events.emit(Event::SuiteStopped { suite, reason: error.reason() })?;
    }
    // What a scenario ended in is in its events, and what did not apply goes; so do the states that it alone passes through,
    // of which a hundred would fill the memory that servers of ours work in. Whoever died meanwhile has said so.
    for kept in ended.kept.iter().filter(|kept| !ended.passed.iter().any(|state| kept.is(state))) {
        let _ = kept.discard(states.host()).await;
    }
    drop(ended);
    let _ = states.forget(&migration).await;
    Ok(())
}

/// What somebody does to the state after a phase, and then what is seen of it.
async fn probe(
    states: &States,
    migration: &Migration,
    scenario: &Scenario,
    plan: &ScenarioPlan,
    state: &State,
    events: &mut Events<'_>,
) -> Result<Result<(), Error>, RunError> {
    let ScenarioExpected::Probe(expected) = &plan.expected else {
        return Ok(Ok(()));
    };
    let mut copy = match states.working_copy_of(state).await {
        Ok(copy) => copy,
        Err(error) => return Ok(Err(error)),
    };
    let suite = states.suite().name.clone();
    if let Some(action) = scenario.action() {
        let on = Application { host: states.host(), database: &copy.database, limit: states.limits().phase };
        let of = RanFor { suite: &suite, phase: None, direction: Direction::Up, check: None };
        let mut unwritten = None;
        let mut teller = |progress: Progress| {
            if let Progress::Ran(ran) = progress {
                unwritten = unwritten.take().or(ran.emit(of, events).err());
            }
        };
        let acted = migration.act(on, &mut copy.session, action, Told::of_commands(&mut teller)).await;
        if let Some(error) = unwritten {
            return Err(error);
        }
        if let Err(failure) = acted {
            events.emit(Event::ActionFailed { suite, failure })?;
            return Ok(states.clear(copy).await);
        }
    }
    let own = OwnDatabase { host: states.host(), database: &copy.database };
    let seen = try_steps(&mut copy.session, states.limits(), &expected.steps, Some(own)).await;
    let judged = judge(&Expectation::Sequence(expected.sequence()), &seen);
    let broke = matches!(seen, Observation::Broken { .. });
    let observation = events.observed(seen)?;
    events.emit(Event::StepsTried { suite, verdict: judged.verdict, reason: judged.reason, observation })?;
    let cleared = states.clear(copy).await;
    // What broke says more than what may go wrong with clearing up after it.
    Ok(if broke { Ok(()) } else { cleared })
}
