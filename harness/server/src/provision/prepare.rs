//! The initialised cluster that every server begins as a copy of.

use std::{
    fs,
    io::Write,
    path::Path,
    process::{Command, Stdio},
};

use super::place::TEMPLATE;
use crate::{account::Account, error::ServerError, initdb::initialise, installation::Installation, settings};

/// Initialises the cluster that every server begins as a copy of, with one database that has the extension already.
pub(super) fn template(installation: &Installation, place: &Path) -> Result<(), ServerError> {
    let account = Account::of_servers();
    let data = place.join(TEMPLATE);
    fs::create_dir(&data).map_err(ServerError::file("make the folder", &data))?;
    account.own(&data)?;
    initialise(installation, &data, account)?;
    let name = settings::TEMPLATE_TIMESCALEDB;
    let create = format!("CREATE DATABASE {name} STRATEGY file_copy IS_TEMPLATE true\n");
    single(installation, &data, account, "postgres", &create)?;
    single(installation, &data, account, name, "CREATE EXTENSION timescaledb\n")
}

/// Runs statements, one a line, on a cluster that no server runs on.
fn single(
    installation: &Installation,
    data: &Path,
    account: Account,
    database: &str,
    statements: &str,
) -> Result<(), ServerError> {
    let program = installation.bin.join("postgres");
    let mut command = Command::new(&program);
    command.args(["--single", "-j", "-F"]);
    for setting in settings::SINGLE {
        command.arg("-c").arg(setting);
    }
    command.arg("-D").arg(data).arg(database);
    account.apply(&mut command);
    command.current_dir("/").env("LC_ALL", "C").stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::piped());
    let mut child = command.spawn().map_err(ServerError::file("run", &program))?;
    if let Some(mut input) = child.stdin.take() {
        input
            .write_all(statements.replace('\n', ";\n\n").as_bytes())
            .map_err(ServerError::file("write to", &program))?;
    }
    let output = child.wait_with_output().map_err(ServerError::file("wait for", &program))?;
    let words = String::from_utf8_lossy(&output.stderr);
    // The program ends well after a statement that failed: its words tell.
    if output.status.success() && !["ERROR:", "FATAL:", "PANIC:"].iter().any(|level| words.contains(level)) {
        return Ok(());
    }
    Err(ServerError::Provision {
        step: "initialise the template cluster",
        reason: words
            .lines()
            .find(|line| line.contains("ERROR:") || line.contains("FATAL:"))
            .map_or_else(|| format!("postgres ended with {}", output.status), str::to_owned),
        advice: "run `phasegate server clean` and try again".to_owned(),
    })
}
