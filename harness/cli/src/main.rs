//! The `phasegate` command: gated, attacked, evidenced database migrations.

mod args;
mod command;
mod console;
mod environment;
mod exit;
mod keys;
mod new_file;
mod requirements;

use std::{
    io::{self, Write as _},
    process::ExitCode,
};

use clap::Parser as _;

use crate::{
    args::Args,
    exit::{Exit, Failure},
};

fn main() -> ExitCode {
    environment::without_session_options();
    let args = match Args::try_parse() {
        Ok(args) => args,
        Err(error) => {
            let wrong = error.use_stderr();
            // A reader that went away leaves nobody to tell, and where the standard error is full there is nowhere to.
            return match error.print().and_then(|()| io::stdout().flush()) {
                Err(error) if !wrong && error.kind() != io::ErrorKind::BrokenPipe => ends(&console::unwritable(&error)),
                _ => if wrong { Exit::Usage } else { Exit::Passed }.into(),
            };
        }
    };
    console::choose_colors(args.global.color);
    console::choose_width();
    match command::execute(&args) {
        Ok(exit) => exit.into(),
        Err(failure) => ends(&failure),
    }
}

fn ends(failure: &Failure) -> ExitCode {
    console::error(failure);
    failure.exit.into()
}
