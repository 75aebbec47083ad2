//! A server that dies in mid-run is an error of the run, and not `no server to be had`.

use std::{
    fs,
    path::{Path, PathBuf},
};

use crate::{
    phasegate::{Ran, labelled, phasegate, verifies},
    workspace::{on_postgres, put, workspace},
};

const SECOND_GATE: &str = "forensic-tests/suites/notes/gates/2-title/2.1-title.toml";
/// Kills the postmaster, whose programs run in its data folder, and waits for longer than any test.
pub(crate) const KILL: &str =
    "COPY (SELECT 1) TO PROGRAM 'cat >&2; kill -KILL $(head -1 postmaster.pid)'; SELECT pg_sleep(600)";
/// The same in a block, since no check may say COPY itself.
const KILL_IN_A_BLOCK: &str = "DO $do$ BEGIN EXECUTE $x$COPY (SELECT 1) TO PROGRAM \
    'cat >&2; kill -KILL $(head -1 postmaster.pid)'$x$; PERFORM pg_sleep(600); END $do$";

/// Runs the notes on an embedded server, which dies.
fn dies(here: &Path) -> Ran {
    on_postgres(here);
    phasegate(here, &["run", "--server", "embedded"])
}

/// The command says what is left and where, which is removed.
pub(crate) fn keeps_the_server(here: &Path, ran: &Ran) {
    let said: String = ran.stdout.split_whitespace().collect::<Vec<_>>().join(" ");
    let folder = said.split("the server's databases are left in ").nth(1).and_then(|rest| rest.split(',').next());
    let folder = PathBuf::from(folder.unwrap_or_default());
    assert!(folder.join("data/PG_VERSION").is_file() && folder.join("server.log").is_file(), "{}", ran.stdout);
    fs::remove_dir_all(folder).expect("removable");
    assert!(!ran.stderr.contains("panicked"), "{}", ran.stderr);
    assert_eq!(labelled(&ran.stdout, "folder").split('/').next(), Some("reports"));
    verifies(here, ran);
}

#[test]
fn a_server_that_dies_in_a_check_is_exit_code_1() {
    let workspace = workspace();
    let here = workspace.path();
    let gate = fs::read_to_string(here.join(SECOND_GATE)).expect("readable");
    let kills =
        format!("[[check]]\nid = \"2.1.2\"\ntitle = \"it dies\"\nquery = \"{KILL_IN_A_BLOCK}\"\nrows = [[\"1\"]]\n");
    put(here, SECOND_GATE, &format!("{gate}{kills}"));
    let ran = dies(here);
    assert_eq!(ran.code, 1, "{}{}", ran.stdout, ran.stderr);
    assert!(ran.stderr.contains("STOPPED: connection-lost: "), "{}", ran.stderr);
    keeps_the_server(here, &ran);
}

#[test]
fn a_server_that_dies_in_a_phase_is_exit_code_4() {
    let workspace = workspace();
    let here = workspace.path();
    put(here, "fixtures/notes/phases/2.sql", &format!("ALTER TABLE notes ADD COLUMN title TEXT;\n{KILL};\n"));
    let ran = dies(here);
    assert_eq!(ran.code, 4, "{}{}", ran.stdout, ran.stderr);
    assert!(ran.stdout.contains("    message     the connection was lost: "), "{}", ran.stdout);
    assert!(ran.stdout.contains("    catalog     could not be read\n"), "{}", ran.stdout);
    keeps_the_server(here, &ran);
}
