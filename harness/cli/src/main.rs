//! The `phasegate` command: gated, attacked, evidenced database migrations.

mod args;
mod command;
mod console;
mod exit;
mod requirements;

use std::process::ExitCode;

use clap::Parser as _;

use crate::{args::Args, exit::Exit};

fn main() -> ExitCode {
    let args = match Args::try_parse() {
        Ok(args) => args,
        Err(error) => {
            // A closed terminal leaves nobody to tell.
            drop(error.print());
            return if error.use_stderr() { Exit::Usage } else { Exit::Passed }.into();
        }
    };
    console::choose_colors(args.global.color);
    match command::execute(&args) {
        Ok(exit) => exit.into(),
        Err(failure) => {
            console::error(&failure);
            failure.exit.into()
        }
    }
}
