//! A run that goes on from an earlier one: what it took over is judged again like its own, and stands where it can stand.

use phasegate_evidence::{ApplyFailure, Digest, Event, Link, Stopped, Verdict, goes_on_from};

use crate::{
    Written,
    sample::{Sample, catalog_after, tables_after},
};

/// When the earlier run was written, in milliseconds since 1970: before the sample begins.
const EARLIER_UNIX_MS: u64 = 1_767_000_000_000;

/// The passed sample as a run that went on from another one with phase 2.
pub(crate) fn resumed() -> Sample {
    let mut sample = Sample::passed();
    let catalog = sample.stored_value(&catalog_after(1));
    let own = position(&sample, |event| matches!(event, Event::PhaseStarted { phase, .. } if phase == "2"));
    let taken = sample.events.drain(2..own).map(|event| taken(event, EARLIER_UNIX_MS)).collect::<Vec<_>>();
    let resumed = Event::SuiteResumed {
        suite: "ledger".into(),
        run: "20251229T092000.000Z-1".into(),
        head: Digest::of(b"head"),
        phase: "2".into(),
        changed: vec!["fixtures/phases/2-accounts/up.sql".into()],
        catalog,
        tables: tables_after(1),
    };
    sample.events.splice(2..2, std::iter::once(resumed).chain(taken));
    sample
}

fn taken(event: Event, at_unix_ms: u64) -> Event {
    Event::TakenOver { suite: "ledger".into(), at_unix_ms, event: Box::new(event) }
}

fn position(sample: &Sample, wanted: impl Fn(&Event) -> bool) -> usize {
    sample.events.iter().position(wanted).expect("such an event")
}

fn last_taken(sample: &Sample) -> usize {
    sample.events.iter().rposition(|event| matches!(event, Event::TakenOver { .. })).expect("something taken over")
}

#[test]
fn it_verifies_and_comes_to_what_the_uninterrupted_run_does() {
    let verification = Written::of(&resumed()).verify();
    assert!(verification.holds(), "{:?}", verification.faults);
    let uninterrupted = Written::of(&Sample::passed()).verify();
    assert_eq!(verification.result_digest, uninterrupted.result_digest);
    assert_eq!(verification.resumes.expect("an earlier run").run, "20251229T092000.000Z-1");
}

