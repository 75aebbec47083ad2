//! Catalogs: every object of a database by one key, in one line of text as the server normalises it.
//!
//! Keys and definitions are the words that a suite uses: `column tenants.name` is `character varying(255) NOT NULL`.
//! Objects are named without a schema when it is `public`.

mod difference;

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

    /// What the database and the roles are set to: what a session of theirs begins with.
    pub fn settings(&self) -> impl Iterator<Item = (&str, &str)> {
        let objects = self.0.iter().map(|(key, definition)| (key.as_str(), definition.as_str()));
        objects.filter(|(key, _)| key.starts_with("setting "))
    }

    /// The tables whose rows lie in the database itself.
    pub fn tables(&self) -> impl Iterator<Item = &str> {
        let own =
            |(key, definition): (&'_ String, &String)| !definition.starts_with("foreign") && key.starts_with("table ");
        self.0.iter().filter(move |entry| own(*entry)).filter_map(|(key, _)| key.strip_prefix("table "))
    }

    /// Whether an object lies on a table: `place` is the table, or a kind of objects and the table (`index orders`). The
    /// table itself, its owner, the order of its columns and what is said about it (comments, grants) lie on it only where
    /// their kind is named.
    #[must_use]
    pub fn lies_on(&self, key: &str, definition: &str, place: &str) -> bool {
        let (kind, name) = key.split_once(' ').unwrap_or((key, ""));
        let (wanted, table) = match place.split_once(' ') {
            Some((wanted, table)) => (Some(wanted), table),
            None => (None, place),
        };
        if wanted.map_or(["table", "owner", "order", "comment", "grant"].contains(&kind), |wanted| wanted != kind) {
            return false;
        }
        if kind == "index" {
            let on = definition.strip_prefix("UNIQUE ").unwrap_or(definition).strip_prefix("ON ");
            return on.and_then(|on| on.strip_prefix(table)).is_some_and(|rest| rest.starts_with([' ', '(']));
        }
        name.split(' ')
            .any(|word| word.strip_prefix(table).is_some_and(|rest| rest.is_empty() || rest.starts_with('.')))
    }
}

/// A declared definition in the server's form, or why it has none.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum Definition {
    /// As the server normalises it.
    Known(String),
    /// The server could not build the object from the declaration.
    Unresolved(String),
}
