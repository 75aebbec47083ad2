//! What a terminal shows of a run, and of a verification.

mod failures;
mod notes;
mod paint;
mod summary;
mod table;
mod verified;
mod wrap;

pub use paint::Paint;
pub use summary::{Ending, summary};
pub use verified::verified;
pub use wrap::{labelled, wrap};
