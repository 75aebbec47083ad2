//! The verbs, one file each.

mod execute;
mod list;
mod rejudge;
mod report;
mod runtime;
mod server;
mod verify;

pub(crate) use execute::execute;
