use std::path::PathBuf;

use clap::Args;
use phasegate_evidence::Digest;

/// What is verified, and against what.
#[derive(Debug, Args)]
pub(crate) struct VerifyArgs {
    /// The run folder, or the name of a run below the folder of the runs
    pub(crate) run: PathBuf,
    /// A digest that the run printed (result, head or run digest) and that the folder must have; may be repeated
    #[arg(long, value_name = "DIGEST")]
    pub(crate) expect: Vec<Digest>,
}
