//! What a suite leaves out of account or excuses: every report must say so, no check may ask about it, and each table of its
//! bookkeeping must be one. And what its commands read: each file has its digest.

use super::{audit::Audit, fault::FaultCode};
use crate::{EVENTS_FILE, Event, PLAN_FILE, Plan, Reason, ReasonCode, SuitePlan};

impl Audit<'_> {
    /// The plan says what is left out and excused, and a suite whose bookkeeping names nothing was stopped by that.
    pub(super) fn books(&mut self, plan: &Plan, events: &[&Event]) {
        for suite in &plan.suites {
            for excused in suite.excused().iter().filter(|excused| !suite.deviations.contains(excused)) {
                let what = format!("excuses `{}` in {}, and no deviation says so", excused.id, suite.suite);
                self.fault(FaultCode::Contradiction, PLAN_FILE, what);
            }
            for (_, _, check) in suite.checks() {
                if let Some(table) = suite.books().claimed_by(check) {
                    let what = format!("asks in check {} of {} about the bookkeeping {table}", check.id, suite.suite);
                    self.fault(FaultCode::Contradiction, PLAN_FILE, what);
                }
            }
            for phase in &suite.phases {
                if let Some(input) = phase.inputs.iter().find(|input| !suite.inputs.contains_key(*input)) {
                    let what = format!("phase {} of {} reads {input}, which has no digest", phase.phase, suite.suite);
                    self.fault(FaultCode::Contradiction, PLAN_FILE, what);
                }
            }
            let due = if plan.judging.is_gates_alone() { None } else { unfit(suite, events) };
            let stopped = events.iter().find_map(|event| match event {
                Event::SuiteStopped { suite: of, reason } if *of == suite.suite => Some(reason),
                _ => None,
            });
            let stopped = stopped.filter(|reason| reason.code == ReasonCode::NamesNothing);
            if due.as_ref() != stopped {
                let words = |reason: Option<&Reason>| reason.map_or("nothing".to_owned(), ToString::to_string);
                let (due, stopped) = (words(due.as_ref()), words(stopped));
                let what = format!("{} was stopped by {stopped}, where its bookkeeping comes to {due}", suite.suite);
                self.fault(FaultCode::Contradiction, EVENTS_FILE, what);
            }
        }
    }
}

/// That bookkeeping of the suite names nothing, once every phase was applied.
fn unfit(suite: &SuitePlan, events: &[&Event]) -> Option<Reason> {
    let (mut tables, mut is_through) = (Vec::new(), false);
    for event in events {
        match event {
            Event::BaselineApplied { suite: of, tables: held, .. } if *of == suite.suite => tables.extend(held.keys()),
            Event::PhaseApplied { suite: of, phase, tables: held, .. } if *of == suite.suite => {
                tables.extend(held.keys());
                is_through |= suite.phases.last().is_some_and(|last| last.phase == *phase);
            }
            _ => {}
        }
    }
    is_through.then(|| suite.books().names_nothing(tables.into_iter().map(String::as_str)))?
}
