//! Progress where there is no terminal: a plain line for each step.

use phasegate_evidence::{Event, Verdict};
use phasegate_report::{count, duration, server_line, visible_line};

use super::titles::Titles;

/// What is remembered between two lines.
pub(crate) struct Lines {
    titles: Titles,
    statements: usize,
    passed: usize,
    not_applicable: usize,
    /// Whether the phase that is being judged was started by this run: gates alone are judged without starting it.
    started: bool,
}

impl Lines {
    pub(super) fn new(titles: Titles) -> Self {
        Self { titles, statements: 0, passed: 0, not_applicable: 0, started: false }
    }

    fn phase_line(&self, suite: &str, phase: &str) -> String {
        let title = self.titles.get(suite, phase).map(|title| format!(": {}", title.title));
        format!("  phase {phase}{}", title.unwrap_or_default())
    }

    /// What to print for this event, if anything.
    pub(super) fn event(&mut self, event: &Event) -> Option<String> {
        match event {
            // The engine has said which server it took and why; a file needs no server.
            Event::ServerReady { server } => server.is_library().then(|| server_line(server)),
            Event::SuiteStarted { suite } => Some(format!("suite {suite}")),
            Event::SuiteResumed { run, phase, .. } => {
                Some(format!("  goes on with phase {phase}, where {} stopped", visible_line(run)))
            }
            Event::BaselineApplied { statements, duration_us, .. } => {
                let statements = count(*statements as usize, "statement", "statements");
                Some(format!("  baseline applied: {statements} in {}", duration(*duration_us)))
            }
            Event::BaselineFailed { failure, .. } => Some(format!(
                "  baseline FAILED at {}:{}: {}",
                visible_line(&failure.file),
                failure.line,
                first_line(&failure.message)
            )),
            Event::PhaseStarted { suite, phase } => {
                (self.statements, self.started) = (0, true);
                Some(self.phase_line(suite, phase))
            }
            Event::StatementApplied { .. } => {
                self.statements += 1;
                None
            }
            Event::PhaseApplied { duration_us, .. } => {
                let statements = count(self.statements, "statement", "statements");
                Some(format!("    applied: {statements} in {}", duration(*duration_us)))
            }
            Event::PhaseFailed { failure, .. } => {
                let file = visible_line(&failure.file);
                Some(format!("    FAILED at {file}:{}: {}", failure.line, first_line(&failure.message)))
            }
            Event::CheckJudged { check, verdict, reason, .. } => {
                self.passed += usize::from(*verdict == Verdict::Passed);
                self.not_applicable += usize::from(*verdict == Verdict::NotApplicable);
                let code = reason.as_ref().map(|reason| format!(": {}", reason.code));
                matches!(verdict, Verdict::Failed | Verdict::Error)
                    .then(|| format!("    {verdict} {check}{}", code.unwrap_or_default()))
            }
            Event::PhaseJudged { suite, phase, verdict } => {
                let checks = self.titles.get(suite, phase).map_or(0, |title| title.checks);
                let mut judged = format!("    {verdict}: {} of {}", self.passed, count(checks, "check", "checks"));
                if self.not_applicable > 0 {
                    judged.push_str(&format!(" ({} not applicable)", self.not_applicable));
                }
                let phase = (!self.started).then(|| format!("{}\n", self.phase_line(suite, phase)));
                (self.passed, self.not_applicable, self.started) = (0, 0, false);
                Some(format!("{}{judged}", phase.unwrap_or_default()))
            }
            Event::DefectTried { check, verdict, .. } => tried("defect of check", check, *verdict),
            Event::ScenarioEnded { scenario, verdict, .. } => tried("scenario", scenario, *verdict),
            Event::SuiteStopped { reason, .. } => Some(format!("    STOPPED: {}", visible_line(&reason.to_string()))),
            Event::RunStarted { .. }
            | Event::StateReused { .. }
            | Event::CommandEnded { .. }
            | Event::TakenOver { .. }
            | Event::FindingTried { .. }
            | Event::ActionFailed { .. }
            | Event::StepsTried { .. }
            | Event::InScenario { .. }
            | Event::SuiteFinished { .. }
            | Event::ServerLog { .. }
            | Event::RunFinished { .. } => None,
        }
    }
}

/// What a proof tried.
fn tried(what: &str, id: &str, verdict: Verdict) -> Option<String> {
    (verdict != Verdict::Passed).then(|| format!("    {verdict} {what} {id}"))
}

/// The first line of a message of several.
pub(super) fn first_line(text: &str) -> &str {
    text.lines().next().unwrap_or_default()
}
