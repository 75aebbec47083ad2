//! Recomputes a run folder offline and says everything that does not hold.

mod again;
mod audit;
mod books;
mod commands;
mod course;
mod fault;
mod files;
mod judgement;
mod order;
mod possible;
mod signatures;
mod states;
mod taken_over;
mod tap_files;
mod times;
mod verification;
mod walk;
mod what;

pub use fault::{Fault, FaultCode};
pub(crate) use signatures::{SIGN_OFFS_MAX, file_of, of_distrust};
pub use verification::{Earlier, Verification, verify};
