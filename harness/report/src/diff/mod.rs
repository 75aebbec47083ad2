//! What differs between two runs.

mod between;
mod text;

pub use between::{Changed, RunDiff, diff};
pub use text::diff_text;
