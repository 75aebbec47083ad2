//! What is asked of a server before there is one.

use std::path::PathBuf;

use crate::{choice::Choice, version::Version};

/// What is asked of a server, from which [`Request::start`] makes one. [`embedded`], [`container`], [`local`] and
/// [`external`] ask for that kind, [`Request::default`] for whatever is at hand.
#[derive(Debug, Clone, Default)]
pub struct Request {
    /// Which kind of server.
    pub choice: Choice,
    /// Which version, where we are the ones who choose it; without it one that suffices.
    pub version: Option<Version>,
    /// The container image, instead of the default one.
    pub image: Option<String>,
    /// The package mirror to provision from, instead of the one that this machine's apt uses.
    pub mirror: Option<String>,
    /// The URL of a server that somebody else runs.
    pub database_url: Option<String>,
    /// Where that URL was found, for the line that says which server was taken.
    pub database_url_by: Option<&'static str>,
    /// Whether TimescaleDB must be there.
    pub needs_timescaledb: bool,
    /// The lowest major version of PostgreSQL that will do.
    pub postgres_min: Option<u32>,
    /// The highest major version of PostgreSQL that will do.
    pub postgres_max: Option<u32>,
    /// Whether databases will be made there, for which an external server must give the right.
    pub makes_databases: bool,
    /// The cache folder, instead of the user's own.
    pub cache: Option<PathBuf>,
}

/// A server from the distribution's packages, which are fetched once into the user's cache folder.
#[must_use]
pub fn embedded() -> Request {
    Request { choice: Choice::Embedded, ..Request::default() }
}

/// A server in a container.
#[must_use]
pub fn container() -> Request {
    Request { choice: Choice::Container, ..Request::default() }
}

/// A server of our own with the PostgreSQL that is installed on this machine.
#[must_use]
pub fn local() -> Request {
    Request { choice: Choice::Local, ..Request::default() }
}

/// A server that somebody else runs: nothing is started, and nothing stopped.
#[must_use]
pub fn external(url: impl Into<String>) -> Request {
    Request { choice: Choice::External, database_url: Some(url.into()), ..Request::default() }
}

impl Request {
    /// Takes this version where we are the ones who choose it.
    #[must_use]
    pub fn version(self, version: Version) -> Self {
        Self { version: Some(version), ..self }
    }

    /// Refuses a server that has no TimescaleDB.
    #[must_use]
    pub fn needs_timescaledb(self) -> Self {
        Self { needs_timescaledb: true, ..self }
    }

    /// Refuses a server that is older than this major version of PostgreSQL.
    #[must_use]
    pub fn postgres_min(self, major: u32) -> Self {
        Self { postgres_min: Some(major), ..self }
    }

    /// Refuses a server that is newer than this major version of PostgreSQL.
    #[must_use]
    pub fn postgres_max(self, major: u32) -> Self {
        Self { postgres_max: Some(major), ..self }
    }

    /// The version that was asked for, else the first of the matrix that will do.
    #[must_use]
    pub fn version_or_first(&self) -> Version {
        let suffices = |version: &Version| self.takes(version.major());
        self.version.or_else(|| Version::ALL.into_iter().find(suffices)).unwrap_or_default()
    }

    /// Whether a server of this major version of PostgreSQL will do.
    pub(crate) fn takes(&self, major: u32) -> bool {
        self.postgres_min.is_none_or(|min| min <= major) && self.postgres_max.is_none_or(|max| major <= max)
    }

    /// The major versions that will do, in words.
    pub(crate) fn versions(&self) -> String {
        match (self.postgres_min, self.postgres_max) {
            (Some(min), Some(max)) if min == max => min.to_string(),
            (Some(min), Some(max)) => format!("{min} or newer and {max} or older"),
            (Some(min), None) => format!("{min} or newer"),
            (None, Some(max)) => format!("{max} or older"),
            (None, None) => "of any version".to_owned(),
        }
    }
}
