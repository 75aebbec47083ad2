//! A folder of `prove` that was forged as a whole: defects and scenarios are judged again as checks are.

use phasegate_evidence::{Event, Reason, ReasonCode, Seen, Verdict, judge::Observation};

use crate::{
    Written,
    kinds::proved,
    sample::{Sample, rows_seen},
};

/// The honest proof of a suite whose check 1.1.2 passes on the schema that its defect weakens.
fn uncaught() -> Sample {
    let mut sample = proved();
    let missed = "the check is passed, expected `rows-differ: ...row 1 is (other), expected (1.1.2)...`";
    for event in &mut sample.events {
        match event {
            Event::DefectTried { check, verdict, reason, observation, .. } if check == "1.1.2" => {
                *verdict = Verdict::Failed;
                *reason = Reason::new(ReasonCode::NotCaught, missed);
                *observation = Seen::Here(Box::new(rows_seen("1.1.2")));
            }
            Event::SuiteFinished { verdict, .. } => *verdict = Verdict::Failed,
            _ => {}
        }
    }
    sample
}

fn finished_as(mut sample: Sample, as_said: Verdict) -> Sample {
    for event in &mut sample.events {
        if let Event::SuiteFinished { verdict, .. } = event {
            *verdict = as_said;
        }
    }
    sample
}

#[test]
fn a_defect_that_was_turned_to_caught_is_found() {
    assert_eq!(Written::of(&uncaught()).faults(), Vec::<String>::new());
    let mut forged = finished_as(uncaught(), Verdict::Passed);
    for event in &mut forged.events {
        if let Event::DefectTried { check, verdict, reason, .. } = event
            && check == "1.1.2"
        {
            *verdict = Verdict::Passed;
            *reason = Reason::new(ReasonCode::RowsDiffer, "row 1 is (other), expected (1.1.2)");
        }
    }
    let faults = Written::of(&forged).faults();
    assert_eq!(faults.len(), 1, "{faults:?}");
    assert!(
        faults[0].starts_with(
            "events.jsonl: the defect of ledger/1.1.2 is said to be passed (rows-differ: row 1 is (other)"
        ),
        "{faults:?}"
    );
    assert!(faults[0].contains("and what was seen comes to failed (not-caught: the check is passed"), "{faults:?}");
}

#[test]
fn a_defect_that_was_turned_to_not_applicable_is_found() {
    let lacking = Reason::new(ReasonCode::ServerLacks, "needs the community edition of TimescaleDB");
    let mut forged = finished_as(uncaught(), Verdict::Passed);
    for event in &mut forged.events {
        if let Event::DefectTried { check, verdict, reason, observation, .. } = event
            && check == "1.1.2"
        {
            (*verdict, *reason) = (Verdict::NotApplicable, lacking.clone());
            *observation = Seen::Here(Box::new(Observation::NotApplicable { reason: lacking.clone() }));
        }
    }
    let faults = Written::of(&forged).faults();
    let what = "events.jsonl: the defect of ledger/1.1.2 is said to be not applicable (server-lacks: needs the community \
                edition of TimescaleDB); by plan and server it is applicable";
    assert_eq!(faults, [what]);
}

#[test]
fn a_defect_that_was_taken_out_makes_no_pass() {
    let mut forged = finished_as(uncaught(), Verdict::Passed);
    forged.events.retain(|event| !matches!(event, Event::DefectTried { check, .. } if check == "1.1.2"));
    assert_eq!(
        Written::of(&forged).faults(),
        [
            "events.jsonl: ledger: phase 2 was started where the defect of check 1.1.2 was due",
            "events.jsonl: suite ledger is said to be passed and comes to not-run"
        ]
    );
}

#[test]
fn a_scenario_without_what_happened_in_it_is_found() {
    let forged = |without: fn(&Event) -> bool| {
        let mut forged = proved();
        forged.events.retain(|event| !matches!(event, Event::InScenario { event, .. } if without(event)));
        forged.keep_named_outputs();
        Written::of(&forged).faults()
    };
    for (faults, scenario, comes_to, due) in [
        (
            forged(|event| matches!(event, Event::PhaseFailed { .. })),
            "apply",
            "every gate passed, expected PhaseFailed",
            "phase 1",
        ),
        (
            forged(|event| matches!(event, Event::CheckJudged { .. })),
            "audit",
            "1.1.2 is `not-run`, expected `rows-differ: row 1`",
            "check 1.1.2",
        ),
        (forged(|event| matches!(event, Event::StepsTried { .. })), "probe", "the steps were not tried", "its steps"),
    ] {
        let otherwise = format!(
            "events.jsonl: scenario {scenario} of ledger is said to be passed, and what was seen comes to failed \
             (ended-otherwise: {comes_to})"
        );
        assert!(faults.contains(&otherwise), "{faults:?}");
        assert!(faults.iter().any(|fault| fault.ends_with(&format!("where {due} was due"))), "{faults:?}");
    }
}

