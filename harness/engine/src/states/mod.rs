//! States of a migration: the baseline, and what lies after each phase. Each is laid once, frozen, and cloned for whoever
//! works on it.

mod all;
mod contents;
mod copies;
mod laying;
mod state;

pub use all::States;
pub(crate) use state::{Laid, RowsBefore};
pub use state::{State, WorkingCopy};
