//! Running the command.

use std::{path::Path, process::Command};

use crate::settings::without_settings;

/// What the command printed and how it ended.
pub(crate) struct Ran {
    pub(crate) code: i32,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

/// The command in this folder, without the settings of whoever runs the tests.
pub(crate) fn command(here: &Path, args: &[&str]) -> Command {
    without_settings(Path::new(env!("CARGO_BIN_EXE_phasegate")), here, args)
}

/// Runs the command.
pub(crate) fn phasegate(here: &Path, args: &[&str]) -> Ran {
    ran(&mut command(here, args))
}

/// Runs it to its end.
pub(crate) fn ran(command: &mut Command) -> Ran {
    let output = command.output().expect("the command runs");
    Ran {
        code: output.status.code().expect("no signal"),
        stdout: String::from_utf8(output.stdout).expect("UTF-8"),
        stderr: String::from_utf8(output.stderr).expect("UTF-8"),
    }
}

/// The value beside a label of the summary.
pub(crate) fn labelled<'a>(summary: &'a str, label: &str) -> &'a str {
    let line = summary.lines().find_map(|line| line.trim_start().strip_prefix(label));
    line.expect("such a line").trim()
}

/// The run folder verifies.
pub(crate) fn verifies(here: &Path, ran: &Ran) {
    let verified = phasegate(here, &["verify", labelled(&ran.stdout, "folder")]);
    assert_eq!(verified.code, 0, "{}", verified.stdout);
}
