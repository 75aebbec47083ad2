use std::{env, io::IsTerminal};

use phasegate_evidence::Verdict;
use tabled::settings::Color;

/// Colours, where they are wanted: on a terminal, unless `NO_COLOR` is set.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Paint {
    /// Plain text.
    Plain,
    /// Colours.
    Colours,
}

impl Paint {
    /// What suits this stream.
    pub fn on(stream: &impl IsTerminal) -> Self {
        let refused = env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
        if stream.is_terminal() && !refused { Self::Colours } else { Self::Plain }
    }

    fn with(self, code: &str, text: &str) -> String {
        match self {
            Self::Plain => text.to_owned(),
            Self::Colours => format!("\u{1b}[{code}m{text}\u{1b}[0m"),
        }
    }

    /// A heading.
    pub fn strong(self, text: &str) -> String {
        self.with("1", text)
    }

    /// What matters less.
    pub fn faint(self, text: &str) -> String {
        self.with("2", text)
    }

    /// Text in the colour of a verdict.
    pub fn verdict(self, verdict: Verdict, text: &str) -> String {
        let code = match verdict {
            Verdict::Passed => "1;32",
            Verdict::Failed | Verdict::Error => "1;31",
            Verdict::NotApplicable | Verdict::NotRun => "33",
        };
        self.with(code, text)
    }

    /// The colour of a verdict in a table.
    pub(crate) fn cell(self, verdict: Verdict) -> Option<Color> {
        (self == Self::Colours).then(|| match verdict {
            Verdict::Passed => Color::FG_GREEN,
            Verdict::Failed | Verdict::Error => Color::FG_RED | Color::BOLD,
            Verdict::NotApplicable | Verdict::NotRun => Color::FG_YELLOW,
        })
    }
}
