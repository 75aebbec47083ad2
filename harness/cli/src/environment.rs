//! What of the environment must not reach the sessions that judge.

use std::{env, os::unix::process::CommandExt, process::Command};

/// The settings that every client of PostgreSQL gives its sessions: one that forbids a scan makes a plan pass that fails
/// without it. The client library reads it by itself, and nothing can be taken from the environment of a process.
const SESSION_OPTIONS: &str = "PGOPTIONS";

/// Begins anew without it where it is set. A session on a server of somebody else gets settings by `?options=` of the URL.
pub(crate) fn without_session_options() {
    if env::var_os(SESSION_OPTIONS).is_none() {
        return;
    }
    if let Ok(program) = env::current_exe() {
        // Where this returns it has failed, and the sessions refuse to judge.
        let _ = Command::new(program).args(env::args_os().skip(1)).env_remove(SESSION_OPTIONS).exec();
    }
}
