//! What a failed run leaves of its server.

use std::{
    fmt,
    path::{Path, PathBuf},
};

use crate::{
    access::{Access, SUPERUSER},
    account::Account,
};

/// What is left of a server after a run that failed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeptServer {
    /// The folder, the container or the server that holds the databases.
    place: String,
    /// The server's log, where it has one that we can read.
    log: Option<PathBuf>,
    /// The command that starts it again, where it was stopped.
    restart: Option<String>,
    /// The command that connects to it while it runs. It may hold a password.
    connect: Option<String>,
    /// The command that removes it.
    remove: Option<String>,
}

impl KeptServer {
    pub(crate) fn of_cluster(bin: &Path, folder: &Path, port: u16) -> Self {
        let place = folder.display().to_string();
        let postgres = bin.join("postgres").display().to_string();
        let account = Account::of_servers().command();
        Self {
            log: Some(crate::cluster::log_of(folder)),
            restart: Some(format!("{account}{postgres} -D {place}/data -k {place}")),
            connect: Some(format!("psql -h {place} -p {port} -U {SUPERUSER} postgres")),
            remove: Some(format!("rm -rf {place}")),
            place,
        }
    }

    #[cfg(feature = "container")]
    pub(crate) fn of_container(name: &str, url: &str) -> Self {
        Self {
            place: format!("the container {name}, which goes on running"),
            log: None,
            restart: None,
            connect: Some(format!("psql {url}")),
            remove: Some(format!("docker rm -f -v {name}")),
        }
    }

    pub(crate) fn of_others(access: &Access) -> Self {
        let (place, remove) = match access {
            Access::External(external) => {
                let url = external.redacted();
                (url.clone(), Some(format!("phasegate server clean --database-url {url}")))
            }
            Access::Socket { folder, .. } => (folder.display().to_string(), None),
            Access::Tcp { host, port, .. } => (format!("{host}:{port}"), None),
        };
        Self { place, log: None, restart: None, connect: None, remove }
    }
}

impl fmt::Display for KeptServer {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "the server's databases are left in {}", self.place)?;
        if let Some(log) = &self.log {
            write!(out, ", its log is {}", log.display())?;
        }
        if let Some(restart) = &self.restart {
            write!(out, "; start it again with: {restart}")?;
        }
        if let Some(connect) = &self.connect {
            write!(out, "; connect with: {connect}")?;
        }
        if let Some(remove) = &self.remove {
            write!(out, "; remove it with: {remove}")?;
        }
        Ok(())
    }
}
