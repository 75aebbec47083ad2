use clap::Args;

use super::LimitArgs;

/// What is judged, and on which database.
#[derive(Debug, Args)]
pub(crate) struct CheckArgs {
    /// The suite whose gates are judged
    pub(crate) suite: String,
    /// The database: postgresql://user:password@host:port/database, or sqlite:PATH
    #[arg(long, env = "DATABASE_URL", value_name = "URL", hide_env_values = true)]
    pub(crate) database_url: String,
    /// The last phase that the database has seen [default: the last of the suite]
    #[arg(long, value_name = "PHASE")]
    pub(crate) through: Option<String>,
    /// Run only the checks that read; without it, what checks write is rolled back
    #[arg(long)]
    pub(crate) read_only: bool,
    #[command(flatten)]
    pub(crate) limits: LimitArgs,
}
