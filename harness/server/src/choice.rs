//! What a user may ask for.

use std::fmt;
use std::path::PathBuf;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// Which server to take: one kind, or whatever is at hand (`--server`, `PHASEGATE_SERVER`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Choice {
    /// External when a database URL is given, else container, local, embedded, in this order.
    #[default]
    Auto,
    /// A container, started by Docker.
    Container,
    /// Unpacked from the distribution's packages into the user's cache folder.
    Embedded,
    /// A PostgreSQL that is installed on this machine, with a cluster of our own.
    Local,
    /// A server that somebody else runs, named by a database URL.
    External,
}

/// Which kind of server was taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
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

/// The versions of the matrix (`--server-version`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default, Serialize, Deserialize)]
pub enum Version {
    /// PostgreSQL 17 with TimescaleDB 2.19.
    #[default]
    #[serde(rename = "17")]
    V17,
    /// PostgreSQL 18 with TimescaleDB 2.31.
    #[serde(rename = "18")]
    V18,
}

/// What a run asks of its server.
#[derive(Debug, Clone, Default)]
pub struct Request {
    /// Which kind of server.
    pub choice: Choice,
    /// Which version, where we are the ones who choose it.
    pub version: Version,
    /// The container image, instead of the default one.
    pub image: Option<String>,
    /// The package mirror to provision from, instead of the one that this machine's apt uses.
    pub mirror: Option<String>,
    /// The URL of a server that somebody else runs.
    pub database_url: Option<String>,
    /// Whether the suite needs TimescaleDB.
    pub needs_timescaledb: bool,
    /// The lowest major version of PostgreSQL that the suite accepts.
    pub postgres_min: Option<u32>,
    /// The cache folder, instead of the user's own.
    pub cache: Option<PathBuf>,
}

/// A word that names no choice.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("unknown {what} \"{word}\": choose one of {known}")]
pub struct UnknownChoice {
    what: &'static str,
    word: String,
    known: &'static str,
}

impl FromStr for Choice {
    type Err = UnknownChoice;

    fn from_str(word: &str) -> Result<Self, Self::Err> {
        match word {
            "auto" => Ok(Self::Auto),
            "container" => Ok(Self::Container),
            "embedded" => Ok(Self::Embedded),
            "local" => Ok(Self::Local),
            "external" => Ok(Self::External),
            _ => Err(UnknownChoice {
                what: "server",
                word: word.to_owned(),
                known: "auto, container, embedded, local, external",
            }),
        }
    }
}

impl fmt::Display for Choice {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.pad(match self {
            Self::Auto => "auto",
            Self::Container => "container",
            Self::Embedded => "embedded",
            Self::Local => "local",
            Self::External => "external",
        })
    }
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

impl Version {
    /// Every version of the matrix, oldest first.
    pub const ALL: [Self; 2] = [Self::V17, Self::V18];

    /// The major version of PostgreSQL.
    #[must_use]
    pub const fn major(self) -> u32 {
        match self {
            Self::V17 => 17,
            Self::V18 => 18,
        }
    }

    /// The suite of the distribution that ships it.
    pub(crate) const fn suite(self) -> &'static str {
        match self {
            Self::V17 => "trixie",
            Self::V18 => "forky",
        }
    }
}

impl FromStr for Version {
    type Err = UnknownChoice;

    fn from_str(word: &str) -> Result<Self, Self::Err> {
        match word {
            "17" => Ok(Self::V17),
            "18" => Ok(Self::V18),
            _ => Err(UnknownChoice { what: "server version", word: word.to_owned(), known: "17, 18" }),
        }
    }
}

impl fmt::Display for Version {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.pad(match self {
            Self::V17 => "17",
            Self::V18 => "18",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_choice_reads_back_what_it_prints() {
        for choice in [Choice::Auto, Choice::Container, Choice::Embedded, Choice::Local, Choice::External] {
            assert_eq!(choice.to_string().parse(), Ok(choice));
        }
        for version in Version::ALL {
            assert_eq!(version.to_string().parse(), Ok(version));
        }
    }

    #[test]
    fn an_unknown_word_names_the_known_ones() {
        let error = "docker".parse::<Choice>().unwrap_err();
        assert_eq!(
            error.to_string(),
            "unknown server \"docker\": choose one of auto, container, embedded, local, external"
        );
    }
}
