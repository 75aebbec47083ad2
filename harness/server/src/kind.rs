//! The kinds of servers.

use std::fmt;

use serde::{Deserialize, Serialize};

/// Which kind of server was taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// A container, started by Docker.
    Container,
    /// Unpacked from the distribution's packages into the user's cache folder.
    Embedded,
    /// A PostgreSQL that is installed on this machine, with a cluster of our own.
    Local,
    /// A server that somebody else runs, named by a database URL.
    External,
}

impl fmt::Display for Kind {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.pad(match self {
            Self::Container => "container",
            Self::Embedded => "embedded",
            Self::Local => "local",
            Self::External => "external",
        })
    }
}
