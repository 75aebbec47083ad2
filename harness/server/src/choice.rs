//! What a user may ask for by name.

use std::{fmt, str::FromStr};

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

/// A word that names no choice.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("unknown {what} \"{word}\": choose one of {known}")]
pub struct UnknownChoice {
    pub(crate) what: &'static str,
    pub(crate) word: String,
    pub(crate) known: &'static str,
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_choice_reads_back_what_it_prints() {
        for choice in [Choice::Auto, Choice::Container, Choice::Embedded, Choice::Local, Choice::External] {
            assert_eq!(choice.to_string().parse(), Ok(choice));
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
