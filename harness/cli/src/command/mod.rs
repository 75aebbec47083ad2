//! The verbs, one file each.

mod execute;
mod report;
mod server;
mod verify;

pub(crate) use execute::execute;
