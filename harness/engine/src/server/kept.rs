//! What a failed run leaves of its server.

use std::fmt;
use std::path::{Path, PathBuf};

use super::access::Access;

/// What is left of a server after a run that failed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Kept {
    /// The folder, the container or the server that holds the databases.
    pub place: String,
    /// The server's log, where it has one that we can read.
    pub log: Option<PathBuf>,
    /// How to connect, where the server goes on running. It holds a password.
    pub url: Option<String>,
    /// The command that starts it again, where it was stopped.
    pub restart: Option<String>,
    /// The command that removes it.
    pub remove: Option<String>,
}

impl Kept {
    pub(crate) fn of_cluster(bin: &Path, folder: &Path) -> Self {
        let place = folder.display().to_string();
        let postgres = bin.join("postgres").display().to_string();
        Self {
            log: Some(super::cluster::log_of(folder)),
            url: None,
            restart: Some(format!("{postgres} -D {place}/data -k {place}")),
            remove: Some(format!("rm -rf {place}")),
            place,
        }
    }

    #[cfg(feature = "container")]
    pub(crate) fn of_container(name: &str, url: String) -> Self {
        Self {
            place: format!("the container {name}, which goes on running"),
            log: None,
            url: Some(url),
            restart: None,
            remove: Some(format!("docker rm -f -v {name}")),
        }
    }

    pub(crate) fn of_others(access: &Access) -> Self {
        let place = match access {
            Access::External(external) => external.redacted(),
            Access::Socket { folder, .. } => folder.display().to_string(),
            Access::Tcp { host, port, .. } => format!("{host}:{port}"),
        };
        Self {
            place,
            log: None,
            url: None,
            restart: None,
            remove: None,
        }
    }
}

impl fmt::Display for Kept {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "the server's databases are left in {}", self.place)?;
        if let Some(log) = &self.log {
            write!(out, ", its log is {}", log.display())?;
        }
        if let Some(url) = &self.url {
            write!(out, "; connect with: psql {url}")?;
        }
        if let Some(restart) = &self.restart {
            write!(
                out,
                "; start it again (as the owner of that folder) with: {restart}"
            )?;
        }
        if let Some(remove) = &self.remove {
            write!(out, "; remove it with: {remove}")?;
        }
        Ok(())
    }
}
