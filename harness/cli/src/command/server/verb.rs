use std::path::PathBuf;

use phasegate_server::{Cleaned, ServerError, clean, provision};
use serde::Serialize;

use super::status::status;
use crate::{
    args::{Format, Global, ServerCommand},
    command::{pretty::pretty, runtime::runtime},
    console,
    exit::{Exit, Failure},
};

/// What `server clean --format json` prints.
#[derive(Serialize)]
struct Removed {
    folders: Vec<PathBuf>,
    containers: Vec<String>,
    images: Vec<String>,
}

/// What `server build-image --format json` prints.
#[cfg(feature = "container")]
#[derive(Serialize)]
struct Built {
    image: String,
}

/// What `server provision --format json` prints.
#[derive(Serialize)]
struct Provisioned {
    postgres: String,
    timescaledb: Option<String>,
    folder: PathBuf,
}

/// Looks after servers.
pub(in crate::command) fn server(global: &Global, asked: &ServerCommand) -> Result<Exit, Failure> {
    let mut notice = |line: &str| console::note(line);
    let text = match asked {
        ServerCommand::Status(asked) => return status(global, asked),
        ServerCommand::Provision(asked) => {
            let made = runtime()?.block_on(provision(&asked.request(), &mut notice)).map_err(none)?;
            match global.format {
                Format::Human => format!("PostgreSQL {} lies in {}\n", made.postgres, made.bin.display()),
                Format::Json => {
                    pretty(&Provisioned { postgres: made.postgres, timescaledb: made.timescaledb, folder: made.bin })?
                }
            }
        }
        #[cfg(feature = "container")]
        ServerCommand::BuildImage(asked) => {
            let request = asked.request();
            let work = phasegate_server::build_image(&request, &mut notice);
            let image = runtime()?.block_on(work).map_err(none)?;
            match global.format {
                Format::Human => format!("{image}\n"),
                Format::Json => pretty(&Built { image })?,
            }
        }
        ServerCommand::Clean => {
            let cleaned = runtime()?.block_on(clean(None)).map_err(none)?;
            match global.format {
                Format::Human => removed(&cleaned),
                Format::Json => {
                    let Cleaned { folders, containers, images } = cleaned;
                    pretty(&Removed { folders, containers, images })?
                }
            }
        }
    };
    console::print(&text);
    Ok(Exit::Passed)
}

fn none(error: ServerError) -> Failure {
    Failure::new(Exit::NoServer, error)
}

/// One line for each thing that was removed.
fn removed(cleaned: &Cleaned) -> String {
    let folders = cleaned.folders.iter().map(|folder| format!("removed {}\n", folder.display()));
    let containers = cleaned.containers.iter().map(|id| format!("removed container {id}\n"));
    let images = cleaned.images.iter().map(|id| format!("removed image {id}\n"));
    let lines: String = folders.chain(containers).chain(images).collect();
    if lines.is_empty() { "there was nothing to remove\n".to_owned() } else { lines }
}
