//! Runs that went on after a phase whose gates had not opened: their plan says that they would, and they have failed.

use phasegate_evidence::{
    Event, ReasonCode, Seen, Stopped, Verdict,
    judge::Judging,
    sign::{Broken, PrivateKey, SigningError},
};

use crate::{
    Written,
    sample::{Sample, rows_seen},
    signed::signing,
};

/// The passed sample, planned to keep going, in which check 1.1.2 saw another row than the expected one.
fn kept_going() -> Sample {
    let mut sample = Sample::passed();
    sample.plan.keep_going = true;
    let check = sample.plan.suites[0].phases[0].gates[0].checks[1].clone();
    for event in &mut sample.events {
        match event {
            Event::CheckJudged { check: id, verdict, reason, observation, .. } if *id == check.id => {
                let seen = rows_seen("another");
                let judged = check.judge(&seen);
                (*verdict, *reason) = (judged.verdict, judged.reason);
                *observation = Seen::Here(Box::new(seen));
            }
            Event::PhaseJudged { phase, verdict, .. } if phase == "1" => *verdict = Verdict::Failed,
            Event::SuiteFinished { verdict, .. } => *verdict = Verdict::Failed,
            _ => {}
        }
    }
    sample
}

#[test]
fn a_run_that_was_planned_to_keep_going_verifies_and_has_failed_whatever_passed_after_it() {
    let verification = Written::of(&kept_going()).verify();
    assert_eq!(verification.faults, []);
    let result = verification.result.expect("a result");
    let phases: Vec<Verdict> = result.suites[0].phases.iter().map(|phase| phase.verdict).collect();
    assert_eq!(phases, [Verdict::Failed, Verdict::Passed, Verdict::Passed]);
    assert_eq!(result.verdict, Verdict::Failed);
}

#[test]
fn a_phase_after_a_failed_one_is_found_where_the_plan_does_not_say_that_the_run_keeps_going() {
    let mut sample = kept_going();
    sample.plan.keep_going = false;
    assert_eq!(Written::of(&sample).faults(), ["events.jsonl: ledger: phase 2 started although phase 1 was failed"]);
}

#[test]
fn a_run_that_was_to_keep_going_and_stopped_at_a_failed_gate_is_found() {
    let mut sample = kept_going();
    let end = sample.events.pop().expect("the end of the suite");
    let second = |event: &Event| matches!(event, Event::PhaseStarted { phase, .. } if phase == "2");
    sample.events.truncate(sample.events.iter().position(second).expect("phase 2 started"));
    sample.events.push(end);
    sample.keep_named_outputs();
    assert_eq!(
        Written::of(&sample).faults(),
        ["events.jsonl: ledger: suite ledger was finished where phase 2 was due"]
    );
}

#[test]
fn nothing_is_judged_more_mildly_where_a_run_keeps_going() {
    let mut sample = kept_going();
    for event in &mut sample.events {
        if let Event::PhaseJudged { verdict, .. } | Event::SuiteFinished { verdict, .. } = event {
            *verdict = Verdict::Passed;
        }
    }
    let claims = ["phase 1 of ledger", "suite ledger"];
    let faults = claims.map(|what| format!("events.jsonl: {what} is said to be passed and comes to failed"));
    assert_eq!(Written::of(&sample).faults(), faults);
}

#[test]
fn only_a_run_that_applies_its_phases_keeps_going() {
    let mut sample = kept_going();
    sample.plan.judging = Judging::Prove;
    let faults = Written::of(&sample).faults();
    let why =
        "events.jsonl: the run is said to keep going after a failed phase, which only a run does that applies them";
    assert!(faults.iter().any(|fault| fault == why), "{faults:?}");
}

#[test]
fn neither_the_run_nor_a_phase_after_the_failed_one_is_signed_as_passed() {
    let verification = Written::of(&kept_going()).verify();
    let key = PrivateKey::generate().expect("random numbers");
    let passes = Written::of(&Sample::passed()).verify();
    for phase in [None, Some("1"), Some("2"), Some("3")] {
        let phase = phase.map(|phase| ("ledger".to_owned(), phase.to_owned()));
        let signed = verification.sign(phasegate_evidence::sign::Signing { phase: phase.clone(), ..signing(0) }, &key);
        let refused =
            matches!(&signed, Err(SigningError::Refused(rules)) if *rules == [Broken::NotPassed(Verdict::Failed)]);
        assert!(refused, "{phase:?}: {signed:?}");
        assert!(passes.sign(phasegate_evidence::sign::Signing { phase, ..signing(0) }, &key).is_ok());
    }
}

#[test]
fn nothing_goes_on_from_a_run_that_kept_going() {
    let (plan, links) = Written::of(&kept_going()).verify().read.expect("readable");
    let why = Stopped::of(&plan, &links, "ledger").expect_err("it stopped nowhere");
    assert_eq!(why, "kept going after a failed phase, and stopped nowhere: run it again without --keep-going");
}

#[test]
fn what_a_check_saw_that_asks_to_be_adopted_is_no_pass_for_whoever_verifies() {
    let mut sample = Sample::passed();
    sample.plan.suites[0].phases[2].gates[0].checks[0].adopt = true;
    let faults = Written::of(&sample).faults();
    let misjudged =
        "events.jsonl: ledger/3.1.1 is said to be passed over 1 row, and what was seen comes to failed (not-adopted: ";
    assert!(faults[0].starts_with(misjudged), "{faults:?}");
    // As the engine judges it, it is a failed check and nothing else.
    let check = sample.plan.suites[0].phases[2].gates[0].checks[0].clone();
    for event in &mut sample.events {
        match event {
            Event::CheckJudged { check: id, verdict, reason, examined, .. } if *id == check.id => {
                let judged = check.judge(&rows_seen(&check.id));
                assert_eq!(judged.reason.as_ref().map(|reason| reason.code), Some(ReasonCode::NotAdopted));
                (*verdict, *reason, *examined) = (judged.verdict, judged.reason, judged.examined);
            }
            Event::PhaseJudged { phase, verdict, .. } if phase == "3" => *verdict = Verdict::Failed,
            Event::SuiteFinished { verdict, .. } => *verdict = Verdict::Failed,
            _ => {}
        }
    }
    assert_eq!(Written::of(&sample).faults(), Vec::<String>::new());
}
