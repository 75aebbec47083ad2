//! The versions of the matrix.

use std::{fmt, str::FromStr};

use crate::choice::UnknownChoice;

/// The versions of the matrix (`--server-version`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Version {
    /// PostgreSQL 17 with TimescaleDB 2.19.
    #[default]
    V17,
    /// PostgreSQL 18 with TimescaleDB 2.31.
    V18,
}

impl Version {
    /// Every version.
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
        write!(out, "{}", self.major())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_version_reads_back_what_it_prints() {
        for version in Version::ALL {
            assert_eq!(version.to_string().parse(), Ok(version));
        }
        assert_eq!(
            "16".parse::<Version>().unwrap_err().to_string(),
            "unknown server version \"16\": choose one of 17, 18"
        );
    }
}
