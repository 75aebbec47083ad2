//! A folder that was forged as a whole: chain, outputs and result all recomputed. Nothing in the folder gives it away;
//! the digest that the honest run printed does.

use phasegate_evidence::{Digest, Event, Reason, Verdict};

use crate::{Written, sample::Sample};

/// The honest run of a suite whose last check failed.
fn honest() -> Sample {
    let mut sample = Sample::passed();
    for event in &mut sample.events {
        match event {
            Event::CheckJudged { check, verdict, reason, .. } if check == "3.1.1" => {
                *verdict = Verdict::Failed;
                *reason = Some(Reason::new("rows-differ", "row 1 is absent"));
            }
            Event::PhaseJudged { phase, verdict, .. } if phase == "3" => *verdict = Verdict::Failed,
            Event::SuiteFinished { verdict, .. } => *verdict = Verdict::Failed,
            _ => {}
        }
    }
    sample
}

#[test]
fn a_forged_verdict_verifies_but_has_none_of_the_digests_that_were_printed() {
    let honest = Written::of(&honest()).verify();
    assert!(honest.holds(), "{:?}", honest.faults);
    let forged = Written::of(&Sample::passed()).verify();
    assert!(forged.holds(), "{:?}", forged.faults);
    let printed = [honest.result_digest.expect("a digest"), honest.head.expect("a digest"), honest.run_digest];
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
    assert_eq!(verification.recognise(&verification.run_digest), Some("run"));
    assert_eq!(verification.recognise(&Digest::of(b"")), None);
}
