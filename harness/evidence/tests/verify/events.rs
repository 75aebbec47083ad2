//! Chains that hold and yet tell of a run that cannot have happened: each sample is changed before it is chained.

use phasegate_evidence::{ApplyFailure, Event, Plan, Reason, ReasonCode, Refusal, Verdict, judge::Judging};

use crate::{
    Written,
    sample::{Sample, catalog_after, tables_after},
};

fn position(sample: &Sample, wanted: impl Fn(&Event) -> bool) -> usize {
    sample.events.iter().position(wanted).expect("such an event")
}

fn judged(id: &'static str) -> impl Fn(&Event) -> bool {
    move |event| matches!(event, Event::CheckJudged { check, .. } if check == id)
}

fn phase_started(id: &'static str) -> impl Fn(&Event) -> bool {
    move |event| matches!(event, Event::PhaseStarted { phase, .. } if phase == id)
}

fn failure() -> ApplyFailure {
    ApplyFailure::refused("phases/2/up.sql", 1, 1, &Refusal::without_code("no"))
}

#[test]
fn a_phase_that_started_after_a_failed_gate_is_found() {
    let mut sample = Sample::passed();
    let at = position(&sample, judged("1.1.2"));
    if let Event::CheckJudged { verdict, reason, .. } = &mut sample.events[at] {
        *verdict = Verdict::Failed;
        *reason = Some(Reason::new(ReasonCode::NotRefused, "the write was accepted"));
    }
    let faults = Written::of(&sample).faults();
    assert_eq!(
        faults,
        [
            "events.jsonl: ledger/1.1.2 is said to be failed over 1 row (not-refused: the write was accepted), and what was \
             seen comes to passed over 1 row",
            "events.jsonl: ledger: phase 2 started although phase 1 was failed",
            "events.jsonl: phase 1 of ledger is said to be passed and comes to failed",
            "events.jsonl: suite ledger is said to be passed and comes to failed",
        ]
    );
}

#[test]
fn a_phase_that_started_before_the_gates_of_the_one_before_were_judged_is_found() {
    let mut sample = Sample::passed();
    let at = position(&sample, phase_started("2"));
    let start = sample.events.remove(at);
    let earlier = position(&sample, judged("1.1.2"));
    sample.events.insert(earlier, start);
    assert_eq!(Written::of(&sample).faults(), ["events.jsonl: ledger: phase 2 started although phase 1 was not-run"]);
}

#[test]
fn a_phase_that_started_without_the_one_before_is_found() {
    let mut sample = Sample::passed();
    sample.events.retain(|event| {
        !matches!(event,
        Event::PhaseStarted { phase, .. } | Event::StatementApplied { phase, .. } | Event::PhaseApplied { phase, .. }
        | Event::CheckJudged { phase, .. } | Event::PhaseJudged { phase, .. } if phase == "2")
    });
    sample.keep_named_outputs();
    let faults = Written::of(&sample).faults();
    assert_eq!(faults[0], "events.jsonl: ledger: phase 3 started although phase 2 was not-run");
}

#[test]
fn a_check_judged_twice_is_found() {
    let mut sample = Sample::passed();
    let at = position(&sample, judged("1.1.2"));
    let again = sample.events[at].clone();
    sample.events.insert(at, again);
    assert_eq!(
        Written::of(&sample).faults(),
        ["events.jsonl: check 1.1.2 of gate 1.1, phase 1 of ledger, was judged twice"]
    );
}

#[test]
fn a_check_that_was_not_planned_is_found() {
    let mut sample = Sample::passed();
    let at = position(&sample, judged("1.1.2"));
    if let Event::CheckJudged { check, .. } = &mut sample.events[at] {
        *check = "1.1.3".into();
    }
    let faults = Written::of(&sample).faults();
    assert_eq!(faults[0], "events.jsonl: check 1.1.3 of gate 1.1, phase 1 of ledger, was judged and was not planned");
}

#[test]
fn a_statement_of_a_phase_that_was_not_planned_is_found() {
    let mut sample = Sample::passed();
    let at = position(&sample, phase_started("3"));
    sample.events.insert(at, Event::PhaseStarted { suite: "ledger".into(), phase: "2b".into() });
    assert_eq!(Written::of(&sample).faults(), ["events.jsonl: phase 2b of ledger was started and was not planned"]);
}

