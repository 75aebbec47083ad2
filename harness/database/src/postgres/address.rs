//! How a server is reached.

use sqlx::postgres::PgConnectOptions;

/// How a server is reached, and what its new databases are copies of.
#[derive(Debug, Clone)]
pub struct PostgresAddress {
    /// How to connect, to whatever database.
    pub options: PgConnectOptions,
    /// The URL of a database, of which this part is its name.
    pub url: (String, String),
    /// The database for statements that concern whole databases.
    pub maintenance: String,
    /// What a new database is a copy of; an empty one if there is nothing better.
    pub template: Option<String>,
    /// The extensions that are made in a new database.
    pub extensions: Vec<String>,
    /// Whether TimescaleDB's background workers come to a new database and have to be stopped there.
    pub background_workers: bool,
    /// What the sessions for such statements call themselves, as long as the run lives.
    pub presence: String,
}

impl PostgresAddress {
    /// The URL of a database.
    #[must_use]
    pub fn url_of(&self, database: &str) -> String {
        let (url, name) = &self.url;
        url.replace(name.as_str(), database)
    }
}
