//! What a run observed, written into the checks that ask for it or failed: `phasegate adopt`.

mod changes;
mod corrections;
mod entries;
mod error;
mod gate_file;
#[cfg(test)]
mod gate_file_tests;
mod notation;
mod objects;
mod observed;
mod proposal;
mod rows;
mod text;

pub use error::AdoptError;
pub use proposal::{Adopted, Changed, Left, Proposal, propose};
