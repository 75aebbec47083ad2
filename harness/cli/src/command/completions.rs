//! `phasegate completions`.

use clap::CommandFactory as _;

use crate::{
    args::{Args, CompletionsArgs},
    console,
    exit::{Exit, Failure},
};

/// Prints the script of a shell.
pub(super) fn completions(asked: &CompletionsArgs) -> Result<Exit, Failure> {
    let mut script = Vec::new();
    clap_complete::generate(asked.shell, &mut Args::command(), "phasegate", &mut script);
    console::print_exactly(&String::from_utf8_lossy(&script))?;
    Ok(Exit::Passed)
}
