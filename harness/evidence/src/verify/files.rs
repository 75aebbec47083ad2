//! Whether the files of a folder are those that its events name.

use std::collections::BTreeSet;

use super::{audit::Audit, fault::FaultCode};
use crate::{Digest, EVENTS_FILE, Event, OUTPUTS_FOLDER, PLAN_FILE, Plan};

impl Audit<'_> {
    /// Every output holds the bytes that its name says and is named by an event, and none is missing.
    pub(super) fn outputs(&mut self, events: &[&Event]) {
        let named: BTreeSet<String> = events
            .iter()
            .flat_map(|event| event.outputs())
            .map(|digest| format!("{OUTPUTS_FOLDER}/{digest}"))
            .collect();
        let finished = matches!(events.last(), Some(Event::RunFinished { .. }));
        let outputs = self.files.iter().filter(|(file, _)| file.starts_with(OUTPUTS_FOLDER));
        let mut faults = Vec::new();
        for (file, digest) in outputs {
            if !named.contains(file) {
                // Where the run was killed, it was being written, or its event was.
                if finished {
                    faults.push((FaultCode::Added, file.clone(), "is named by no event"));
                }
            } else if !file.ends_with(digest.as_str()) {
                faults.push((FaultCode::OutputSwapped, file.clone(), "does not hold the bytes that its name says"));
            }
        }
        let missing = named.into_iter().filter(|file| !self.files.contains_key(file));
        faults.extend(missing.map(|file| (FaultCode::Missing, file, "is named by an event and missing")));
        for (code, file, what) in faults {
            self.fault(code, &file, what);
        }
    }

    /// The run started with the plan that the folder holds, and, where it began after a signed one, on approvals that let it.
    pub(super) fn start(&mut self, plan: &Plan, events: &[&Event]) {
        if let Some(Event::RunStarted { after: Some(after), .. }) = events.first()
            && let Some((suite, phase)) = after.unapproved(plan)
        {
            let what = format!(
                "says that it began after run {}, and names no approval of phase {phase} of {suite}",
                after.run
            );
            self.fault(FaultCode::OutOfOrder, EVENTS_FILE, what);
        }
        let plan: Option<&Digest> = self.files.get(PLAN_FILE);
        match events.first() {
            Some(Event::RunStarted { plan: digest, .. }) if Some(digest) == plan => {}
            Some(Event::RunStarted { .. }) => {
                self.fault(FaultCode::PlanReplaced, PLAN_FILE, "is not the plan that the run started with");
            }
            _ => self.fault(FaultCode::OutOfOrder, EVENTS_FILE, "does not begin with the start of a run"),
        }
    }
}
