//! What a kind of database is to Phasegate.
//!
//! [`Kind`] names the kinds and says what each can do; everything else here is the same for all of them: a [`Session`]
//! with nested transactions, an [`Error`] that tells a refusal from a connection that broke, whole catalogs, rows of
//! tables, files split into statements, and a [`Host`] that makes, freezes, clones and drops scratch databases. `postgres`
//! and `sqlite` do it, each in files of the same names. A third kind is one folder, and one line in `kind.rs`.

mod backend;
mod books;
mod catalog;
mod clones;
mod columns;
mod error;
mod host;
mod identifier;
mod kind;
mod postgres;
mod ran;
mod rows;
mod scratch;
mod sequences;
mod session;
mod size;
mod split;
mod sqlite;

pub use backend::Backend;
pub use books::Books;
pub use catalog::{OBJECT_KINDS, names_nothing};
pub use clones::Clones;
pub use error::{Error, refusal_of};
pub use host::Host;
pub use identifier::{Identifier, Literal, table_identifier};
pub use kind::{Capabilities, Kind, Place};
pub use postgres::{PostgresAddress, PostgresSession};
pub use ran::Ran;
pub use rows::{RowChange, TableRows};
pub use scratch::Database;
pub use sequences::Sequences;
pub use session::{Actors, Session};
pub use size::NESTING_MAX;
pub use split::{Statement, SyntaxFault};
pub use sqlite::SqliteSession;
