use std::time::Duration;

use clap::Args;

use super::{AttestArgs, JunitArgs, LimitArgs, limits::duration};

/// What is judged, and on which database.
#[derive(Debug, Args)]
pub(crate) struct CheckArgs {
    /// The suite whose gates are judged
    pub(crate) suite: String,
    /// The database: postgresql://user:password@host:port/database, or sqlite:PATH
    #[arg(long, env = "DATABASE_URL", value_name = "URL", hide_env_values = true)]
    pub(crate) database_url: String,
    /// The variant of the suite that the database is of: a scenario with `leaves_out`, by whose gates it is judged
    #[arg(long, value_name = "SCENARIO")]
    pub(crate) variant: Option<String>,
    /// The last phase that the database has seen [default: the last of the suite]
    #[arg(long, value_name = "PHASE")]
    pub(crate) through: Option<String>,
    /// Run only the checks that read, in transactions that cannot write; without it, what checks write is rolled back, but
    /// for the numbers that sequences give out. A function that acts outside of its transaction is not held back
    #[arg(long)]
    pub(crate) read_only: bool,
    /// How long a check may wait for a lock that somebody else holds: what it writes locks rows until it is rolled back
    #[arg(long, value_name = "DURATION", default_value = "5s", value_parser = duration)]
    pub(crate) lock_timeout: Duration,
    #[command(flatten)]
    pub(crate) limits: LimitArgs,
    #[command(flatten)]
    pub(crate) junit: JunitArgs,
    #[command(flatten)]
    pub(crate) attest: AttestArgs,
}
