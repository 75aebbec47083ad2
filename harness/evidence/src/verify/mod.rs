//! Recomputes a run folder offline and says everything that does not hold.

mod again;
mod audit;
mod course;
mod fault;
mod files;
mod judgement;
mod order;
mod possible;
mod states;
mod times;
mod verification;
mod walk;
mod what;

pub use fault::Fault;
pub use verification::{Verification, verify};
