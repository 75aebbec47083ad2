use clap::Args;

/// What is listed.
#[derive(Debug, Args)]
pub(crate) struct ListArgs {
    /// The suite to list down to its checks [default: every suite, down to its phases]
    pub(crate) suite: Option<String>,
    /// List the requirements of the sources instead, each with what answers it
    #[arg(long)]
    pub(crate) requirements: bool,
}
