//! Runs: suites applied phase by phase, gated, recorded.

mod check;
mod error;
mod judge_phase;
mod rollback;
mod suite_run;
mod target;
mod whole;

pub use check::{CheckRequest, check};
pub use error::RunError;
pub use judge_phase::{PhaseState, judge_gates};
pub use rollback::prove_rollback;
pub(crate) use suite_run::unchanged_rows;
pub(crate) use whole::host_of;
pub use whole::{Listener, Outcome, Request, run};
