//! The report for people, in Markdown.

mod escape;
mod head;
mod notes;
mod page;
mod phase;

pub use page::markdown;
