//! An installed PostgreSQL, wherever it came from.

use std::{collections::BTreeMap, path::PathBuf};

/// The programs of one PostgreSQL, and what is known about them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Installation {
    /// The folder with `postgres`, `initdb` and `psql`.
    pub bin: PathBuf,
    /// The version of PostgreSQL, such as `17.11`.
    pub postgres: String,
    /// The version of TimescaleDB, where it is there.
    pub timescaledb: Option<String>,
    /// An initialised cluster to copy; without one, `initdb` makes the data folder of each server.
    pub(crate) template: Option<PathBuf>,
    /// The distribution's packages and their versions, where it was made from them.
    pub(crate) packages: BTreeMap<String, String>,
}

impl Installation {
    /// The major version of PostgreSQL; zero when the version cannot be read.
    pub(crate) fn major(&self) -> u32 {
        self.postgres.split(|c: char| !c.is_ascii_digit()).next().and_then(|digits| digits.parse().ok()).unwrap_or(0)
    }
}
