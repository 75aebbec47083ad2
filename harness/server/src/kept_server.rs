//! What a run leaves of its server when it keeps it.

use std::{
    fmt,
    path::{Path, PathBuf},
};

use crate::{access::Access, account::Account};

/// What is left of a server after a run that kept it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeptServer {
    /// The folder, the container or the server that holds the databases.
    place: String,
    /// The server's log, where it has one that we can read.
    log: Option<PathBuf>,
    /// The command that starts it again, where it was stopped.
    restart: Option<String>,
    /// The program that opens one of its databases, where it is not just psql.
    psql: Option<PathBuf>,
    /// The command that removes it.
    remove: Option<String>,
}

impl KeptServer {
    pub(crate) fn of_cluster(bin: &Path, folder: &Path, psql: &Path, run: &str) -> Self {
        let place = folder.display().to_string();
        let postgres = bin.join("postgres").display().to_string();
        let account = Account::of_servers().command();
        Self {
            log: Some(crate::cluster::log_of(folder)),
            restart: Some(format!("{account}{postgres} -D {place}/data -k {place}")),
            psql: Some(psql.to_owned()),
            remove: Some(removing(run)),
            place,
        }
    }

    #[cfg(feature = "container")]
    pub(crate) fn of_container(name: &str, run: &str) -> Self {
        Self {
            place: format!("the container {name}, which goes on running"),
            log: None,
            restart: None,
            psql: None,
            remove: Some(removing(run)),
        }
    }

    pub(crate) fn of_others(access: &Access, run: &str) -> Self {
        let (place, remove) = match access {
            Access::External(external) => {
                let url = external.redacted();
                (url.clone(), Some(format!("phasegate server clean --database-url {url} --kept {run}")))
            }
            Access::Socket { folder, .. } => (folder.display().to_string(), None),
            Access::Tcp { host, port, .. } => (format!("{host}:{port}"), None),
        };
        Self { place, log: None, restart: None, psql: None, remove }
    }

    /// The command line that opens one of its databases, which has this URL.
    #[must_use]
    pub fn open(&self, database: &str, url: &str) -> String {
        match &self.psql {
            Some(psql) => format!("{} {database}", psql.display()),
            None => format!("psql '{url}'"),
        }
    }
}

fn removing(run: &str) -> String {
    format!("phasegate server clean --kept {run}")
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
        if let Some(remove) = &self.remove {
            write!(out, "; remove it with: {remove}")?;
        }
        Ok(())
    }
}
