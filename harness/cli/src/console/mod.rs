//! What a person reads: progress while a run goes on, and what it came to.

mod answers;
mod bars;
mod failures;
mod kinds;
mod lines;
mod notes;
mod output;
mod paint;
mod progress;
mod summary;
mod table;
mod titles;
mod tree;
mod verified;
mod wrap;

pub(crate) use answers::answers;
pub(crate) use kinds::kinds;
pub(crate) use output::{note, print};
pub(crate) use paint::Paint;
pub(crate) use progress::Progress;
pub(crate) use summary::{Ending, summary};
pub(crate) use tree::{Depth, tree};
pub(crate) use verified::verified;
