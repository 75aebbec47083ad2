use std::path::PathBuf;

use clap::Args;

/// Which runs are compared.
#[derive(Debug, Args)]
pub(crate) struct DiffArgs {
    /// The earlier run: its folder, or its name below the folder of the runs
    #[arg(value_name = "RUN")]
    pub(crate) before: PathBuf,
    /// The later run
    #[arg(value_name = "RUN")]
    pub(crate) after: PathBuf,
}
