//! How text is styled, by ANSI escapes. Whoever prints it leaves them out where they are not wanted.

use anstyle::{AnsiColor, Style};
use phasegate_evidence::Verdict;

/// A heading or a name.
#[must_use]
pub fn strong(text: &str) -> String {
    styled(Style::new().bold(), text)
}

/// What matters less.
pub(super) fn faint(text: &str) -> String {
    styled(Style::new().dimmed(), text)
}

/// Text in the style of a verdict.
pub(crate) fn of_verdict(verdict: Verdict, text: &str) -> String {
    styled(verdict_style(verdict), text)
}

/// The style of a verdict.
#[must_use]
pub fn verdict_style(verdict: Verdict) -> Style {
    match verdict {
        Verdict::Passed => AnsiColor::Green.on_default().bold(),
        Verdict::Failed | Verdict::Error => AnsiColor::Red.on_default().bold(),
        Verdict::NotApplicable | Verdict::NotRun => AnsiColor::Yellow.on_default(),
    }
}

fn styled(style: Style, text: &str) -> String {
    format!("{style}{text}{style:#}")
}
