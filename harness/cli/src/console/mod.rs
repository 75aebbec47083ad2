//! What a person reads: progress while a run goes on, and what it came to.

mod bars;
mod kinds;
mod lines;
mod output;
mod progress;
mod requirements;
mod titles;
mod tree;

pub(crate) use kinds::kinds;
pub(crate) use output::{choose_colors, choose_width, error, note, print, print_exactly, unwritable, warning};
pub(crate) use progress::Progress;
pub(crate) use requirements::requirements;
pub(crate) use tree::{Depth, tree};
