//! The report for people, in Markdown.

mod escape;
mod head;
mod notes;
mod page;
mod phase;

pub(crate) use head::server_line;
pub(crate) use notes::severity;
pub(crate) use page::markdown;
