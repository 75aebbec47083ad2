//! What commands said: each that a phase is was run as it says, and a failure is what the command wrote.

use super::{audit::Audit, fault::FaultCode};
use crate::{
    ApplyFailure, COMMAND_SUCCEEDED, Digest, EVENTS_FILE, Event, OUTPUTS_FOLDER, PhasePlan, Said,
    judge::{Direction, RollbackSeen, RollbackStep},
};

/// A command that ended.
#[derive(Clone, Copy)]
struct Ended<'e> {
    phase: Option<&'e str>,
    direction: Direction,
    check: Option<&'e str>,
    command: &'e str,
    ended: &'e str,
    outputs: [&'e Digest; 2],
}

/// The commands that ended in a suite, or in a scenario of it, and whose outcome has not been told yet.
#[derive(Default)]
pub(super) struct Commands<'e>(Vec<Ended<'e>>);

impl<'e> Commands<'e> {
    /// Follows what happens; `planned` says whether the phases are applied by the steps that the plan names.
    pub(super) fn step(&mut self, audit: &mut Audit<'_>, phases: &[PhasePlan], planned: bool, event: &'e Event) {
        let planned_up = |of: &str| phases.iter().find(|phase| planned && phase.phase == of)?.up_command.as_deref();
        let mut wrong = |what: String| audit.fault(FaultCode::Contradiction, EVENTS_FILE, what);
        match event {
            Event::CommandEnded { phase, direction, check, command, ended, stdout, stderr, .. } => {
                let outputs = [stdout, stderr];
                let (phase, check) = (phase.as_deref(), check.as_deref());
                self.0.push(Ended { phase, direction: *direction, check, command, ended, outputs });
            }
            Event::StatementApplied { phase, file, line: 0, .. } => {
                let last = self.of_phase(phase).last();
                let succeeded = last.is_some_and(|last| last.command == file && last.ended == COMMAND_SUCCEEDED);
                if !succeeded && (last.is_some() || planned_up(phase).is_some()) {
                    wrong(format!("the command of phase {phase} is said to be applied, and did not end so"));
                }
            }
            Event::PhaseApplied { phase, .. } => {
                let is_planned = self.of_phase(phase).map(|ended| ended.command).eq(planned_up(phase));
                if planned && !is_planned {
                    wrong(format!("phase {phase} was applied by another command than the plan names"));
                }
                self.0.retain(|ended| ended.check.is_some());
            }
            Event::BaselineApplied { .. } => self.0.clear(),
            Event::PhaseFailed { failure, .. }
            | Event::ActionFailed { failure, .. }
            | Event::BaselineFailed { failure, .. } => {
                let last = self.0.iter().rfind(|ended| ended.check.is_none()).copied();
                self.failed(audit, failure, last);
                self.0.retain(|ended| ended.check.is_some());
            }
            _ => {}
        }
    }

    /// A proof of the way back ran the commands of its steps, and a step that was refused says what its command wrote.
    pub(super) fn proved(&mut self, audit: &mut Audit<'_>, phases: &[PhasePlan], check: &str, seen: &RollbackSeen) {
        let ran: Vec<Ended<'_>> = self.0.extract_if(.., |ended| ended.check == Some(check)).collect();
        let command = |phase: &str, direction: Direction| {
            let planned = phases.iter().find(|planned| planned.phase == phase)?;
            if direction == Direction::Up { planned.up_command.as_deref() } else { planned.down_command.as_deref() }
        };
        let of_step = |step: &'_ RollbackStep| Some((step.direction, command(&step.phase, step.direction)?));
        let mut due: Vec<(Direction, &str)> = seen.steps.iter().filter_map(of_step).collect();
        let refused = seen.steps.last().and_then(|step| step.refused.as_ref());
        if refused.is_some_and(|failure| !is_by_its_end(failure)) && due.len() == ran.len() + 1 {
            // It did not even start.
            due.pop();
        }
        if !ran.iter().map(|ran| (ran.direction, ran.command)).eq(due) {
            let what = format!("the way back of check {check} ran other commands than its steps are");
            audit.fault(FaultCode::Contradiction, EVENTS_FILE, what);
        }
        if let Some(failure) = refused {
            self.failed(audit, failure, ran.last().copied());
        }
    }

    fn of_phase(&self, phase: &str) -> impl Iterator<Item = &Ended<'e>> {
        self.0.iter().filter(move |ended| ended.check.is_none() && ended.phase == Some(phase))
    }

    /// A failure by how a command ended is that of one that ended so, and says what it wrote.
    fn failed(&self, audit: &mut Audit<'_>, failure: &ApplyFailure, last: Option<Ended<'_>>) {
        let last = last.filter(|last| last.command == failure.file && last.ended != COMMAND_SUCCEEDED);
        let Some(last) = last.filter(|_| failure.broke.is_none()) else {
            if is_by_its_end(failure) {
                let what = format!("{} is said to have failed, and did not end so", failure.file);
                audit.fault(FaultCode::Contradiction, EVENTS_FILE, what);
            }
            return;
        };
        let read = last.outputs.map(|digest| audit.stored(&format!("{OUTPUTS_FOLDER}/{digest}")));
        // What is missing is a fault of its own.
        let [Some(stdout), Some(stderr)] = read else { return };
        let [stdout, stderr] = [&stdout, &stderr].map(|bytes| String::from_utf8_lossy(bytes));
        if !(Said { ended: last.ended, stdout: &stdout, stderr: &stderr }).makes(&failure.message) {
            let what = format!("{} is said to have failed by what it did not write", failure.file);
            audit.fault(FaultCode::Contradiction, EVENTS_FILE, what);
        }
    }
}

/// Whether a command failed by how it ended, as an exit status or a signal says.
fn is_by_its_end(failure: &ApplyFailure) -> bool {
    failure.line == 0 && ["exit status: ", "signal: "].iter().any(|how| failure.message.starts_with(how))
}
