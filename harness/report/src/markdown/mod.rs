//! The report for people, in Markdown.

mod escape;
mod head;
mod notes;
mod page;
mod phase;
mod tried;

pub use page::markdown;
