use std::io::{self, IsTerminal};

use phasegate_evidence::{Event, Plan};

use super::{bars::Bars, lines::Lines, titles::Titles};

/// Progress on the standard error: a line per phase that fills on a terminal, plain lines elsewhere.
pub(crate) enum Progress {
    /// On a terminal.
    Bars(Bars),
    /// Elsewhere.
    Lines(Lines),
}

impl Progress {
    /// What suits the standard error.
    pub(crate) fn of(plan: &Plan) -> Self {
        let titles = Titles::of(plan);
        if io::stderr().is_terminal() {
            Self::Bars(Bars::new(titles))
        } else {
            Self::Lines(Lines::new(titles))
        }
    }

    /// Shows an event.
    pub(crate) fn event(&mut self, event: &Event) {
        match self {
            Self::Bars(bars) => bars.event(event),
            Self::Lines(lines) => lines.event(event).iter().for_each(|line| super::note(line)),
        }
    }

    /// Shows something that is no event of the run, such as which server was taken and why.
    pub(crate) fn notice(&mut self, text: &str) {
        match self {
            Self::Bars(bars) => bars.notice(text),
            Self::Lines(_) => super::note(text),
        }
    }

    /// Leaves the terminal as it was.
    pub(crate) fn finish(&mut self) {
        if let Self::Bars(bars) = self {
            bars.finish();
        }
    }
}
