use std::path::PathBuf;

use clap::Args;

use super::{AttestArgs, JunitArgs, KeepArgs, LimitArgs, ServerArgs};

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
    #[command(flatten)]
    pub(crate) keep: KeepArgs,
    #[command(flatten)]
    pub(crate) junit: JunitArgs,
    #[command(flatten)]
    pub(crate) attest: AttestArgs,
    /// An earlier run of the suite that failed: go on with the phase at which it stopped, in a copy of the database that it
    /// left, which --database-url names. Folder, server, catalog, rows and the files that were applied must be as recorded
    #[arg(long, value_name = "RUN")]
    pub(crate) resume: Option<PathBuf>,
    /// Apply and observe the next phase, too, where the gates of one did not open, so that `adopt` has something to take. The run
    /// has failed all the same, and nothing can be resumed from it
    #[arg(long, conflicts_with = "resume")]
    pub(crate) keep_going: bool,
    /// A run that a validator has signed, for this migration and these gates: the run begins only where it goes on, with at most
    /// one phase more
    #[arg(long, value_name = "RUN", requires = "trusted_keys", help_heading = "Signature")]
    pub(crate) require_signed: Option<PathBuf>,
    /// The keys that are trusted to have signed it
    #[arg(long, value_name = "FILE", requires = "require_signed", help_heading = "Signature")]
    pub(crate) trusted_keys: Option<PathBuf>,
}
