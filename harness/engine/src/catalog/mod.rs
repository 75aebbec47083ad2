//! Catalogs: every object of a database by one key, in one line of text as the server normalises it.
//!
//! Keys and definitions are the words that a suite uses, see `harness/ARCHITECTURE.md`: `column tenants.name` is
//! `character varying(255) NOT NULL`. Objects are named without a schema when it is `public`.

mod difference;
pub(crate) mod normalise;
pub(crate) mod postgres;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

pub use difference::{Alteration, Difference};

/// The objects of a database.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Catalog(pub BTreeMap<String, String>);

impl Catalog {
    /// The definition under this key.
    #[must_use]
    pub fn get(&self, key: &str) -> Option<&str> {
        self.0.get(key).map(String::as_str)
    }
}

/// A declared definition in the server's form, or why it has none.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Definition {
    /// As the server normalises it.
    Known(String),
    /// The server could not build the object from the declaration.
    Unresolved(String),
}

/// The kinds of objects that a key may begin with.
pub(crate) const KINDS: [&str; 23] = [
    "table",
    "column",
    "constraint",
    "index",
    "trigger",
    "function",
    "policy",
    "rls",
    "grant",
    "comment",
    "view",
    "matview",
    "sequence",
    "type",
    "schema",
    "extension",
    "hypertable",
    "owner",
    "rule",
    "event",
    "columns",
    "constraints",
    "header",
];
