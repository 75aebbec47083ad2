//! What is said once in the files of a suite, put into each check and scenario that it stands for.

mod after;
#[cfg(test)]
mod bad_input_tests;
mod each;
mod fill;
mod given;
mod names;
mod objects;
mod shared;
#[cfg(test)]
mod tests;
mod values;
mod write;

pub(super) use after::{Standing, after, stands};
pub(super) use each::each;
pub(super) use fill::nothing_left;
pub(super) use given::{State, StateFile, States};
pub use objects::columns_of;
pub(super) use objects::objects;
pub(super) use shared::Shared;
pub(super) use values::{Common, Values};
pub(super) use write::write;
