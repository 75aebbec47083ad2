//! Sessions: one connection to a database, whatever its kind, with nested transactions.

mod connection;
mod others;
mod reading;
mod running;
mod settings;
mod transactions;

pub use connection::{Actors, Session};
use connection::{Connection, ONE_SESSION, SETTLE};
