//! Makes a cluster that nobody has made before.

use std::{path::Path, process::Command};

use crate::{account::Account, error::ServerError, installation::Installation, kind::Kind, settings};

/// Runs `initdb`, which no installation needs that has a template to copy; `held` says who ends it if we are killed.
pub(crate) fn initialise(
    installation: &Installation,
    data: &Path,
    account: Account,
    held: impl FnOnce(&mut Command),
) -> Result<(), ServerError> {
    let program = installation.bin.join("initdb");
    let mut command = Command::new(&program);
    command.args(settings::initdb(installation.major())).arg("-D").arg(data).current_dir("/").env("LC_ALL", "C");
    account.apply(&mut command);
    held(&mut command);
    let output = command.output().map_err(ServerError::file("run", &program))?;
    if output.status.success() {
        return Ok(());
    }
    Err(ServerError::Start {
        kind: Kind::Local,
        reason: format!("initdb ended with {}", output.status),
        log: String::from_utf8_lossy(&output.stderr).trim_end().to_owned(),
    })
}
