//! The report for people as one page for a browser: no request leaves it, and nothing of what it shows can run.

mod assets;
mod changes;
mod check;
mod expected;
mod failures;
mod head;
mod log;
mod met;
mod notes;
mod page;
mod phase;
mod phases;
mod requirements;
mod rows;
mod show;
mod sign_off;
mod tried;

pub use page::html;
