//! `phasegate server status`.

use phasegate_server::{Kind, Request, at_hand};
use serde::Serialize;

use crate::{
    args::{Format, Global, StatusArgs},
    command::{print_json::print_json, runtime::block_on},
    console,
    exit::{Exit, Failure},
};

/// What `server status --format json` prints.
#[derive(Serialize)]
struct Answer {
    servers: Vec<AtHand>,
}

/// What there is of one kind of server, or why there is none.
#[derive(Serialize)]
struct AtHand {
    server: Kind,
    at_hand: bool,
    what: String,
}

/// Says which servers are at hand, in the order in which a run looks for them. Starts and fetches nothing.
pub(super) fn status(global: &Global, asked: &StatusArgs) -> Result<Exit, Failure> {
    let request = asked.server.request();
    let servers = block_on(look(&request))?;
    match global.format {
        Format::Human => {
            let kinds = servers.iter().map(|found| (found.server, found.at_hand, found.what.as_str()));
            console::print(&console::kinds(kinds))?;
        }
        Format::Json => print_json(&Answer { servers })?,
    }
    Ok(Exit::Passed)
}

async fn look(request: &Request) -> Vec<AtHand> {
    let mut servers = Vec::new();
    for server in [Kind::External, Kind::Container, Kind::Local, Kind::Embedded] {
        let found = at_hand(server, request).await;
        let at_hand = found.is_ok();
        servers.push(AtHand { server, at_hand, what: found.unwrap_or_else(|why| why) });
    }
    servers
}
