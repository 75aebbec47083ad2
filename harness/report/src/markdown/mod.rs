//! The report for people, in Markdown.

mod escape;
mod head;
mod notes;
mod page;
mod phase;

pub use head::server_line;
pub(crate) use notes::severity;
pub use page::markdown;
