//! How a server is reached.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};
use sqlx::postgres::{PgConnectOptions, PgSslMode};

use crate::external::{External, escaped};

/// The superuser of every server of our own.
pub(crate) const SUPERUSER: &str = "postgres";

/// The address of a server, and the right to use it.
#[derive(Clone, Serialize, Deserialize)]
pub(crate) enum Access {
    /// A cluster of our own: by its socket, and for those who are handed a URL by TCP.
    Socket { folder: PathBuf, port: u16, password: String },
    /// A container.
    Tcp { host: String, port: u16, password: String },
    /// Somebody else's server, which is never written to a file.
    #[serde(skip)]
    External(Box<External>),
}

impl Access {
    /// How we ourselves connect: the fastest way.
    pub(crate) fn options(&self, database: &str) -> PgConnectOptions {
        match self {
            Self::Socket { folder, port, .. } => own().socket(folder).port(*port).database(database),
            Self::Tcp { host, port, password } => own().host(host).port(*port).password(password).database(database),
            Self::External(external) => external.options(database),
        }
    }

    /// What a command is handed: a URL that psql, libpq, SQLAlchemy and sqlx all read.
    pub(crate) fn url(&self, database: &str) -> String {
        match self {
            Self::Socket { port, password, .. } => url("127.0.0.1", *port, password, database),
            Self::Tcp { host, port, password } => url(host, *port, password, database),
            Self::External(external) => external.url(database),
        }
    }

    /// The database to connect to for making and dropping others.
    pub(crate) fn maintenance(&self) -> &str {
        match self {
            Self::Socket { .. } | Self::Tcp { .. } => "postgres",
            Self::External(external) => external.database(),
        }
    }
}

impl std::fmt::Debug for Access {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Socket { folder, port, .. } => {
                write!(out, "Socket({}, {port})", folder.display())
            }
            Self::Tcp { host, port, .. } => write!(out, "Tcp({host}:{port})"),
            Self::External(external) => external.fmt(out),
        }
    }
}

/// What the environment says of servers (`PGSSLMODE`, `PGPASSWORD` and the like) is about somebody else's.
fn own() -> PgConnectOptions {
    PgConnectOptions::new_without_pgpass()
        .username(SUPERUSER)
        .password("")
        .ssl_mode(PgSslMode::Disable)
        .application_name("phasegate")
}

/// The password is hexadecimal and the host a number or a name: the database alone may need escaping.
fn url(host: &str, port: u16, password: &str, database: &str) -> String {
    format!("postgresql://{SUPERUSER}:{password}@{host}:{port}/{}", escaped(database))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_is_not_shown_by_debug() {
        let access = Access::Tcp { host: "h".to_owned(), port: 1, password: "s3cr3t".to_owned() };
        assert!(!format!("{access:?}").contains("s3cr3t"));
        assert_eq!(access.url("a/b"), "postgresql://postgres:s3cr3t@h:1/a%2Fb");
    }
}
