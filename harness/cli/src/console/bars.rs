//! Progress on a terminal: one line per phase, updated while the phase is in progress, which then stays.

use std::{
    io,
    time::{Duration, Instant},
};

use anstream::{AutoStream, ColorChoice};
use anstyle::{AnsiColor, Style};
use indicatif::{MultiProgress, ProgressBar, ProgressStyle};
use phasegate_evidence::{Event, Verdict};
use phasegate_report::{count, duration, server_line, verdict_style, visible, visible_line};

use super::{lines::first_line, titles::Titles};

/// How often a spinner turns.
const TICK: Duration = Duration::from_millis(100);

/// The lines on the terminal.
pub(crate) struct Bars {
    all: MultiProgress,
    titles: Titles,
    phase: Option<Phase>,
}

/// The phase in progress.
struct Phase {
    /// Its id; empty for the baseline.
    id: String,
    bar: ProgressBar,
    /// What it does. It comes last in its line, so that a narrow terminal cuts it and not the figures.
    title: String,
    statements: usize,
    judged: usize,
    passed: usize,
    began: Instant,
    checks: usize,
}

impl Bars {
    pub(super) fn new(titles: Titles) -> Self {
        Self { all: MultiProgress::new(), titles, phase: None }
    }

    /// A line above the phases.
    pub(super) fn notice(&mut self, text: &str) {
        // A terminal that went away leaves nobody to tell.
        drop(self.all.println(format!("  {}", visible(text))));
    }

    pub(super) fn event(&mut self, event: &Event) {
        match event {
            // The engine has said which server it took and why; a file needs no server.
            Event::ServerReady { server } => {
                if server.is_library() {
                    self.notice(&server_line(server));
                }
            }
            Event::SuiteStarted { suite } => self.start("", format!("{suite}: baseline"), 0),
            Event::SuiteResumed { run, phase, .. } => {
                self.end(Verdict::Passed, &format!("taken over from {run}, up to phase {phase}"));
            }
            Event::BaselineApplied { statements, duration_us, .. } => {
                let statements = count(*statements as usize, "statement", "statements");
                self.end(Verdict::Passed, &format!("{statements}, {}", duration(*duration_us)));
            }
            Event::PhaseStarted { suite, phase } => self.start_phase(suite, phase),
            Event::StatementApplied { .. } => self.update(|phase| phase.statements += 1),
            Event::CheckJudged { suite, phase, verdict, .. } => {
                // Gates alone are judged without starting their phase.
                if self.phase.as_ref().is_none_or(|current| current.id != *phase) {
                    self.finish();
                    self.start_phase(suite, phase);
                }
                self.update(|phase| {
                    phase.judged += 1;
                    phase.passed += usize::from(*verdict == Verdict::Passed);
                });
            }
            Event::BaselineFailed { failure, .. } | Event::PhaseFailed { failure, .. } => {
                self.end(Verdict::Failed, first_line(&failure.message));
            }
            Event::PhaseJudged { verdict, .. } => {
                let done = self.phase.as_ref().map(Phase::done).unwrap_or_default();
                self.end(*verdict, &done);
            }
            Event::DefectTried { check, verdict, .. } => self.tried("defect of", check, *verdict),
            Event::ScenarioEnded { scenario, verdict, .. } => self.tried("scenario", scenario, *verdict),
            Event::SuiteStopped { reason, .. } => self.end(Verdict::Error, first_line(&reason.detail)),
            Event::RunStarted { .. }
            | Event::PhaseApplied { .. }
            | Event::StateReused { .. }
            | Event::CommandEnded { .. }
            | Event::TakenOver { .. }
            | Event::FindingTried { .. }
            | Event::ActionFailed { .. }
            | Event::StepsTried { .. }
            | Event::InScenario { .. }
            | Event::SuiteFinished { .. }
            | Event::ServerLog { .. }
            | Event::RunFinished { .. } => {}
        }
    }

    /// What a proof tried: only what did not end as it should is worth a line.
    fn tried(&mut self, what: &str, id: &str, verdict: Verdict) {
        if verdict != Verdict::Passed {
            self.notice(&format!("{what} {id}: {verdict}"));
        }
    }

    /// Clears the phase in progress, if there is one: a run that was interrupted does not judge it.
    pub(super) fn finish(&mut self) {
        if let Some(phase) = self.phase.take() {
            phase.bar.finish_and_clear();
        }
    }

    fn start_phase(&mut self, suite: &str, phase: &str) {
        let title = self.titles.get(suite, phase);
        let name = title.map(|title| title.title.as_str()).unwrap_or_default();
        let checks = title.map_or(0, |title| title.checks);
        self.start(phase, name.to_owned(), checks);
    }

    fn start(&mut self, id: &str, title: String, checks: usize) {
        let bar =
            self.all.add(ProgressBar::new_spinner().with_style(line_style(AnsiColor::Cyan.on_default(), "{spinner}")));
        bar.enable_steady_tick(TICK);
        let phase =
            Phase { id: id.to_owned(), bar, title, statements: 0, judged: 0, passed: 0, began: Instant::now(), checks };
        phase.bar.set_message(phase.line(""));
        self.phase = Some(phase);
    }

    fn update(&mut self, change: impl FnOnce(&mut Phase)) {
        if let Some(phase) = &mut self.phase {
            change(phase);
            phase.bar.set_message(phase.line(&phase.so_far()));
        }
    }

    fn end(&mut self, verdict: Verdict, figures: &str) {
        if let Some(phase) = self.phase.take() {
            let mark = match verdict {
                Verdict::Passed => "✔",
                Verdict::NotApplicable | Verdict::NotRun => "-",
                Verdict::Failed | Verdict::Error => "✘",
            };
            phase.bar.set_style(line_style(verdict_style(verdict), mark));
            phase.bar.finish_with_message(phase.line(figures));
        }
    }
}

impl Phase {
    fn line(&self, figures: &str) -> String {
        visible_line(&format!("{:<4}{figures:<40} {}", self.id, self.title)).into_owned()
    }

    fn so_far(&self) -> String {
        let statements = count(self.statements, "statement", "statements");
        if self.judged == 0 { statements } else { format!("{statements}, {}/{} checks", self.judged, self.checks) }
    }

    fn done(&self) -> String {
        let statements = count(self.statements, "statement", "statements");
        let took = u64::try_from(self.began.elapsed().as_micros()).unwrap_or(u64::MAX);
        format!("{statements}, {}/{} checks, {}", self.passed, self.checks, duration(took))
    }
}

/// The style of a line that begins with this mark. indicatif prints past `anstream`, so that it is asked here whether
/// colours are wanted.
fn line_style(style: Style, mark: &str) -> ProgressStyle {
    let style = if AutoStream::choice(&io::stderr()) == ColorChoice::Never { Style::new() } else { style };
    ProgressStyle::with_template(&format!("  {style}{mark}{style:#} {{wide_msg}}"))
        .unwrap_or_else(|_| ProgressStyle::default_spinner())
}
