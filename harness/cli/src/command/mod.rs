//! The verbs, one file each.

mod attest;
mod check;
mod conclude;
mod diff;
mod execute;
mod init;
mod interrupt;
mod keygen;
mod list;
mod print_json;
mod prove;
mod report;
mod require_signed;
mod resume;
mod run;
mod runtime;
mod server;
mod sign;
mod verify;

pub(crate) use execute::execute;
