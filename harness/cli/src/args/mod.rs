//! What a user may type.

mod check;
mod command;
mod completions;
mod diff;
mod format;
mod global;
mod home;
mod junit;
mod keygen;
mod limits;
mod list;
mod man;
mod prove;
mod report;
mod run;
mod server;
mod sign;
mod verify;

pub(crate) use check::CheckArgs;
pub(crate) use command::{Args, Command};
pub(crate) use completions::CompletionsArgs;
pub(crate) use diff::DiffArgs;
pub(crate) use format::{Format, Rendering};
pub(crate) use global::{Global, display_path, program_name};
pub(crate) use junit::JunitArgs;
pub(crate) use keygen::{AttestArgs, KeygenArgs, PassphraseArgs};
pub(crate) use limits::LimitArgs;
pub(crate) use list::ListArgs;
pub(crate) use man::ManArgs;
pub(crate) use prove::ProveArgs;
pub(crate) use report::ReportArgs;
pub(crate) use run::RunArgs;
pub(crate) use server::{ServerArgs, ServerCommand, StatusArgs};
pub(crate) use sign::SignArgs;
pub(crate) use verify::{Required, VerifyArgs};
