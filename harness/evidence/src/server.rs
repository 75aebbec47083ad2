//! Facts of the server that a run used.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// Facts of a server. Which versions there are, each kind of database says for itself.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct ServerFacts {
    /// How it came to be: `container`, `embedded`, `local`, `external`, or `library` for a database that needs none.
    pub kind: String,
    /// What decides how it behaves, by the name that people use: `PostgreSQL` is `17.5`. Part of the result.
    pub versions: BTreeMap<String, String>,
    /// Where the server's programs came from: package or image versions, image digest.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub origin: BTreeMap<String, String>,
    /// The identifier of the cluster of databases, where it tells one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub system: Option<String>,
    /// Settings that were changed from their defaults.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub settings: BTreeMap<String, String>,
}

impl ServerFacts {
    /// The name of the version of PostgreSQL.
    pub const POSTGRES: &str = "PostgreSQL";
    /// The name of the version of TimescaleDB.
    pub const TIMESCALEDB: &str = "TimescaleDB";
    /// The name of the edition of TimescaleDB: `apache` or `community`.
    pub const EDITION: &str = "TimescaleDB edition";
    /// The name of the version of pgTAP that the server offers.
    pub const PGTAP: &str = "pgTAP";
    /// The name of the version of SQLite.
    pub const SQLITE: &str = "SQLite";

    /// The kind of a database that needs no server.
    pub const LIBRARY: &str = "library";

    /// Whether the database needs no server.
    #[must_use]
    pub fn is_library(&self) -> bool {
        self.kind == Self::LIBRARY
    }

    /// The version of this name.
    pub(crate) fn version(&self, name: &str) -> Option<&String> {
        self.versions.get(name)
    }

    /// The same facts with one version more.
    #[must_use]
    pub fn with(mut self, name: &str, version: impl Into<String>) -> Self {
        self.versions.insert(name.to_owned(), version.into());
        self
    }

    /// The versions in one line: `PostgreSQL 17.5, TimescaleDB 2.19.3, TimescaleDB edition apache`.
    #[must_use]
    pub fn version_line(&self) -> String {
        self.versions.iter().map(|(name, version)| format!("{name} {version}")).collect::<Vec<_>>().join(", ")
    }
}
