//! What a suite needs to know of its server.

use std::sync::atomic::{AtomicU32, Ordering};

use phasegate_database::{Host, Place, PostgresAddress};
use phasegate_evidence::{ServerFacts, ServerNeed, judge::Expectation};
use phasegate_server::{ScratchFolder, Server, run_word};

use crate::{RunError, suite::Suite};

const TIMESCALEDB: &str = "timescaledb";
/// Stands for the name of the database in a URL.
const NAME: &str = "phasegate_database_name";

/// Tells the suites of a run apart, and whatever else this process makes databases for. Names of suites would not: they
/// may differ in what no database's name holds, or beyond what it holds.
static ORDINAL: AtomicU32 = AtomicU32::new(0);

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
    let word = run_word(run);
    let prefix = format!("phasegate_{word}_{}", ORDINAL.fetch_add(1, Ordering::Relaxed));
    let address = server.filter(|_| on_server).map(|server| address(server, &suite.need, &word));
    let folder = if on_server { None } else { Some(ScratchFolder::new()?) };
    let place = Place { server: address.as_ref(), folder: folder.as_ref().map(ScratchFolder::path), prefix: &prefix };
    Ok(Ground { host: suite.kind.host(place)?, folder, facts: facts(suite, server) })
}

/// How a server is reached for a suite with this need.
fn address(server: &Server, need: &ServerNeed, run: &str) -> PostgresAddress {
    let background_workers = need.timescaledb && server.description().has_background_workers();
    // They hold a template as well, where they are not ours to stop.
    let template = server.description().template.clone().filter(|_| need.timescaledb && !background_workers);
    let extensions = if need.timescaledb && template.is_none() { vec![TIMESCALEDB.to_owned()] } else { Vec::new() };
    PostgresAddress {
        options: server.options(server.maintenance()),
        url: (server.url(NAME), NAME.to_owned()),
        maintenance: server.maintenance().to_owned(),
        template,
        extensions,
        background_workers,
        presence: phasegate_server::presence(run),
    }
}

/// The facts of a suite's server as the evidence lists them.
pub(crate) fn facts(suite: &Suite, server: Option<&Server>) -> ServerFacts {
    if let Some((name, version)) = suite.kind.library_version() {
        return ServerFacts { kind: ServerFacts::LIBRARY.to_owned(), ..ServerFacts::default() }.with(name, version);
    }
    let Some(server) = server else {
        return ServerFacts::default();
    };
    let met = server.description();
    let mut origin = met.packages.clone();
    origin.extend(met.image.clone().map(|image| ("image".to_owned(), image)));
    origin.extend(met.image_digest.clone().map(|digest| ("image-digest".to_owned(), digest)));
    let mut facts = ServerFacts {
        kind: met.kind.to_string(),
        origin,
        system: met.system.clone(),
        settings: met.settings.clone(),
        ..ServerFacts::default()
    }
    .with(ServerFacts::POSTGRES, &met.postgres);
    if suite.checks().any(|(_, _, check)| matches!(check.expectation, Expectation::Tap(_))) {
        facts.versions.extend(met.pgtap.clone().map(|version| (ServerFacts::PGTAP.to_owned(), version)));
    }
    if suite.need.timescaledb {
        facts.versions.extend(met.timescaledb.clone().map(|version| (ServerFacts::TIMESCALEDB.to_owned(), version)));
        facts.versions.extend(met.edition.clone().map(|edition| (ServerFacts::EDITION.to_owned(), edition)));
    }
    facts
}
