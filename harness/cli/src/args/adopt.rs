use std::path::PathBuf;

use clap::Args;

/// What is adopted.
#[derive(Debug, Args)]
pub(crate) struct AdoptArgs {
    /// The run folder, or the name of a run below the folder of the runs
    pub(crate) run: PathBuf,
    /// The checks, by their ids or as SUITE/ID [default: those with `adopt = true`, and those of kind changes, catalog or rows that
    /// failed]
    #[arg(value_name = "CHECK")]
    pub(crate) checks: Vec<String>,
    /// Write without asking; without it, and without a terminal to ask on, what would be written is only shown
    #[arg(long)]
    pub(crate) yes: bool,
}
