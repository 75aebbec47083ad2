//! A run that says after which signed run it began.

use phasegate_evidence::{ApprovedBy, Digest, Precedent};

use crate::{Written, sample::Sample};

/// The faults of the sample's three phases, begun after a run with these approvals.
fn began_after(phases: &[Option<&str>]) -> Vec<String> {
    let digest = |text: &str| Digest::of(text.as_bytes());
    let approval = |phase: &Option<&str>| ApprovedBy {
        sign_off: digest("a sign-off"),
        name: "Grace".into(),
        key: digest("a key"),
        phase: phase.map(|phase| ("ledger".to_owned(), phase.to_owned())),
    };
    let after = Precedent {
        run: "20260101T000000.000Z-1".into(),
        run_digest: digest("a run"),
        result: digest("a result"),
        approvals: phases.iter().map(approval).collect(),
    };
    Written::of(&Sample { after: Some(after), ..Sample::passed() }).faults()
}

#[test]
fn a_run_goes_one_phase_beyond_what_was_approved() {
    assert_eq!(began_after(&[None]), [""; 0]);
    assert_eq!(began_after(&[Some("1"), Some("2")]), [""; 0]);
}

#[test]
fn a_run_that_began_on_no_approval_cannot_be() {
    let of = |phase: &str| {
        format!(
            "events.jsonl: says that it began after run 20260101T000000.000Z-1, and names no approval of phase {phase} of ledger"
        )
    };
    assert_eq!(began_after(&[]), [of("1")]);
    assert_eq!(began_after(&[Some("1")]), [of("2")]);
    assert_eq!(began_after(&[Some("2"), Some("3")]), [of("1")]);
}