#[test]
fn a_check_judged_on_a_phase_that_never_applied_is_found() {
    let mut sample = Sample::passed();
    sample.events.retain(|event| !matches!(event, Event::PhaseApplied { phase, .. } if phase == "3"));
    sample.keep_named_outputs();
    let faults = Written::of(&sample).faults();
    assert_eq!(
        faults[0],
        "events.jsonl: check 3.1.1 of gate 3.1, phase 3 of ledger, was judged before phase 3 of ledger was applied"
    );
}

#[test]
fn a_phase_without_a_baseline_is_found() {
    let mut sample = Sample::passed();
    let at = position(&sample, |event| matches!(event, Event::BaselineApplied { .. }));
    sample.events[at] = Event::BaselineFailed { suite: "ledger".into(), failure: failure() };
    sample.keep_named_outputs();
    let faults = Written::of(&sample).faults();
    assert_eq!(faults[0], "events.jsonl: phase 1 of ledger was started before the baseline of ledger was applied");
}

#[test]
fn a_suite_without_a_server_is_found() {
    let mut sample = Sample::passed();
    sample.events.remove(0);
    let faults = Written::of(&sample).faults();
    assert_eq!(faults[0], "events.jsonl: suite ledger was started before the run had a server");
}

#[test]
fn a_plan_that_names_a_check_twice_is_found() {
    let mut sample = Sample::passed();
    let gate = &mut sample.plan.suites[0].phases[0].gates[0];
    gate.checks.push(gate.checks[0].clone());
    assert_eq!(
        Written::of(&sample).faults(),
        ["events.jsonl: check 1.1.1 of gate 1.1, phase 1 of ledger, is planned twice"]
    );
}

#[test]
fn a_run_without_suites_is_no_pass() {
    let mut sample = Sample::passed();
    sample.plan.suites.clear();
    sample.events.truncate(1);
    sample.outputs.clear();
    let verification = Written::of(&sample).verify();
    assert_eq!(verification.result.expect("a result").verdict, Verdict::Error);
}

#[test]
fn an_honest_failed_phase_verifies() {
    let mut sample = Sample::passed();
    let at = position(&sample, |event| matches!(event, Event::StatementApplied { phase, .. } if phase == "2"));
    sample.events.truncate(at);
    let catalog_after = Some(sample.stored_value(&catalog_after(1)));
    sample.events.extend([
        Event::PhaseFailed {
            suite: "ledger".into(),
            phase: "2".into(),
            failure: failure(),
            catalog_after,
            catalog_unchanged: true,
            tables: tables_after(1),
            revisions: Default::default(),
        },
        Event::SuiteFinished { suite: "ledger".into(), verdict: Verdict::Failed },
    ]);
    sample.keep_named_outputs();
    let verification = Written::of(&sample).verify();
    assert!(verification.holds(), "{:?}", verification.faults);
    let result = verification.result.expect("a result");
    assert_eq!(result.totals.checks.not_run, 4);
    assert_eq!(result.verdict, Verdict::Failed);
}

#[test]
fn gates_alone_on_a_database_that_existed_verify() {
    let mut sample = Sample::passed();
    sample.plan.suites[0].findings.clear();
    let with_phases = Written::of(&Sample { plan: Plan { judging: Judging::Check, ..sample.plan.clone() }, ..sample });
    assert_eq!(
        with_phases.faults()[0],
        "events.jsonl: the baseline of ledger was applied in a run that judges gates alone"
    );
    let mut sample = Sample::passed();
    sample.plan.suites[0].findings.clear();
    sample.plan.judging = Judging::Check;
    sample.events.retain(|event| {
        matches!(
            event,
            Event::ServerReady { .. }
                | Event::SuiteStarted { .. }
                | Event::CheckJudged { .. }
                | Event::PhaseJudged { .. }
                | Event::SuiteFinished { .. }
        )
    });
    sample.keep_named_outputs();
    assert_eq!(Written::of(&sample).faults(), Vec::<String>::new());
    sample.events.remove(1);
    assert_eq!(
        Written::of(&sample).faults()[0],
        "events.jsonl: check 1.1.1 of gate 1.1, phase 1 of ledger, was judged before suite ledger was started"
    );
}
