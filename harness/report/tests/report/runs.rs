//! Run folders of every kind, made by hand.

use std::{collections::BTreeMap, fs};

use phasegate_evidence::{ApplyFailure, Event, JUNIT_FILE, PAGE_FILE, REPORT_FILE, Reason, ReasonCode, Verdict};
use phasegate_report::{Record, html, junit, markdown};
use tempfile::TempDir;

use crate::sample::Sample;

/// The sample as read from a folder with its reports, as `phasegate run` leaves it. The folder lives as long as the
/// first value.
pub(crate) fn read(sample: &Sample) -> (TempDir, Record) {
    let holder = tempfile::tempdir().expect("a temporary folder");
    let folder = sample.write(&holder.path().join("run"));
    let record = Record::read(folder.path()).expect("a run folder");
    fs::write(folder.path().join(REPORT_FILE), markdown(&record)).expect("writable");
    fs::write(folder.path().join(PAGE_FILE), html(&record)).expect("writable");
    fs::write(folder.path().join(JUNIT_FILE), junit(&record).expect("renderable")).expect("writable");
    (holder, record)
}

/// A run whose second phase fails two checks, one of them for a long reason, and never reaches the third.
pub(crate) fn gate_failed() -> Sample {
    let mut sample = Sample::passed();
    stop_before(&mut sample, |event| matches!(event, Event::PhaseStarted { phase, .. } if phase == "3"));
    for event in &mut sample.events {
        match event {
            Event::CheckJudged { check, verdict, reason, .. } if check == "2.1.1" => {
                *verdict = Verdict::Failed;
                *reason = Some(Reason::new(
                    ReasonCode::WrongCause,
                    "expected 23505 from index idx_accounts_number, met 23502 from column accounts.currency; the write \
                     never came as far as the index that the check is about",
                ));
            }
            Event::CheckJudged { check, verdict, reason, .. } if check == "2.1.2" => {
                *verdict = Verdict::Error;
                *reason =
                    Some(Reason::new(ReasonCode::SetupFailed, "permission denied for table \"accounts\" <app_rw>"));
            }
            Event::PhaseJudged { phase, verdict, .. } if phase == "2" => *verdict = Verdict::Failed,
            _ => {}
        }
    }
    sample
}

/// A run whose second phase does not apply.
pub(crate) fn phase_failed() -> Sample {
    let mut sample = Sample::passed();
    stop_before(&mut sample, |event| matches!(event, Event::PhaseApplied { phase, .. } if phase == "2"));
    let catalog_after = Some(sample.output("catalog before 2"));
    let end = sample.events.len() - 1;
    sample.events.insert(
        end,
        Event::PhaseFailed {
            suite: "ledger".into(),
            phase: "2".into(),
            failure: failure(),
            catalog_after,
            catalog_unchanged: true,
            tables: BTreeMap::new(),
            revisions: BTreeMap::new(),
        },
    );
    sample
}

/// Of a baseline or a phase.
pub(crate) fn failure() -> ApplyFailure {
    ApplyFailure {
        file: "phases/2-accounts/up.sql".into(),
        line: 7,
        statement: 2,
        sqlstate: Some("P0001".into()),
        cause: Some("function fn_ledger_prevent_mutation".into()),
        message: "updates of the ledger are not allowed".into(),
        detail: Some("entry 7".into()),
        hint: Some("post a reversal instead".into()),
        broke: None,
    }
}

/// Ends the suite as failed before the first event like this, and forgets the outputs that nothing names any more.
pub(crate) fn stop_before(sample: &mut Sample, wanted: impl Fn(&Event) -> bool) {
    let at = sample.events.iter().position(wanted).expect("such an event");
    sample.events.truncate(at);
    sample.events.push(Event::SuiteFinished { suite: "ledger".into(), verdict: Verdict::Failed });
    sample.keep_named_outputs();
}
