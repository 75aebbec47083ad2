//! Running the command.

use std::{path::Path, process::Command};

/// What the command printed and how it ended.
pub(crate) struct Ran {
    pub(crate) code: i32,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

/// The command in this folder, without the settings of whoever runs the tests.
pub(crate) fn command(here: &Path, args: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_phasegate"));
    command.args(args).current_dir(here);
    // A run that fails keeps its database: here it goes with the folder of the test.
    command.env("TMPDIR", here);
    for name in ["CARGO", "DATABASE_URL", "PHASEGATE_SERVER", "PHASEGATE_DEBIAN_MIRROR"] {
        command.env_remove(name);
    }
    command
}

/// Runs the command.
pub(crate) fn phasegate(here: &Path, args: &[&str]) -> Ran {
    let output = command(here, args).output().expect("the command runs");
    Ran {
        code: output.status.code().expect("no signal"),
        stdout: String::from_utf8(output.stdout).expect("UTF-8"),
        stderr: String::from_utf8(output.stderr).expect("UTF-8"),
    }
}
