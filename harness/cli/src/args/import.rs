use std::path::PathBuf;

use clap::{Args, Subcommand};

use super::ServerArgs;

/// What is taken over.
#[derive(Debug, Subcommand)]
pub(crate) enum ImportCommand {
    /// sqitch's changes as phases with their way back, and its verify scripts as checks
    Sqitch(ProjectArgs),
    /// Alembic's revisions as phases: upgrade and downgrade
    Alembic(ProjectArgs),
    /// sqlx's migrations as phases: up and down
    Sqlx(ProjectArgs),
    /// Flyway's versions as phases: V__ and U__
    Flyway(ProjectArgs),
    /// A plain dump of pg_dump as the baseline of a suite
    Dump(DumpArgs),
    /// The assertions of pgTAP as checks of a suite
    Pgtap(PgtapArgs),
    /// A tool that is not known
    #[command(external_subcommand)]
    Unknown(Vec<String>),
}

/// The project of a tool.
#[derive(Debug, Args)]
pub(crate) struct ProjectArgs {
    /// The folder of the project
    #[arg(value_name = "DIR", default_value = ".")]
    pub(crate) project: PathBuf,
    #[command(flatten)]
    pub(crate) server: ServerArgs,
}

/// A dump.
#[derive(Debug, Args)]
pub(crate) struct DumpArgs {
    /// The file that `pg_dump` wrote
    pub(crate) file: PathBuf,
    /// The folder in which the suite is written, as `phasegate`
    #[arg(long, value_name = "DIR", default_value = ".")]
    pub(crate) project: PathBuf,
    #[command(flatten)]
    pub(crate) server: ServerArgs,
}

/// Files of pgTAP.
#[derive(Debug, Args)]
pub(crate) struct PgtapArgs {
    /// The files
    #[arg(required = true)]
    pub(crate) files: Vec<PathBuf>,
    /// The folder of the suite that they are written into [default: the one that --suites names or leads to]
    #[arg(long, value_name = "DIR")]
    pub(crate) suite: Option<PathBuf>,
    /// The phase after which they hold; the last if none is named
    #[arg(long, value_name = "ID")]
    pub(crate) phase: Option<String>,
}
