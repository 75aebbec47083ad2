//! A folder that was forged as a whole: chain, outputs and result all recomputed. What contradicts itself is found; what
//! was made up consistently is told from the honest run only by a digest that the latter printed, or by a signature.

use phasegate_evidence::{
    Digest, Event, Reason, ReasonCode, Seen, Verdict,
    judge::{Observation, judge},
};

use crate::{
    Written,
    sample::{Sample, rows_seen},
};

/// The honest run of a suite whose check 3.1.1 saw another row than the expected one.
fn honest() -> Sample {
    let mut sample = Sample::passed();
    let check = sample.plan.suites[0].phases[2].gates[0].checks[0].clone();
    for event in &mut sample.events {
        match event {
            Event::CheckJudged { check: id, verdict, reason, examined, observation, .. } if *id == check.id => {
                let seen = rows_seen("another");
                let judged = judge(&check.expectation, &seen);
                (*verdict, *reason, *examined) = (judged.verdict, judged.reason, judged.examined);
                *observation = Seen::Here(Box::new(seen));
            }
            Event::PhaseJudged { phase, verdict, .. } if phase == "3" => *verdict = Verdict::Failed,
            Event::SuiteFinished { verdict, .. } => *verdict = Verdict::Failed,
            _ => {}
        }
    }
    sample
}

/// The honest run with every verdict turned into a pass, sealed again as a whole.
fn turned_into_a_pass() -> Sample {
    let mut sample = honest();
    for event in &mut sample.events {
        match event {
            Event::CheckJudged { verdict, reason, .. } if *verdict == Verdict::Failed => {
                (*verdict, *reason) = (Verdict::Passed, None);
            }
            Event::PhaseJudged { verdict, .. } | Event::SuiteFinished { verdict, .. } => *verdict = Verdict::Passed,
            _ => {}
        }
    }
    sample
}

const MISJUDGED: &str = "events.jsonl: ledger/3.1.1 is said to be passed over 1 row, and what was seen comes to failed over \
     1 row (rows-differ: row 1 is (another), expected (3.1.1))";

#[test]
fn a_verdict_that_what_was_seen_does_not_come_to_is_found() {
    assert_eq!(Written::of(&honest()).faults(), Vec::<String>::new());
    assert_eq!(Written::of(&turned_into_a_pass()).faults(), [MISJUDGED]);
}

#[test]
fn the_version_that_a_forged_folder_names_keeps_nothing_from_being_judged() {
    let mut forged = turned_into_a_pass();
    forged.plan.phasegate = "9.9.9".into();
    assert_eq!(Written::of(&forged).faults(), [MISJUDGED]);
}

#[test]
fn a_format_that_this_program_does_not_know_does_not_verify() {
    for (format, program) in [(1, "Phasegate 0.1 can"), (3, "a Phasegate that is newer than 0.2")] {
        let mut sample = Sample::passed();
        sample.plan.format = format;
        let faults = Written::of(&sample).faults();
        assert!(faults[0].starts_with(&format!("plan.json: is of format {format}")), "{faults:?}");
        assert!(faults[0].contains(program), "{faults:?}");
    }
}

#[test]
fn a_skip_that_neither_the_plan_nor_the_server_makes_so_is_found() {
    let mut forged = honest();
    for event in &mut forged.events {
        match event {
            Event::CheckJudged { check, verdict, reason, examined, observation, .. } if check == "3.1.1" => {
                let why = Reason::new(ReasonCode::ServerLacks, "needs what this server lacks");
                *observation = Seen::Here(Box::new(Observation::NotApplicable { reason: why.clone() }));
                (*verdict, *reason, *examined) = (Verdict::NotApplicable, Some(why), None);
            }
            Event::PhaseJudged { verdict, .. } => *verdict = Verdict::Passed,
            Event::SuiteFinished { verdict, .. } => *verdict = Verdict::Passed,
            _ => {}
        }
    }
    for event in &mut forged.events {
        if let Event::PhaseJudged { phase, verdict, .. } = event
            && phase == "3"
        {
            *verdict = Verdict::NotApplicable;
        }
    }
    let faults = Written::of(&forged).faults();
    assert_eq!(
        faults,
        [
            "events.jsonl: ledger/3.1.1 is said to be not applicable (server-lacks: needs what this server lacks); by plan \
          and server it is applicable"
        ]
    );
}

#[test]
fn a_check_that_was_judged_where_it_cannot_be_is_found() {
    let mut forged = Sample::passed();
    for event in &mut forged.events {
        if let Event::ServerReady { server } = event {
            server.versions.remove("TimescaleDB edition");
        }
    }
    let faults = Written::of(&forged).faults();
    assert!(faults[0].contains("ledger/3.1.2 is said to be not applicable"), "{faults:?}");
    assert!(faults[0].contains("this server does not say which edition it is"), "{faults:?}");
}

#[test]
fn an_output_that_no_check_can_have_seen_is_found() {
    let mut forged = Sample::passed();
    let digest = forged.output("looks good to me");
    for event in &mut forged.events {
        if let Event::CheckJudged { check, observation, .. } = event
            && check == "2.1.1"
        {
            *observation = Seen::Stored(digest.clone());
        }
    }
    let what = "is not what ledger/2.1.1 can have seen: expected value at line 1 column 1";
    assert_eq!(Written::of(&forged).faults(), [format!("outputs/{digest}: {what}")]);
}

#[test]
fn a_finding_that_its_steps_do_not_show_is_found() {
    let mut forged = Sample::passed();
    for event in &mut forged.events {
        if let Event::FindingTried { confirmed, reason, .. } = event {
            (*confirmed, *reason) = (true, None);
        }
    }
    let faults = Written::of(&forged).faults();
    assert_eq!(
        faults,
        ["events.jsonl: finding float-amounts of ledger is said to be passed, and what was seen comes to failed \
          (rows-differ: step 2: row 1 is (12), expected (0))"]
    );
}

#[test]
fn an_observation_made_up_with_its_verdict_verifies_but_has_none_of_the_digests_that_were_printed() {
    let honest = Written::of(&honest()).verify();
    assert!(honest.holds(), "{:?}", honest.faults);
    let forged = Written::of(&Sample::passed()).verify();
    assert!(forged.holds(), "{:?}", forged.faults);
    let printed =
        [honest.result_digest.expect("a digest"), honest.head.expect("a digest"), honest.run_digest.expect("a digest")];
    for digest in &printed {
        assert_eq!(forged.recognise(digest), None);
    }
}

#[test]
fn each_of_the_three_digests_is_recognised() {
    let verification = Written::of(&Sample::passed()).verify();
    let result = verification.result_digest.clone().expect("a digest");
    let head = verification.head.clone().expect("a digest");
    assert_eq!(verification.recognise(&result), Some("result"));
    assert_eq!(verification.recognise(&head), Some("head"));
    let run = verification.run_digest.clone().expect("a digest");
    assert_eq!(verification.recognise(&run), Some("run"));
    assert_eq!(verification.recognise(&Digest::of(b"")), None);
}
