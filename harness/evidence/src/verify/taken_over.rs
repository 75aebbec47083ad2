//! What a run took over from an earlier one stands where it says that it goes on from there, before anything of its own, and
//! leads to the phase from which it goes on.

use super::{audit::Audit, fault::FaultCode, what::what};
use crate::{EVENTS_FILE, Event};

impl Audit<'_> {
    /// Everything that was taken over could be, and what follows it goes on from there.
    pub(super) fn taken_over(&mut self, events: &[&Event]) {
        let mut resumed: Option<(&str, &str)> = None;
        let mut before: Option<&Event> = None;
        for event in events {
            let wrong = match (event, resumed) {
                (Event::SuiteResumed { suite, phase, .. }, _) => {
                    resumed = Some((suite, phase));
                    !matches!(before, Some(Event::SuiteStarted { suite: started }) if *started == *suite)
                }
                (Event::TakenOver { suite, event, .. }, Some((resumed, phase))) => {
                    resumed != suite || event.suite() != Some(suite) || !is_taken(event, phase)
                }
                (Event::TakenOver { .. }, None) => true,
                (Event::PhaseStarted { phase: own, .. } | Event::CheckJudged { phase: own, .. }, Some((_, phase))) => {
                    resumed = None;
                    own != phase
                }
                // A proof of the way back runs its commands before it is judged.
                (Event::CommandEnded { .. }, Some(_)) => false,
                (Event::SuiteStopped { .. } | Event::SuiteFinished { .. }, _) | (_, None) => {
                    resumed = None;
                    false
                }
                (_, Some(_)) => true,
            };
            if wrong {
                let what = format!("{} where a run that goes on from an earlier one cannot have it", what(event));
                self.fault(FaultCode::OutOfOrder, EVENTS_FILE, what);
                return;
            }
            before = Some(event);
        }
    }
}

/// Whether this can be taken over by a run that goes on from this phase.
fn is_taken(event: &Event, from: &str) -> bool {
    match event {
        Event::BaselineApplied { .. }
        | Event::PhaseStarted { .. }
        | Event::StatementApplied { .. }
        | Event::CommandEnded { .. }
        | Event::PhaseApplied { .. }
        | Event::FindingTried { .. } => true,
        Event::CheckJudged { phase, .. } | Event::PhaseJudged { phase, .. } => phase != from,
        _ => false,
    }
}
