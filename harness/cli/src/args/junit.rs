use std::path::PathBuf;

use clap::Args;

/// Where a build server looks for the report.
#[derive(Debug, Args)]
pub(crate) struct JunitArgs {
    /// Write the JUnit report of the run folder to this file, too; what lay there goes first
    #[arg(long, value_name = "FILE")]
    pub(crate) junit: Option<PathBuf>,
}
