//! The lab: any state of a suite's migration, made once and cloned for each use. Tests, scenarios and proofs that a check
//! can fail stand on it.

mod bench;
mod defect;
mod error;
mod scenario;

pub use bench::{Bench, Checkpoint, Lab};
pub use error::LabError;
