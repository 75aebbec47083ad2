//! PostgreSQL, with TimescaleDB or without.

mod address;
mod catalog;
mod contained;
mod error;
mod guard;
mod host;
mod normalise;
mod prompt;
mod rows;
mod session;
mod split;
mod statements;
mod untransacted;

pub use address::PostgresAddress;
pub(crate) use catalog::read as read_catalog;
pub(crate) use contained::contained;
pub(crate) use guard::switching_off;
pub(crate) use host::PostgresHost;
pub(crate) use normalise::normalise;
pub(crate) use rows::{row_of, rows_of, table_columns};
pub use session::PostgresSession;
pub(crate) use split::{is_dump, split};
pub(crate) use untransacted::{
    functions_set_settings, indexes_ready, left_behind, other_sessions, put_back, sequences,
};
