//! Running the command.

use std::{path::Path, process::Command};

/// What the command printed and how it ended.
pub(crate) struct Ran {
    pub(crate) code: i32,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

/// Runs the command in this folder, without the settings of whoever runs the tests.
pub(crate) fn phasegate(here: &Path, args: &[&str]) -> Ran {
    let output = Command::new(env!("CARGO_BIN_EXE_phasegate"))
        .args(args)
        .current_dir(here)
        .env_remove("CARGO")
        .env_remove("DATABASE_URL")
        .env_remove("PHASEGATE_SERVER")
        .env_remove("PHASEGATE_DEBIAN_MIRROR")
        .output()
        .expect("the command runs");
    Ran {
        code: output.status.code().expect("no signal"),
        stdout: String::from_utf8(output.stdout).expect("UTF-8"),
        stderr: String::from_utf8(output.stderr).expect("UTF-8"),
    }
}
