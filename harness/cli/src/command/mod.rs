//! The verbs, one file each.

mod check;
mod conclude;
mod execute;
mod interrupt;
mod list;
mod print_json;
mod prove;
mod report;
mod run;
mod runtime;
mod server;
mod verify;

pub(crate) use execute::execute;
