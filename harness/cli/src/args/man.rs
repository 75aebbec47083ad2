use std::path::PathBuf;

use clap::Args;

/// Where manual pages go.
#[derive(Debug, Args)]
pub(crate) struct ManArgs {
    /// The folder for one page of each verb, such as ~/.local/share/man/man1 [default: print that of phasegate itself]
    pub(crate) dir: Option<PathBuf>,
}
