use clap::Args;

use super::{LimitArgs, ServerArgs};

/// What is run, and on which server.
#[derive(Debug, Args)]
pub(crate) struct RunArgs {
    /// The suites to run [default: every suite]
    #[arg(value_name = "SUITE")]
    pub(crate) names: Vec<String>,
    #[command(flatten)]
    pub(crate) server: ServerArgs,
    #[command(flatten)]
    pub(crate) limits: LimitArgs,
}
