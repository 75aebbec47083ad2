//! A database that exists, reached so that it is not changed.

use std::sync::Arc;

use phasegate_database::Kind;
use phasegate_server::{Request, Server};

use crate::{
    Limits, RunError,
    states::{State, States},
    suite::Suite,
};

/// The database that is judged.
pub(crate) struct Target {
    pub(crate) states: States,
    pub(crate) state: Arc<State>,
    /// Keeps the connection pool of an external server alive.
    _server: Option<Server>,
}

impl Target {
    pub(crate) async fn open(suite: &Suite, url: &str, limits: Limits) -> Result<Self, RunError> {
        if Kind::of_url(url) != suite.kind {
            let can = suite.kind.capabilities();
            let why = format!("suite {} is for {}: name its database as {}", suite.name, can.name, can.url);
            return Err(RunError::Usage(why));
        }
        let server = match suite.kind.capabilities().server {
            true => Some(external(suite, url).await?),
            false => None,
        };
        let states = States::of_run(suite, server.as_ref(), "check", limits)?;
        let database = match &server {
            Some(server) => phasegate_database::Database(server.maintenance().to_owned()),
            None => states.host().copy_of(url).map_err(|error| RunError::Usage(error.to_string()))?,
        };
        let mut session = states.host().connect(&database).await?;
        let catalog = session.catalog().await?;
        // What it knows of the catalog by now is of use to the checks.
        states.leave(&database, session).await?;
        Ok(Self { states, state: Arc::new(State::existing(database, catalog)), _server: server })
    }
}

async fn external(suite: &Suite, url: &str) -> Result<Server, RunError> {
    let request = Request {
        needs_timescaledb: suite.need.timescaledb,
        postgres_min: suite.need.postgres_min,
        postgres_max: suite.need.postgres_max,
        ..phasegate_server::external(url)
    };
    Ok(request.start().await?)
}
