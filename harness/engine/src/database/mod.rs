//! The databases of one suite in one run: made, frozen, cloned and dropped.

mod clones;
mod host;
mod postgres;
mod sqlite;

pub use clones::Clones;
pub use host::{Database, Host};
pub use postgres::PostgresHost;
pub use sqlite::SqliteHost;
