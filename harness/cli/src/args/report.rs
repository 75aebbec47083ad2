use std::path::PathBuf;

use clap::Args;

use super::Rendering;

/// What is reported, and how.
#[derive(Debug, Args)]
pub(crate) struct ReportArgs {
    /// The run folder, or the name of a run below the folder of the runs
    pub(crate) run: PathBuf,
    /// What to render it to [default: text; with --format json: json]
    #[arg(long, value_enum)]
    pub(crate) to: Option<Rendering>,
}
