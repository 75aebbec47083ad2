//! A run that says after which signed run it began.

use phasegate_evidence::{ApprovedBy, Digest, Event, Link, Precedent, Verdict, begins_after, judge::Judging};

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

/// One edit of the run that was signed or of the one that says it began after it, and what is said of it.
type Forgery = (fn(&mut Sample, &mut Sample), Result<(), &'static str>);

const UP: &str = "fixtures/phases/2-accounts/up.sql";

/// The statements of phase 2, each with its file.
fn files_of_phase_2(sample: &mut Sample) -> impl Iterator<Item = &mut String> {
    sample.events.iter_mut().filter_map(|event| match event {
        Event::StatementApplied { phase, file, .. } if phase == "2" => Some(file),
        _ => None,
    })
}

/// Ends the run before phase 2 had applied as a whole.
fn ended_in_phase_2(sample: &mut Sample) {
    let of_phase_2 = |event: &Event| matches!(event, Event::PhaseApplied { phase, .. } if phase == "2");
    let end = sample.events.iter().position(of_phase_2).expect("it applied");
    sample.events.truncate(end);
    sample.events.push(Event::SuiteFinished { suite: "ledger".into(), verdict: Verdict::Failed });
}

#[test]
fn a_run_that_went_on_from_something_else_than_was_signed_is_told_from_one_that_did() {
    let other = Digest::of(b"other");
    let forgeries: [Forgery; 16] = [
        (|_, _| {}, Ok(())),
        // One phase more is what the signature lets begin, with its files.
        (|signed, _| drop(signed.plan.suites[0].phases.pop()), Ok(())),
        (|_, next| drop(next.plan.suites[0].inputs.insert("fixtures/new.sql".into(), Digest::of(b"new"))), Ok(())),
        (|_, next| ended_in_phase_2(next), Ok(())),
        (
            |signed, _| drop(signed.plan.suites[0].phases.drain(1..)),
            Err("was signed for something else: phase 3 of suite ledger does not come next"),
        ),
        (
            |_, next| *next.plan.suites[0].inputs.get_mut(UP).expect("an input") = Digest::of(b"other"),
            Err("was signed for something else: fixtures/phases/2-accounts/up.sql of suite ledger is another file"),
        ),
        (
            |_, next| drop(next.plan.suites[0].inputs.remove(UP)),
            Err("was signed for something else: fixtures/phases/2-accounts/up.sql of suite ledger is another file"),
        ),
        (
            |_, next| drop(next.plan.suites[0].phases[1].gates[0].checks.pop()),
            Err("was signed for something else: phase 2 of suite ledger has other gates"),
        ),
        (
            |_, next| next.plan.suites[0].bookkeeping.push("entries".into()),
            Err("was signed for something else: suite ledger leaves out other tables"),
        ),
        (
            |_, next| next.plan.suites[0].suite = "other".into(),
            Err("was signed for something else: suite other is not in it"),
        ),
        // Every signed file lies there, and another one was applied.
        (
            |_, next| files_of_phase_2(next).for_each(|file| *file = "phases/other.sql".into()),
            Err("applied other files in phase 2 of suite ledger"),
        ),
        (
            |_, next| {
                files_of_phase_2(next).for_each(|file| *file = "phases/other.sql".into());
                ended_in_phase_2(next);
            },
            Err("applied other files in phase 2 of suite ledger"),
        ),
        (
            |_, next| next.events.retain(|e| !matches!(e, Event::StatementApplied { phase, .. } if phase == "2")),
            Err("applied other files in phase 2 of suite ledger"),
        ),
        (
            |_, next| {
                for event in &mut next.events {
                    if let Event::BaselineApplied { statements, .. } = event {
                        *statements += 1;
                    }
                }
            },
            Err("applied another baseline of suite ledger"),
        ),
        (
            |_, next| drop(next.plan.suites[0].env.insert("APP_ENV".into(), "test".into())),
            Err("gave the commands of suite ledger another environment"),
        ),
        (|signed, _| signed.plan.judging = Judging::Check, Err("judged gates alone")),
    ];
    for (at, (forge, expected)) in forgeries.into_iter().enumerate() {
        let [mut signed, mut next] = [Sample::passed(), Sample::passed()];
        forge(&mut signed, &mut next);
        let links = [&signed, &next].map(|sample| linked(&sample.events, &other));
        let said = begins_after((&next.plan, &links[1]), (&signed.plan, &links[0]));
        match expected {
            Ok(()) => assert_eq!(said, Ok(()), "{at}"),
            Err(why) => assert!(said.as_ref().is_err_and(|said| said.starts_with(why)), "{at}, {why}: {said:?}"),
        }
    }
}

fn linked(events: &[Event], previous: &Digest) -> Vec<Link> {
    let link = |event: &Event| Link { seq: 0, previous: previous.clone(), at_unix_ms: 0, event: event.clone() };
    events.iter().map(link).collect()
}
