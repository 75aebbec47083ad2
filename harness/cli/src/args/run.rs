use clap::Args;

use super::ServerArgs;

/// What is run, and on which server.
#[derive(Debug, Args)]
pub(crate) struct RunArgs {
    /// The suites to run, in this order [default: every suite]
    #[arg(value_name = "SUITE")]
    pub(crate) suites: Vec<String>,
    #[command(flatten)]
    pub(crate) server: ServerArgs,
}
