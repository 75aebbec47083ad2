//! Recomputes a run folder offline and says everything that does not hold.

mod again;
mod audit;
mod fault;
mod files;
mod judgement;
mod order;
mod verification;

pub use fault::Fault;
pub use verification::{Verification, verify};
