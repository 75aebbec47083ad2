use clap::Args;

/// What is listed.
#[derive(Debug, Args)]
pub(crate) struct ListArgs {
    /// The suite to list down to its checks [default: every suite, down to its phases]
    pub(crate) suite: Option<String>,
}
