//! The command without the settings of whoever calls it.

use std::{path::Path, process::Command};

/// This program in this folder, which holds its temporary files too.
pub(crate) fn without_settings(program: &Path, here: &Path, args: &[&str]) -> Command {
    let mut command = Command::new(program);
    command.args(args).current_dir(here);
    // A run that fails keeps its database: here it goes with the folder of the test.
    command.env("TMPDIR", here);
    let ours = ["CARGO", "DATABASE_URL", "PHASEGATE_SERVER", "PHASEGATE_SUITES", "PHASEGATE_DEBIAN_MIRROR", "COLUMNS"];
    let colours = ["CARGO_TERM_COLOR", "NO_COLOR", "CLICOLOR", "CLICOLOR_FORCE"];
    for name in ours.into_iter().chain(colours) {
        command.env_remove(name);
    }
    command
}
