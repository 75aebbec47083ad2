use std::path::PathBuf;

use clap::{Args, ValueEnum};

use super::ServerArgs;

/// What a suite is written for.
#[derive(Debug, Args)]
pub(crate) struct InitArgs {
    /// The folder of the project
    #[arg(value_name = "DIR", default_value = ".")]
    pub(crate) project: PathBuf,
    /// The migration tool, where several have migrations here: alembic, sqlx, flyway, sqitch, golang-migrate, diesel, prisma,
    /// dbmate, rails, django or plain
    #[arg(long)]
    pub(crate) tool: Option<String>,
    /// The kind of database, where it is told wrong: postgres or sqlite
    #[arg(long)]
    pub(crate) kind: Option<String>,
    /// Take the migrations up to this one for the baseline, so that the phases are those after it
    #[arg(long, value_name = "REVISION")]
    pub(crate) baseline: Option<String>,
    /// Write a job that runs the suite, too: github or gitlab
    #[arg(long, value_enum, hide_possible_values = true)]
    pub(crate) ci: Option<CiKind>,
    #[command(flatten)]
    pub(crate) server: ServerArgs,
}

/// Whose jobs are written.
#[derive(Debug, Clone, Copy, ValueEnum)]
pub(crate) enum CiKind {
    /// GitHub Actions
    Github,
    /// GitLab CI
    Gitlab,
}
