//! SQLite: everything in which it differs from PostgreSQL stands here.

mod catalog;
mod refusal;
mod rows;
mod session;
#[cfg(test)]
mod session_tests;

pub(crate) use catalog::{catalog, normalise};
pub(crate) use rows::{rows_of, table_columns};
pub(crate) use session::from_rusqlite;
pub use session::{SqliteSession, library_version};
