//! A sample that failed.

use phasegate_evidence::{Event, Reason, ReasonCode, Seen, Verdict};

use crate::sample::{Sample, rows_seen};

/// The sample with a check of its last phase that fails.
pub(crate) fn third_phase_failed() -> Sample {
    let mut sample = Sample::passed();
    for event in &mut sample.events {
        match event {
            Event::CheckJudged { check, verdict, reason, observation, .. } if check == "3.1.1" => {
                *verdict = Verdict::Failed;
                *reason = Some(Reason::new(ReasonCode::RowsDiffer, "row 1 is (other), expected (3.1.1)"));
                *observation = Seen::Here(Box::new(rows_seen("other")));
            }
            Event::PhaseJudged { phase, verdict, .. } if phase == "3" => *verdict = Verdict::Failed,
            Event::SuiteFinished { verdict, .. } => *verdict = Verdict::Failed,
            _ => {}
        }
    }
    sample
}
