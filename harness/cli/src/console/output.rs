use std::io::{self, Write};

use anstyle::{AnsiColor, Style};
use phasegate_report::{visible, visible_styled};

use crate::exit::Failure;

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

/// Settles for how wide a console texts are laid out: that of the standard output where it is one, unless COLUMNS says.
pub(crate) fn choose_width() {
    let told = std::env::var("COLUMNS").ok().and_then(|columns| columns.parse().ok());
    let seen = || ::console::Term::stdout().size_checked().map(|(_, columns)| usize::from(columns));
    if let Some(columns) = told.or_else(seen) {
        phasegate_report::choose_width(columns);
    }
}

/// Prints to the standard output what a person reads.
pub(crate) fn print(text: &str) -> Result<(), Failure> {
    written(anstream::stdout(), &visible_styled(text))
}

/// Prints to the standard output what a program reads, byte for byte.
pub(crate) fn print_exactly(text: &str) -> Result<(), Failure> {
    written(io::stdout(), text)
}

/// A reader that went away (`phasegate list | head`) is no error; a disk that is full is one.
fn written(mut output: impl Write, text: &str) -> Result<(), Failure> {
    match output.write_all(text.as_bytes()).and_then(|()| output.flush()) {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => Err(unwritable(&error)),
        _ => Ok(()),
    }
}

/// The result is nowhere to be read.
pub(crate) fn unwritable(error: &io::Error) -> Failure {
    Failure::usage(format!("failed to write to the standard output: {error}"))
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
    // There is nowhere left to report an output that cannot be written to.
    drop(writeln!(anstream::stderr(), "{line}"));
}
