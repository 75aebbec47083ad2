use std::io::{self, Write};

use anstyle::{AnsiColor, Style};
use phasegate_report::{visible, visible_styled};

const ERROR: Style = AnsiColor::Red.on_default().bold();
const WARNING: Style = AnsiColor::Yellow.on_default().bold();

/// Settles where styles are printed: everywhere, nowhere, or on terminals unless the environment says otherwise
/// (`NO_COLOR`, `CLICOLOR`, `CLICOLOR_FORCE`).
pub(crate) fn choose_colors(choice: clap::ColorChoice) {
    match choice {
        clap::ColorChoice::Auto => anstream::ColorChoice::Auto,
        clap::ColorChoice::Always => anstream::ColorChoice::Always,
        clap::ColorChoice::Never => anstream::ColorChoice::Never,
    }
    .write_global();
}

/// Prints to the standard output what a person reads. A reader that went away (`phasegate list | head`) is no error.
pub(crate) fn print(text: &str) {
    swallow(anstream::stdout().write_all(visible_styled(text).as_bytes()));
}

/// Prints to the standard output what a program reads, byte for byte.
pub(crate) fn print_exactly(text: &str) {
    swallow(io::stdout().write_all(text.as_bytes()));
}

/// Prints a line to the standard error, where everything goes that is no result.
pub(crate) fn note(text: &str) {
    styled(&visible(text));
}

/// Prints why the command ends without a result.
pub(crate) fn error(what: &dyn std::fmt::Display) {
    styled(&format!("{ERROR}error:{ERROR:#} {}", visible(&what.to_string())));
}

/// Prints what is wrong with a result.
pub(crate) fn warning(what: &str) {
    styled(&format!("{WARNING}warning:{WARNING:#} {}", visible(what)));
}

/// Prints a line of our own making to the standard error.
fn styled(line: &str) {
    swallow(writeln!(anstream::stderr(), "{line}"));
}

/// There is nowhere left to report an output that cannot be written to.
fn swallow(outcome: io::Result<()>) {
    drop(outcome);
}
