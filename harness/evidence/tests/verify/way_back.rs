//! A proof of the way back that leaves out the rest of the way rests on a proof that is there.

use std::collections::BTreeMap;

use phasegate_evidence::{
    Difference, Event, Seen, Verdict,
    judge::{
        Check, Direction, Expectation,
        GoesTo::{self, Baseline, Previous},
        Observation, Rollback, RollbackSeen, RollbackStep, judge,
    },
};

use crate::{Written, sample::Sample};

/// The steps of a way back from the phase `from`, down to the phase `to` and up again.
fn steps(from: usize, to: usize) -> Vec<RollbackStep> {
    let step = |direction: Direction| {
        move |phase: usize| RollbackStep {
            phase: phase.to_string(),
            direction,
            refused: None,
            difference: Difference { added: BTreeMap::new(), dropped: BTreeMap::new(), altered: BTreeMap::new() },
            rows_changed: Vec::new(),
        }
    };
    let down = (to..=from).rev().map(step(Direction::Down));
    down.chain((to..=from).map(step(Direction::Up))).collect()
}

/// A claim that a phase can be undone.
fn claim(to: GoesTo) -> Rollback {
    Rollback { tables: vec!["entries".into()], to, except: BTreeMap::new(), allow_empty: false }
}

/// The sample with a proof of the way back in each of its first phases: these steps, to there, on the strength of that one.
fn sample_of(proofs: &[(GoesTo, Vec<RollbackStep>, Option<&str>)]) -> Sample {
    let mut sample = Sample::passed();
    for (phase, (to, steps, rests_on)) in proofs.iter().enumerate() {
        if steps.is_empty() {
            continue;
        }
        let expectation = Expectation::Rollback(claim(*to));
        let planned = &mut sample.plan.suites[0].phases[phase];
        let id = format!("{}.back", planned.phase);
        planned.gates[0].checks.push(Check::new(&id, "the way back", expectation.clone()));
        let (phase, gate) = (planned.phase.clone(), planned.gates[0].gate.clone());
        let seen = Observation::Rollback(RollbackSeen {
            planned: steps.len(),
            steps: steps.clone(),
            rows: 12,
            rests_on: rests_on.map(str::to_owned),
            absent: Vec::new(),
        });
        let judged = judge(&expectation, &seen);
        let event = Event::CheckJudged {
            suite: "ledger".into(),
            phase: phase.clone(),
            gate,
            check: id,
            verdict: judged.verdict,
            reason: judged.reason,
            examined: judged.examined,
            observation: Seen::Here(Box::new(seen)),
            duration_us: 900,
        };
        let end = sample
            .events
            .iter()
            .position(|event| matches!(event, Event::PhaseJudged { phase: of, .. } if *of == phase));
        sample.events.insert(end.expect("the phase is judged"), event);
    }
    sample
}

/// The same for two phases, each of whose proofs leads to the baseline.
fn sample(second: Vec<RollbackStep>, rests_on: Option<&str>) -> Sample {
    sample_of(&[(Baseline, steps(1, 1), None), (Baseline, second, rests_on)])
}

const NOT_TO_ITS_END: &str = "events.jsonl: the way back of phase 2 of ledger is not walked to its end";

#[test]
fn a_whole_way_or_one_that_rests_on_the_proof_before_verifies() {
    assert_eq!(Written::of(&sample(steps(2, 1), None)).faults(), Vec::<String>::new());
    assert_eq!(Written::of(&sample(steps(2, 2), Some("1.back"))).faults(), Vec::<String>::new());
}

#[test]
fn a_way_of_fewer_steps_than_it_has_is_found() {
    assert_eq!(Written::of(&sample(steps(2, 2), None)).faults(), [NOT_TO_ITS_END]);
}

#[test]
fn a_way_that_rests_on_no_proof_of_the_way_back_from_the_phase_before_is_found() {
    // A check that is not there, one of another kind, and the proof itself.
    for rests_on in ["1.gone", "1.1.2", "2.back"] {
        assert_eq!(Written::of(&sample(steps(2, 2), Some(rests_on))).faults(), [NOT_TO_ITS_END], "{rests_on}");
    }
}

#[test]
fn a_way_that_rests_on_a_proof_that_was_not_judged_before_it_is_found() {
    let mut forged = sample(steps(2, 2), Some("1.back"));
    forged.events.retain(|event| !matches!(event, Event::CheckJudged { check, .. } if check == "1.back"));
    assert!(Written::of(&forged).faults().contains(&NOT_TO_ITS_END.to_owned()));
}

#[test]
fn a_way_that_rests_on_a_proof_that_failed_is_found() {
    let mut forged = sample(steps(2, 2), Some("1.back"));
    for event in &mut forged.events {
        if let Event::CheckJudged { check, verdict, observation, .. } = event
            && check == "1.back"
        {
            let Seen::Here(seen) = observation else { continue };
            if let Observation::Rollback(seen) = seen.as_mut() {
                seen.steps[0].rows_changed = vec!["entries 1 is gone".into()];
            }
            *verdict = Verdict::Failed;
        }
    }
    assert!(Written::of(&forged).faults().contains(&NOT_TO_ITS_END.to_owned()));
}

#[test]
fn a_way_to_the_state_before_the_phase_is_two_steps_and_rests_on_nothing() {
    let faults = |second: Vec<RollbackStep>, rests_on| {
        let proofs = [(Baseline, steps(1, 1), None), (Previous, second, rests_on)];
        Written::of(&sample_of(&proofs)).faults()
    };
    assert_eq!(faults(steps(2, 2), None), Vec::<String>::new());
    assert_eq!(faults(steps(2, 1), None), [NOT_TO_ITS_END]);
    assert_eq!(faults(steps(2, 2), Some("1.back")), [NOT_TO_ITS_END]);
}

#[test]
fn a_way_may_turn_round_at_any_phase_that_was_proved_and_not_elsewhere() {
    let faults = |first: GoesTo, third: Vec<RollbackStep>| {
        let proofs = [(first, steps(1, 1), None), (Baseline, Vec::new(), None), (Baseline, third, Some("1.back"))];
        Written::of(&sample_of(&proofs)).faults()
    };
    let third = NOT_TO_ITS_END.replace("phase 2", "phase 3");
    assert_eq!(faults(Baseline, steps(3, 2)), Vec::<String>::new());
    assert_eq!(faults(Baseline, steps(3, 3)), [third.as_str()]);
    // One that led to the state before its phase alone proves nothing of the rest.
    assert_eq!(faults(Previous, steps(3, 2)), [third.as_str()]);
}
