use clap::Args;

use super::{AttestArgs, JunitArgs, KeepArgs, LimitArgs, ServerArgs};

/// What is proved, and on which server.
#[derive(Debug, Args)]
pub(crate) struct ProveArgs {
    /// The suite whose gates are tried
    pub(crate) suite: String,
    #[command(flatten)]
    pub(crate) server: ServerArgs,
    #[command(flatten)]
    pub(crate) limits: LimitArgs,
    #[command(flatten)]
    pub(crate) keep: KeepArgs,
    #[command(flatten)]
    pub(crate) junit: JunitArgs,
    #[command(flatten)]
    pub(crate) attest: AttestArgs,
}
