//! Observation: what a check tries, put to a database. What is seen is judged elsewhere (`phasegate_evidence::judge`).

mod catalogs;
mod check;
mod queries;
mod steps;
mod writes;

pub(crate) use catalogs::KnownCatalog;
pub(crate) use check::leaves_a_setting;
pub use check::{Context, try_check, try_steps};
pub(crate) use steps::steps_leave_a_setting;
