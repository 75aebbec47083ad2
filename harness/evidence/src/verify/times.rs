//! Whether a run can have taken the time that it says.

use super::{audit::Audit, fault::FaultCode};
use crate::{EVENTS_FILE, Event, Link, run_name::is_run_name};

impl Audit<'_> {
    /// Each line was written after the one before it, nothing took longer than its suite had run until then, and the run
    /// is named after its beginning.
    pub(super) fn times(&mut self, links: &[Link]) {
        let (mut before, mut since) = (0, 0);
        for link in links {
            let (line, at) = (link.seq + 1, link.at_unix_ms);
            if at < before {
                self.fault(FaultCode::Clock, EVENTS_FILE, format!("line {line} was written before the line before it"));
            }
            match &link.event {
                Event::RunStarted { run, .. } if !is_run_name(run, at) => {
                    self.fault(
                        FaultCode::Clock,
                        EVENTS_FILE,
                        format!("a run that began when this one did is not named {run}"),
                    );
                }
                Event::SuiteStarted { .. } => since = at,
                Event::TakenOver { at_unix_ms, .. } if *at_unix_ms > since => {
                    self.fault(
                        FaultCode::Clock,
                        EVENTS_FILE,
                        format!("line {line} takes over what happened after its suite had begun"),
                    );
                }
                _ => {}
            }
            // The times are cut off at the millisecond.
            let most_us = (at.saturating_sub(since) + 1).saturating_mul(1000);
            if link.event.duration_us().is_some_and(|took| took > most_us) {
                self.fault(
                    FaultCode::Clock,
                    EVENTS_FILE,
                    format!("line {line} took longer than its suite had run until then"),
                );
            }
            before = at;
        }
    }
}
