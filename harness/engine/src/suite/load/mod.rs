//! Reads suites from disk, and refuses what is not whole: silent absence is the defect that this harness exists for.

mod commands;
mod contained;
mod files;
mod known;
mod orphans;
mod phases;
mod scenarios;
mod suites;

pub use known::holds_suites;
pub use suites::{load, load_as, load_draft};
