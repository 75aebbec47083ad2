//! Recomputes a run folder offline and says everything that does not hold.

mod again;
mod audit;
mod files;
mod judgement;
mod order;
mod verification;

pub use verification::{Fault, Verification, verify};
