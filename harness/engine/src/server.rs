//! What a suite needs to know of its server.

use phasegate_database::{Host, Kind, Place, PostgresAddress};
use phasegate_evidence::{ServerFacts, ServerNeed};
use phasegate_server::{ScratchFolder, Server};

use crate::{RunError, suite::Suite};

const TIMESCALEDB: &str = "timescaledb";
/// Stands for the name of the database in a URL.
const NAME: &str = "phasegate_database_name";
/// How many bytes of a name the run and the suite may take: PostgreSQL cuts names off at 63, and what follows tells the
/// databases of a suite apart.
const PREFIX_BYTES_MAX: usize = 44;

/// Where a suite's databases are made.
pub(crate) struct Ground {
    pub(crate) host: Host,
    /// The folder of a kind whose databases are files.
    pub(crate) folder: Option<ScratchFolder>,
    pub(crate) facts: ServerFacts,
}

/// Where a suite's databases are made, and the facts of its server.
pub(crate) fn ground_of(suite: &Suite, server: Option<&Server>, run: &str) -> Result<Ground, RunError> {
    let on_server = suite.kind.capabilities().server;
    let address = server.filter(|_| on_server).map(|server| address(server, &suite.need));
    let folder = if on_server { None } else { Some(ScratchFolder::new()?) };
    let prefix = prefix(run, &suite.name);
    let place = Place { server: address.as_ref(), folder: folder.as_ref().map(ScratchFolder::path), prefix: &prefix };
    Ok(Ground { host: suite.kind.host(place)?, folder, facts: facts(suite.kind, server, &suite.need) })
}

fn prefix(run: &str, suite: &str) -> String {
    let word: String = run.chars().filter(char::is_ascii_alphanumeric).collect();
    let mut prefix = format!("phasegate_{}_{}", word.to_lowercase(), suite.replace('-', "_"));
    while prefix.len() > PREFIX_BYTES_MAX {
        prefix.pop();
    }
    prefix
}

/// How a server is reached for a suite with this need.
pub(crate) fn address(server: &Server, need: &ServerNeed) -> PostgresAddress {
    let template = server.description().template.clone().filter(|_| need.timescaledb);
    let extensions = if need.timescaledb && template.is_none() { vec![TIMESCALEDB.to_owned()] } else { Vec::new() };
    PostgresAddress {
        options: server.options(server.maintenance()),
        url: (server.url(NAME), NAME.to_owned()),
        maintenance: server.maintenance().to_owned(),
        template,
        extensions,
    }
}

/// The facts of a suite's server as the evidence lists them.
pub(crate) fn facts(kind: Kind, server: Option<&Server>, need: &ServerNeed) -> ServerFacts {
    if let Some((name, version)) = kind.library_version() {
        return ServerFacts { kind: ServerFacts::LIBRARY.to_owned(), ..ServerFacts::default() }.with(name, version);
    }
    let Some(server) = server else {
        return ServerFacts::default();
    };
    let met = server.description();
    let mut origin = met.packages.clone();
    origin.extend(met.image.clone().map(|image| ("image".to_owned(), image)));
    origin.extend(met.image_digest.clone().map(|digest| ("image-digest".to_owned(), digest)));
    let mut facts =
        ServerFacts { kind: met.kind.to_string(), origin, settings: met.settings.clone(), ..ServerFacts::default() }
            .with(ServerFacts::POSTGRES, &met.postgres);
    if need.timescaledb {
        facts.versions.extend(met.timescaledb.clone().map(|version| (ServerFacts::TIMESCALEDB.to_owned(), version)));
        facts.versions.extend(met.edition.clone().map(|edition| (ServerFacts::EDITION.to_owned(), edition)));
    }
    facts
}