#[test]
fn a_scenario_that_was_taken_out_whole_makes_no_pass() {
    let mut forged = proved();
    let of_audit = |scenario: &str| scenario == "audit";
    forged.events.retain(|event| {
        !matches!(event, Event::InScenario { scenario, .. } | Event::ScenarioEnded { scenario, .. } if of_audit(scenario))
    });
    let faults = Written::of(&forged).faults();
    assert_eq!(
        faults,
        [
            "events.jsonl: ledger: in scenario probe the baseline was reused where scenario audit was due",
            "events.jsonl: suite ledger is said to be passed and comes to not-run"
        ]
    );
}

#[test]
fn a_verdict_that_was_turned_within_a_scenario_is_found() {
    let mut forged = proved();
    for event in &mut forged.events {
        let Event::InScenario { event, .. } = event else { continue };
        match event.as_mut() {
            Event::CheckJudged { verdict, reason, .. } => (*verdict, *reason) = (Verdict::Passed, None),
            Event::StepsTried { verdict, .. } => *verdict = Verdict::Failed,
            _ => {}
        }
    }
    let faults = Written::of(&forged).faults().join("\n");
    for fault in [
        "ledger/1.1.2 is said to be passed over 1 row, and what was seen comes to failed over 1 row (rows-differ: ",
        "scenario audit of ledger is said to be passed, and what was seen comes to failed (ended-otherwise: ",
        "the steps of a scenario of ledger is said to be failed, and what was seen comes to passed",
        "scenario probe of ledger is said to be passed, and what was seen comes to failed (ended-otherwise: ",
    ] {
        assert!(faults.contains(fault), "{fault}\n{faults}");
    }
}

#[test]
fn a_scenario_in_which_something_broke_is_an_error_and_no_claim() {
    let mut broken = finished_as(proved(), Verdict::Error);
    let reason = Reason::new(ReasonCode::ConnectionLost, "the connection was lost: it was shut down");
    for event in &mut broken.events {
        match event {
            Event::InScenario { scenario, event, .. } if scenario == "apply" => {
                if let Event::PhaseFailed { failure, catalog_after, catalog_unchanged, .. } = event.as_mut() {
                    (failure.sqlstate, failure.cause) = (None, None);
                    (failure.broke, failure.message) = (Some(reason.code), reason.detail.clone());
                    (*catalog_after, *catalog_unchanged) = (None, false);
                }
            }
            Event::ScenarioEnded { scenario, verdict, reason, .. } if scenario == "apply" => {
                let detail = "another outcome was expected: phase 1 failed: up.sql:1: the connection was lost: it was shut \
                              down (connection-lost, no cause named)";
                (*verdict, *reason) = (Verdict::Error, Some(Reason::new(ReasonCode::ConnectionLost, detail)));
            }
            _ => {}
        }
    }
    let over = broken.events.iter().position(|event| matches!(event, Event::ScenarioEnded { .. })).expect("an end") + 1;
    let end = broken.events.len() - 1;
    let Event::ScenarioEnded { reason: Some(reason), .. } = broken.events[over - 1].clone() else {
        panic!("no reason")
    };
    broken.events.splice(over..end, [Event::SuiteStopped { suite: "ledger".into(), reason }]);
    broken.keep_named_outputs();
    assert_eq!(Written::of(&broken).faults(), Vec::<String>::new());
    for event in &mut broken.events {
        if let Event::ScenarioEnded { verdict, .. } = event
            && *verdict == Verdict::Error
        {
            *verdict = Verdict::Failed;
        }
    }
    let faults = Written::of(&finished_as(broken, Verdict::Failed)).faults();
    assert!(faults[0].contains("scenario apply of ledger is said to be failed (connection-lost"), "{faults:?}");
    assert!(faults[0].contains("and what was seen comes to error (connection-lost"), "{faults:?}");
}
