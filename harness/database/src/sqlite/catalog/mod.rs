//! The catalog of a SQLite file. The text that SQLite stores is the measure, token by token: white space, comments, the
//! case of bare words, the quotes of a name and IF NOT EXISTS mean nothing, everything else does.

mod declared;
mod header;
mod names;
mod schema;
mod statement;
mod table;
mod token;
mod words;

pub(crate) use declared::normalise;
pub(crate) use schema::catalog;
pub(super) use table::Table;
