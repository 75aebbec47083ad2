//! Alterations of the schema, and the files that they make.

use std::{collections::BTreeMap, path::Path};

use phasegate_database::{Session, SqliteSession};
use phasegate_evidence::{Catalog, Definition};
use serde::Deserialize;

use crate::second_reading::second_reading;

const SCHEMA: &str = include_str!("schema.sql");

/// One alteration of the list.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Alteration {
    pub(crate) name: String,
    /// What is replaced in the text of the schema, and by what.
    edit: Option<(String, String)>,
    /// What is run on the file.
    pub(crate) sql: Option<String>,
    /// Why the second reading cannot tell what it is.
    pub(crate) misread: Option<String>,
    #[serde(skip)]
    pub(crate) is_real: bool,
}

/// What a file holds, read in two ways.
#[derive(Debug)]
pub(crate) struct State {
    pub(crate) catalog: Catalog,
    pub(crate) second: BTreeMap<String, String>,
}

/// The list.
pub(crate) fn all() -> Vec<Alteration> {
    #[derive(Deserialize)]
    #[serde(deny_unknown_fields)]
    struct List {
        neutral: Vec<Alteration>,
        real: Vec<Alteration>,
    }
    let list: List = toml::from_str(include_str!("alterations.toml")).expect("the list");
    let real = list.real.into_iter().map(|alteration| Alteration { is_real: true, ..alteration });
    list.neutral.into_iter().chain(real).collect()
}

/// The state after these alterations, or why one of them is not possible.
pub(crate) fn state(alterations: &[&Alteration]) -> Result<State, String> {
    let mut text = SCHEMA.to_owned();
    for (from, to) in alterations.iter().filter_map(|alteration| alteration.edit.as_ref()) {
        if text.matches(from.as_str()).count() != 1 {
            return Err(format!("`{from}` does not stand there once"));
        }
        text = text.replace(from.as_str(), to);
    }
    let folder = tempfile::tempdir().map_err(|error| error.to_string())?;
    let path = folder.path().join("state.db");
    let words = |error: rusqlite::Error| error.to_string();
    let file = rusqlite::Connection::open(&path).map_err(words)?;
    file.execute_batch("PRAGMA synchronous = off").map_err(words)?;
    file.execute_batch(&text).map_err(words)?;
    for sql in alterations.iter().filter_map(|alteration| alteration.sql.as_ref()) {
        file.execute_batch(sql).map_err(words)?;
    }
    let second = second_reading(&file).map_err(words)?;
    drop(file);
    Ok(State { catalog: catalog(&path)?, second })
}

/// The catalog of a file with this schema.
pub(crate) fn schema(text: &str) -> Result<Catalog, String> {
    let folder = tempfile::tempdir().map_err(|error| error.to_string())?;
    let path = folder.path().join("state.db");
    let file = rusqlite::Connection::open(&path).map_err(|error| error.to_string())?;
    file.execute_batch(text).map_err(|error| error.to_string())?;
    catalog(&path)
}

/// These declarations as the catalog would show them.
pub(crate) fn normalised(declared: &[(String, String)]) -> Vec<Definition> {
    let mut session = Session::from(SqliteSession::create(Path::new(":memory:")).expect("a database"));
    wait(session.normalise(declared)).expect("definitions")
}

fn catalog(path: &Path) -> Result<Catalog, String> {
    let mut session = Session::from(SqliteSession::open_scratch(path).map_err(|error| error.to_string())?);
    wait(session.catalog()).map_err(|error| error.to_string())
}

fn wait<T>(future: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().build().expect("a runtime").block_on(future)
}
