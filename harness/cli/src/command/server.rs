//! `phasegate server`.

use std::path::Path;

use phasegate_engine::server::{
    ServerError, Version,
    provision::{self, Status},
};
use serde::Serialize;

use super::{report::unwritable, runtime::runtime};
use crate::{
    args::{Format, Global, ServerCommand, called},
    console,
    exit::{Exit, Failure},
};

/// What `server status --format json` prints.
#[derive(Serialize)]
struct Embedded<'a> {
    server_version: Version,
    state: &'static str,
    place: &'a Path,
    postgres: Option<&'a str>,
    timescaledb: Option<&'a str>,
    damage: Option<&'a str>,
}

/// Looks after servers.
pub(super) fn server(global: &Global, asked: &ServerCommand) -> Result<Exit, Failure> {
    match asked {
        ServerCommand::Status => status(global),
        ServerCommand::Provision(asked) => {
            let mut notice = |line: &str| console::note(line);
            let work = provision::provision(
                asked.server_version,
                asked.mirror.as_deref(),
                None,
                &mut notice,
            );
            runtime()?.block_on(work).map_err(none)?;
            status(global)
        }
        #[cfg(feature = "container")]
        ServerCommand::BuildImage(asked) => {
            let mut notice = |line: &str| console::note(line);
            let work = provision::build_image(
                asked.server_version,
                asked.mirror.as_deref(),
                None,
                &mut notice,
            );
            let image = runtime()?.block_on(work).map_err(none)?;
            console::print(&match global.format {
                Format::Human => format!("{image}\n"),
                Format::Json => format!("{}\n", serde_json::json!({ "image": image })),
            });
            Ok(Exit::Passed)
        }
    }
}

fn none(error: ServerError) -> Failure {
    Failure::new(Exit::NoServer, error)
}

fn status(global: &Global) -> Result<Exit, Failure> {
    let versions = provision::status(None).map_err(none)?;
    let embedded: Vec<Embedded<'_>> = versions.iter().map(one).collect();
    match global.format {
        Format::Json => {
            let text = serde_json::to_string_pretty(&serde_json::json!({ "embedded": embedded }));
            console::print(&(text.map_err(|error| unwritable(&error))? + "\n"));
        }
        Format::Human => embedded
            .iter()
            .for_each(|version| console::print(&line(version))),
    }
    Ok(Exit::Passed)
}

fn one(status: &Status) -> Embedded<'_> {
    let installation = status.installation.as_ref();
    Embedded {
        server_version: status.version,
        state: match (installation, &status.damage) {
            (Some(_), _) => "ready",
            (None, Some(_)) => "damaged",
            (None, None) => "absent",
        },
        place: &status.place,
        postgres: installation.map(|installation| installation.postgres.as_str()),
        timescaledb: installation.and_then(|installation| installation.timescaledb.as_deref()),
        damage: status.damage.as_deref(),
    }
}

fn line(version: &Embedded<'_>) -> String {
    let what = match (version.postgres, version.damage) {
        (Some(postgres), _) => {
            format!(
                "PostgreSQL {postgres}, TimescaleDB {}",
                version.timescaledb.unwrap_or("absent")
            )
        }
        (None, Some(damage)) => format!("{damage}; the next run makes it anew"),
        (None, None) => format!(
            "the first run unpacks it, or `{} server provision`",
            called()
        ),
    };
    format!(
        "embedded {:<3} {:<8} {what}\n             {:<8} {}\n",
        version.server_version.to_string(),
        version.state,
        "",
        version.place.display()
    )
}
