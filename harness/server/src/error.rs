//! What can go wrong with a server, where, and what to do next.

use std::{
    io,
    path::{Path, PathBuf},
};

use crate::kind::Kind;

/// Why there is no server. Every one of these ends a run with the exit code for "no server to be had".
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ServerError {
    /// None of the kinds that may be taken is to be had.
    #[error("no server to be had: {}", reasons.join("; "))]
    NoServer {
        /// One reason for each kind that was tried, in order.
        reasons: Vec<String>,
    },

    /// The server is older or newer than the suite accepts.
    #[error(
        "suite needs PostgreSQL {needed}, but the {kind} server is PostgreSQL {found}: choose another with \
         --server-version, --image or --database-url"
    )]
    SuiteNeedsVersion {
        /// The kind of server that was found.
        kind: Kind,
        /// The major versions that the suite accepts.
        needed: String,
        /// The version that the server reports.
        found: String,
    },

    /// The server has no TimescaleDB, and the suite needs it.
    #[error(
        "suite needs TimescaleDB, but the {kind} server (PostgreSQL {found}) does not have it: use --server embedded, \
         or install the extension there"
    )]
    NeedsTimescaledb {
        /// The kind of server that was found.
        kind: Kind,
        /// The version that the server reports.
        found: String,
    },

    /// The packages of the embedded server could not be had.
    #[error("failed to provision the embedded server: {step}: {reason}; {advice}")]
    Provision {
        /// What was being done.
        step: &'static str,
        /// What happened.
        reason: String,
        /// What to do next.
        advice: String,
    },

    /// The database URL cannot be used at all.
    #[error("failed to read the database URL: {reason}; write it as postgresql://user:password@host:port/database")]
    DatabaseUrl {
        /// What is wrong with it.
        reason: String,
    },

    /// The server behind the database URL refuses.
    #[error("failed to connect to {dsn}: {reason}; check DATABASE_URL or --database-url, or leave it out")]
    Refused {
        /// The URL, its password blanked out.
        dsn: String,
        /// What the server or the network said.
        reason: String,
    },

    /// Our role may not do there what a run does.
    #[error("failed to use the external server: {reason}; {advice}")]
    NeedsRight {
        /// What it may not.
        reason: String,
        /// What to type.
        advice: String,
    },

    /// Docker does not do what it should.
    #[error("failed to {step} with Docker: {reason}; {advice}")]
    Docker {
        /// What was being done, as a verb.
        step: String,
        /// What Docker said.
        reason: String,
        /// What to do next.
        advice: String,
    },

    /// A server of our own did not come up.
    #[error("failed to start the {kind} server: {reason}{}", tail(.log))]
    Start {
        /// Its kind.
        kind: Kind,
        /// What happened.
        reason: String,
        /// The end of its log, empty when there is none.
        log: String,
    },

    /// A server of our own answered, and then refused what every server must do.
    #[error("failed to {step} on the {kind} server: {reason}")]
    Query {
        /// Its kind.
        kind: Kind,
        /// What was asked of it, as a verb.
        step: &'static str,
        /// What it said.
        reason: String,
    },

    /// The file system does not do what it should.
    #[error("failed to {step} {}: {source}{}", path.display(), hint(.source))]
    File {
        /// What was being done, as a verb.
        step: &'static str,
        /// With which file or folder.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
}

impl ServerError {
    /// A closure for `map_err`: what was being done, with which file.
    pub(crate) fn file(step: &'static str, path: impl AsRef<Path>) -> impl FnOnce(io::Error) -> Self {
        let path = path.as_ref().to_owned();
        move |source| Self::File { step, path, source }
    }
}

fn tail(log: &str) -> String {
    if log.is_empty() { String::new() } else { format!("\nthe end of its log:\n{log}") }
}

fn hint(source: &io::Error) -> &'static str {
    match source.kind() {
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => {
            " (make room there, or name another cache folder with PHASEGATE_CACHE and another TMPDIR)"
        }
        io::ErrorKind::PermissionDenied => " (name a folder of your own with PHASEGATE_CACHE or TMPDIR)",
        _ => "",
    }
}
