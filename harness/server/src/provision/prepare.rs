//! Prepares the cluster that every server begins as a copy of.

use std::{
    fs,
    io::Write,
    path::Path,
    process::{Command, Stdio},
};

use super::{patch::entries, place::TEMPLATE};
use crate::{account::Account, error::ServerError, folder, initdb::initialise, installation::Installation, settings};

/// What is being done, for errors.
const STEP: &str = "initialise the template cluster";

/// Initialises a cluster with one database that has the extension already, and packs it.
pub(super) fn prepare(installation: &Installation, place: &Path) -> Result<(), ServerError> {
    let account = Account::of_servers();
    let data = place.join("cluster");
    fs::create_dir(&data).map_err(ServerError::file("make the folder", &data))?;
    account.own(&data)?;
    initialise(installation, &data, account, |_| {})?;
    let name = settings::TEMPLATE_TIMESCALEDB;
    let create = format!("CREATE DATABASE {name} STRATEGY file_copy IS_TEMPLATE true\n");
    single(installation, &data, account, "postgres", &create)?;
    single(installation, &data, account, name, "CREATE EXTENSION timescaledb\n")?;
    strip(installation, &data)?;
    let mut tar = Command::new("tar");
    tar.args(["--create", "--format=ustar", "--sort=name", "--numeric-owner", "--owner=0", "--group=0"]);
    output(tar.arg("--file").arg(place.join(TEMPLATE)).arg("--directory").arg(&data).arg("."))?;
    folder::remove(&data)
}

/// Removes what a server makes anew when it needs it, and every clone of a database would copy: the maps of free space
/// and of visibility, which PostgreSQL takes for hints that may be missing, and the write-ahead log but for the segment
/// that a start reads.
fn strip(installation: &Installation, data: &Path) -> Result<(), ServerError> {
    let mut folders = entries(&data.join("base"))?;
    folders.push(data.join("global"));
    for folder in folders {
        for path in entries(&folder)? {
            if path.to_str().is_some_and(|name| name.ends_with("_fsm") || name.ends_with("_vm")) {
                fs::remove_file(&path).map_err(ServerError::file("remove", &path))?;
            }
        }
    }
    let words = output(Command::new(installation.bin.join("pg_controldata")).env("LC_ALL", "C").arg(data))?;
    let segment = words.lines().find_map(|line| line.strip_prefix("Latest checkpoint's REDO WAL file:"));
    let segment = segment.map(str::trim).ok_or_else(|| failed(format!("pg_controldata names no segment: {words}")))?;
    for path in entries(&data.join("pg_wal"))? {
        if path.is_file() && !path.ends_with(segment) {
            fs::remove_file(&path).map_err(ServerError::file("remove", &path))?;
        }
    }
    Ok(())
}

/// What a command says that ends well.
fn output(command: &mut Command) -> Result<String, ServerError> {
    let output = command.output().map_err(|error| failed(format!("{command:?}: {error}")))?;
    if output.status.success() {
        return Ok(String::from_utf8_lossy(&output.stdout).into_owned());
    }
    Err(failed(String::from_utf8_lossy(&output.stderr).trim().to_owned()))
}

fn failed(reason: String) -> ServerError {
    ServerError::Provision { step: STEP, reason, advice: "run `phasegate server clean` and try again".to_owned() }
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
    let complaint = words.lines().find(|line| line.contains("ERROR:") || line.contains("FATAL:"));
    Err(failed(complaint.map_or_else(|| format!("postgres ended with {}", output.status), str::to_owned)))
}
