use std::path::PathBuf;

use phasegate_server::{Cleaned, ServerError, clean, clean_external, provision};
use serde::Serialize;

use super::status::status;
use crate::{
    args::{Format, Global, ServerCommand},
    command::{print_json::print_json, runtime::block_on},
    console,
    exit::{Exit, Failure},
};

/// What `server clean --format json` prints.
#[derive(Serialize, Default)]
struct Removed {
    folders: Vec<PathBuf>,
    containers: Vec<String>,
    images: Vec<String>,
    databases: Vec<String>,
}

impl Removed {
    /// One line for each thing.
    fn lines(&self) -> String {
        let folders = self.folders.iter().map(|folder| format!("removed {}\n", folder.display()));
        let named = [("container", &self.containers), ("image", &self.images), ("database", &self.databases)];
        let named = named.into_iter().flat_map(|(what, names)| names.iter().map(move |name| (what, name)));
        let lines: String = folders.chain(named.map(|(what, name)| format!("removed {what} {name}\n"))).collect();
        if lines.is_empty() { "there was nothing to remove\n".to_owned() } else { lines }
    }
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
            let made = block_on(provision(&asked.request(), &mut notice))?.map_err(no_server)?;
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
            let image = block_on(work)?.map_err(no_server)?;
            match global.format {
                Format::Human => console::print(&format!("{image}\n"))?,
                Format::Json => print_json(&Built { image })?,
            }
        }
        ServerCommand::Clean(asked) => {
            let removed = match &asked.database_url {
                Some(url) => {
                    let databases = block_on(clean_external(url))?.map_err(no_server)?;
                    Removed { databases, ..Removed::default() }
                }
                None => {
                    let Cleaned { folders, containers, images } = block_on(clean(None))?.map_err(no_server)?;
                    Removed { folders, containers, images, ..Removed::default() }
                }
            };
            match global.format {
                Format::Human => console::print(&removed.lines())?,
                Format::Json => print_json(&removed)?,
            }
        }
    }
    Ok(Exit::Passed)
}

fn no_server(error: ServerError) -> Failure {
    Failure::new(Exit::NoServer, error)
}
