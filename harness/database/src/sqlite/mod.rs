//! SQLite.

mod catalog;
mod error;
mod guard;
mod host;
mod original;
mod refusal;
mod rows;
mod session;
#[cfg(test)]
mod session_tests;
mod split;

pub(crate) use catalog::{catalog as read_catalog, normalise};
pub(crate) use guard::switching_off;
pub(crate) use host::SqliteHost;
pub(crate) use rows::{row_of, rows_of, table_columns};
pub use session::SqliteSession;
pub(crate) use session::library_version;
pub(crate) use split::{contained, split};
