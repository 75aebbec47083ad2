//! SQL as text: statements split by a real parser, identifiers quoted by one type.

mod identifier;
mod split;

pub(crate) use identifier::table_identifier;
pub use identifier::{Identifier, Literal};
pub use split::{Statement, SyntaxFault, split_postgres, split_sqlite};
