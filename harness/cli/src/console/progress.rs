use std::io::{self, IsTerminal};

use phasegate_evidence::{Event, Plan};

use super::{bars::Bars, lines::Lines, titles::Titles};

/// Progress on the standard error: a line per phase that is updated on a terminal, plain lines elsewhere.
pub(crate) struct Progress {
    view: View,
    run: Option<String>,
}

enum View {
    Bars(Bars),
    Lines(Lines),
}

impl Progress {
    /// What suits the standard error.
    pub(crate) fn of(plan: &Plan) -> Self {
        let titles = Titles::of(plan);
        let view =
            if io::stderr().is_terminal() { View::Bars(Bars::new(titles)) } else { View::Lines(Lines::new(titles)) };
        Self { view, run: None }
    }

    /// Shows an event.
    pub(crate) fn event(&mut self, event: &Event) {
        if let Event::RunStarted { run, .. } = event {
            self.run = Some(run.clone());
        }
        match &mut self.view {
            View::Bars(bars) => bars.event(event),
            View::Lines(lines) => lines.event(event).iter().for_each(|line| super::note(line)),
        }
    }

    /// Shows something that is no event of the run, such as which server was taken and why.
    pub(crate) fn notice(&mut self, text: &str) {
        match &mut self.view {
            View::Bars(bars) => bars.notice(text),
            View::Lines(_) => super::note(text),
        }
    }

    /// Leaves the terminal as it was. Gives the name of the run, if one began to be recorded.
    pub(crate) fn finish(&mut self) -> Option<String> {
        if let View::Bars(bars) = &mut self.view {
            bars.finish();
        }
        self.run.take()
    }
}
