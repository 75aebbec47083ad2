//! Arbitrary legacy rows: what may lie in the baseline, as SQL, and what the six phases must make of it.

mod expected;
mod fault;
mod limits;
mod rows;
mod strategy;
mod write;

pub use expected::{Expected, expected};
pub use fault::{Fault, faults};
pub use limits::{Abort, abort};
pub use rows::{DeadEvent, Event, Legacy, Posting, Share, Split};
pub use strategy::{events_only, legacy};
pub use write::{LEGACY_COLUMNS, write};
