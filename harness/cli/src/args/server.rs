use std::{env, path::PathBuf};

use clap::{Args, Subcommand};
use phasegate_server::{Choice, Request, Version, embedded};

/// Which server to take.
#[derive(Debug, Args)]
pub(crate) struct ServerArgs {
    /// Which server to take: auto, container, embedded, local or external
    #[arg(long, env = "PHASEGATE_SERVER", value_name = "KIND", default_value_t, help_heading = "Server")]
    server: Choice,
    /// The version of PostgreSQL, where Phasegate chooses it: 17 or 18 [default: the first that the suites need]
    #[arg(long, value_name = "MAJOR", help_heading = "Server")]
    server_version: Option<Version>,
    /// The container image, instead of the default one
    #[arg(long, help_heading = "Server")]
    image: Option<String>,
    /// The package mirror to provision from, instead of the one that this machine's apt uses
    #[arg(long, env = "PHASEGATE_DEBIAN_MIRROR", value_name = "URL", help_heading = "Server")]
    mirror: Option<String>,
    /// A server that somebody else runs; Phasegate makes and drops databases of its own there [with --server external:
    /// DATABASE_URL of the environment]
    #[arg(long, value_name = "URL", help_heading = "Server")]
    database_url: Option<String>,
}

impl ServerArgs {
    /// What the engine is asked for. What the suites need, the engine knows.
    pub(crate) fn request(&self) -> Request {
        let given = |text: &Option<String>| text.clone().filter(|text| !text.is_empty());
        let typed = given(&self.database_url).map(|url| (url, "--database-url"));
        // Inherited, it may be the database of an application that nobody meant here.
        let inherited = || given(&env::var("DATABASE_URL").ok()).filter(|_| self.server == Choice::External);
        let url = typed.or_else(|| Some((inherited()?, "DATABASE_URL of the environment")));
        Request {
            choice: self.server,
            version: self.server_version,
            image: given(&self.image),
            mirror: given(&self.mirror),
            database_url_by: url.as_ref().map(|(_, by)| *by),
            database_url: url.map(|(url, _)| url),
            ..Request::default()
        }
    }
}

/// What can be done about servers.
#[derive(Debug, Subcommand)]
pub(crate) enum ServerCommand {
    /// Say which servers are at hand, in the order in which a run looks for them; starts and fetches nothing
    Status(StatusArgs),
    /// Unpack the embedded server into the cache folder
    Provision(ProvisionArgs),
    /// Make a container image of the same packages, for where no registry answers
    #[cfg(feature = "container")]
    BuildImage(ProvisionArgs),
    /// Remove what is kept between runs (caches, images, servers and files of failed runs) and what runs that were killed
    /// have left, or with --kept the databases of runs alone; only what carries a mark of ours
    Clean(CleanArgs),
}

/// Where things are removed.
#[derive(Debug, Args)]
pub(crate) struct CleanArgs {
    /// A server that somebody else runs: drop the databases there that earlier runs have left, and remove nothing here
    #[arg(long, value_name = "URL")]
    pub(crate) database_url: Option<String>,
    /// Remove what this run has kept, or every run, and leave caches and images as they are
    #[arg(long, value_name = "RUN", num_args = 0..=1)]
    kept: Option<Option<PathBuf>>,
}

impl CleanArgs {
    /// Whether only what runs have kept is removed, and of which run: a folder has the name of its run.
    pub(crate) fn kept(&self) -> Option<Option<String>> {
        let name = |run: &PathBuf| run.file_name().map(|name| name.to_string_lossy().into_owned());
        self.kept.as_ref().map(|run| run.as_ref().and_then(name))
    }
}

/// Which servers are looked for.
#[derive(Debug, Args)]
pub(crate) struct StatusArgs {
    #[command(flatten)]
    pub(crate) server: ServerArgs,
}

/// Which packages are taken, and from where.
#[derive(Debug, Args)]
pub(crate) struct ProvisionArgs {
    /// The version of PostgreSQL: 17 or 18
    #[arg(long, value_name = "MAJOR", default_value_t)]
    server_version: Version,
    /// The package mirror, instead of the one that this machine's apt uses
    #[arg(long, env = "PHASEGATE_DEBIAN_MIRROR", value_name = "URL")]
    mirror: Option<String>,
}

impl ProvisionArgs {
    /// The embedded server that is to be made ready.
    pub(crate) fn request(&self) -> Request {
        Request { mirror: self.mirror.clone(), ..embedded().version(self.server_version) }
    }
}
