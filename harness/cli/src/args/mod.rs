//! What a user may type.

mod check;
mod command;
mod diff;
mod format;
mod global;
mod home;
mod init;
mod keygen;
mod limits;
mod list;
mod prove;
mod report;
mod run;
mod server;
mod sign;
mod verify;

pub(crate) use check::CheckArgs;
pub(crate) use command::{Args, Command};
pub(crate) use diff::DiffArgs;
pub(crate) use format::{Format, Rendering};
pub(crate) use global::{Global, display_path, program_name};
pub(crate) use init::{CiKind, InitArgs};
pub(crate) use keygen::{AttestArgs, KeygenArgs, PassphraseArgs};
pub(crate) use limits::LimitArgs;
pub(crate) use list::ListArgs;
pub(crate) use prove::ProveArgs;
pub(crate) use report::ReportArgs;
pub(crate) use run::RunArgs;
pub(crate) use server::{ServerArgs, ServerCommand, StatusArgs};
pub(crate) use sign::SignArgs;
pub(crate) use verify::{Required, VerifyArgs};
