//! The report for people, in Markdown.

mod escape;
mod head;
mod log;
mod notes;
mod page;
mod phase;
mod requirements;
mod sign_off;
mod tried;

pub use page::markdown;
pub use sign_off::sign_offs;
