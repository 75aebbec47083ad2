use std::path::PathBuf;

use phasegate_server::{Cleaned, ServerError, clean, provision};
use serde::Serialize;

use super::status::status;
use crate::{
    args::{Format, Global, ServerCommand},
    command::{print_json::print_json, runtime::runtime},
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

/// Manages servers.
pub(in crate::command) fn server(global: &Global, asked: &ServerCommand) -> Result<Exit, Failure> {
    let mut notice = |line: &str| console::note(line);
    match asked {
        ServerCommand::Status(asked) => return status(global, asked),
        ServerCommand::Provision(asked) => {
            let made = runtime()?.block_on(provision(&asked.request(), &mut notice)).map_err(no_server)?;
            match global.format {
                Format::Human => {
                    console::print(&format!("PostgreSQL {} lies in {}\n", made.postgres, made.bin.display()))?;
                }
                Format::Json => print_json(&Provisioned {
                    postgres: made.postgres,
                    timescaledb: made.timescaledb,
                    folder: made.bin,
                })?,
            }
        }
        #[cfg(feature = "container")]
        ServerCommand::BuildImage(asked) => {
            let request = asked.request();
            let work = phasegate_server::build_image(&request, &mut notice);
            let image = runtime()?.block_on(work).map_err(no_server)?;
            match global.format {
                Format::Human => console::print(&format!("{image}\n"))?,
                Format::Json => print_json(&Built { image })?,
            }
        }
        ServerCommand::Clean => {
            let cleaned = runtime()?.block_on(clean(None)).map_err(no_server)?;
            match global.format {
                Format::Human => console::print(&removed(&cleaned))?,
                Format::Json => {
                    let Cleaned { folders, containers, images } = cleaned;
                    print_json(&Removed { folders, containers, images })?;
                }
            }
        }
    }
    Ok(Exit::Passed)
}

fn no_server(error: ServerError) -> Failure {
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
