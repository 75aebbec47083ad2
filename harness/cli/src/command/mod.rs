//! The verbs, one file each.

mod adopt;
mod attest;
mod check;
mod completions;
mod conclude;
mod diff;
mod execute;
mod import;
mod init;
mod interrupt;
mod junit;
mod keygen;
mod list;
mod man;
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
