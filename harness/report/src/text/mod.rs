//! What a terminal shows of a run, and of a verification.

mod failures;
mod notes;
mod sign_off;
mod style;
mod summary;
mod table;
mod tried;
mod verified;
mod wrap;

pub(crate) use style::of_verdict;
pub use style::{strong, verdict_style};
pub use summary::{Context, summary};
pub use verified::verified;
pub use wrap::{choose_width, labelled, wrap};