/// One edit, and what is said of it.
type Edit = (fn(&mut Sample), &'static str);

#[test]
fn what_was_taken_over_and_cannot_have_been_is_found() {
    let edits: [Edit; 10] = [
        (|s| drop(s.events.remove(2)), "the baseline was applied in an earlier run where a run that goes on"),
        (
            |s| {
                let at = last_taken(s);
                let event = s.events.remove(at);
                s.events.insert(at + 2, event);
            },
            "phase 1 was judged in an earlier run where a run that goes on",
        ),
        (
            |s| drop(s.events.remove(last_taken(s))),
            "ledger: phase 2 was started where the verdict of the phase was due",
        ),
        (
            |s| {
                let Event::SuiteResumed { phase, .. } = &mut s.events[2] else { panic!("resumed") };
                *phase = "3".into();
            },
            "phase 2 was started where a run that goes on from an earlier one cannot have it",
        ),
        (
            |s| {
                let own = last_taken(s) + 1;
                let event = s.events.remove(own);
                s.events.insert(own, taken(event, EARLIER_UNIX_MS));
                let judged = position(s, |event| matches!(event, Event::CheckJudged { phase, .. } if phase == "2"));
                for at in own + 1..=judged {
                    let event = s.events[at].clone();
                    s.events[at] = taken(event, EARLIER_UNIX_MS);
                }
            },
            "check 2.1.1 was judged in an earlier run where a run that goes on",
        ),
        (
            |s| {
                let Event::TakenOver { event, .. } = &mut s.events[3] else { panic!("taken over") };
                **event = Event::SuiteFinished { suite: "ledger".into(), verdict: Verdict::Passed };
            },
            "suite ledger was finished in an earlier run where a run that goes on",
        ),
        (
            |s| {
                let at = last_taken(s);
                let Event::TakenOver { at_unix_ms, .. } = &mut s.events[at] else { panic!("taken over") };
                *at_unix_ms = 2 * EARLIER_UNIX_MS;
            },
            "takes over what happened after its suite had begun",
        ),
        (
            |s| {
                let Event::SuiteResumed { tables, .. } = &mut s.events[2] else { panic!("resumed") };
                tables.remove("entries");
            },
            "the earlier run of ledger is said to leave other tables than it has",
        ),
        (
            |s| {
                for event in &mut s.events {
                    if let Event::TakenOver { event, .. } = event
                        && let Event::CheckJudged { check, examined, .. } = &mut **event
                        && check == "1.1.1"
                    {
                        *examined = Some(1200);
                    }
                }
            },
            "ledger/1.1.1 is said to be passed over 1200 rows",
        ),
        (
            |s| {
                let resumed = s.events[2].clone();
                s.events.insert(2, resumed);
            },
            "suite ledger was resumed where a run that goes on",
        ),
    ];
    for (edit, what) in edits {
        let mut sample = resumed();
        edit(&mut sample);
        let faults = Written::of(&sample).faults();
        assert!(faults.iter().any(|fault| fault.contains(what)), "{what}: {faults:?}");
    }
}

/// The sample as a run whose second phase did not apply.
fn failed() -> Sample {
    let mut sample = Sample::passed();
    let at = position(&sample, |event| matches!(event, Event::StatementApplied { phase, .. } if phase == "2"));
    sample.events.truncate(at);
    let catalog_after = Some(sample.stored_value(&catalog_after(1)));
    let failure = ApplyFailure { broke: None, ..ApplyFailure::of_harness("up.sql", "no") };
    sample.events.extend([
        Event::PhaseFailed {
            suite: "ledger".into(),
            phase: "2".into(),
            failure,
            catalog_after,
            catalog_unchanged: true,
            tables: tables_after(1),
            revisions: Default::default(),
        },
        Event::SuiteFinished { suite: "ledger".into(), verdict: Verdict::Failed },
    ]);
    sample.keep_named_outputs();
    sample
}

/// One edit of the events of the later run, and what is said of it.
type Deviation = (fn(&mut Vec<Event>), &'static str);

#[test]
fn a_run_that_went_on_otherwise_than_the_earlier_one_ended_is_told_from_one_that_did() {
    let earlier = Written::of(&failed()).verify();
    assert!(earlier.holds(), "{:?}", earlier.faults);
    let ((plan, links), head) = (earlier.read.expect("read"), earlier.head.expect("a head"));
    let stopped = Stopped::of(&plan, &links, "ledger").expect("it stopped");
    assert_eq!((stopped.passed, stopped.applied, stopped.states.len()), (1, false, 2));
    let resumed = Event::SuiteResumed {
        suite: "ledger".into(),
        run: "earlier".into(),
        head: head.clone(),
        phase: "2".into(),
        changed: Vec::new(),
        catalog: stopped.last.0.clone(),
        tables: stopped.last.1.clone(),
    };
    let honest: Vec<Event> = std::iter::once(resumed).chain(stopped.taken_over(false)).collect();
    let compared = |events: Vec<Event>| {
        let link = |event| Link { seq: 0, previous: Digest::of(b""), at_unix_ms: 0, event };
        let later: Vec<Link> = events.into_iter().map(link).collect();
        goes_on_from((&plan, &later), (&plan, &links), &head)
    };
    assert_eq!(compared(honest.clone()), Ok(()));
    let deviations: [Deviation; 8] = [
        (|events| drop(events.remove(0)), "goes on from no run"),
        (
            |events| {
                let Event::SuiteResumed { head, .. } = &mut events[0] else { panic!("resumed") };
                *head = Digest::of(b"another");
            },
            "went on from another earlier than this",
        ),
        (
            |events| {
                let Event::SuiteResumed { tables, .. } = &mut events[0] else { panic!("resumed") };
                tables.get_mut("entries").expect("a table").rows = 13;
            },
            "found another state than earlier left",
        ),
        (
            |events| {
                let Event::SuiteResumed { catalog, .. } = &mut events[0] else { panic!("resumed") };
                *catalog = Digest::of(b"another");
            },
            "found another state than earlier left",
        ),
        (
            |events| {
                let Event::SuiteResumed { phase, .. } = &mut events[0] else { panic!("resumed") };
                *phase = "3".into();
            },
            "went on from phase 3, which is not where earlier stopped",
        ),
        (
            |events| {
                let Event::SuiteResumed { changed, .. } = &mut events[0] else { panic!("resumed") };
                changed.push("fixtures/phases/2-accounts/up.sql".into());
            },
            "names other files as changed than differ",
        ),
        (|events| drop(events.pop()), "took over something else than earlier holds"),
        (
            |events| {
                let Some(Event::TakenOver { at_unix_ms, .. }) = events.last_mut() else { panic!("taken over") };
                *at_unix_ms += 1;
            },
            "took over something else than earlier holds",
        ),
    ];
    for (deviation, what) in deviations {
        let mut events = honest.clone();
        deviation(&mut events);
        let said = compared(events).expect_err(what);
        assert!(said.contains(what), "{what}: {said}");
    }
}

#[test]
fn there_is_nothing_to_go_on_from_where_nothing_failed_or_nothing_was_laid() {
    let whole = Written::of(&Sample::passed()).verify();
    let (plan, links) = whole.read.expect("read");
    let why = |links: &[Link], suite: &str| Stopped::of(&plan, links, suite).expect_err("nothing");
    assert_eq!(why(&links, "ledger"), "came to the end of suite ledger: nothing failed in it");
    assert_eq!(why(&links, "other"), "did not run suite other");
    assert_eq!(why(&links[..3], "ledger"), "has no baseline of suite ledger");
}
