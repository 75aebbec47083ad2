use std::io::{self, Write};

/// Prints to the standard output. A reader that went away (`phasegate list | head`) is no error.
pub(crate) fn print(text: &str) {
    swallow(io::stdout().lock().write_all(text.as_bytes()));
}

/// Prints a line to the standard error, where everything goes that is no result.
pub(crate) fn note(line: &str) {
    swallow(writeln!(io::stderr().lock(), "{line}"));
}

/// There is nowhere left to report an output that cannot be written to.
fn swallow(outcome: io::Result<()>) {
    drop(outcome);
}
