use std::path::PathBuf;

use phasegate_server::{Cleaned, Left, ServerError, clean, clean_external, clean_kept, provision};
use serde::Serialize;

use super::status::status;
use crate::{
    args::{CleanArgs, Format, Global, ServerCommand},
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
    /// What stays, since somebody has started it again.
    in_use: Vec<PathBuf>,
}

impl Removed {
    /// One line for each thing.
    fn lines(&self) -> String {
        let folders = self.folders.iter().map(|folder| format!("removed {}\n", folder.display()));
        let named = [("container", &self.containers), ("image", &self.images), ("database", &self.databases)];
        let named = named.into_iter().flat_map(|(what, names)| names.iter().map(move |name| (what, name)));
        let lines = folders.chain(named.map(|(what, name)| format!("removed {what} {name}\n")));
        let in_use = self.in_use.iter().map(|folder| format!("left {}: its server runs\n", folder.display()));
        let lines: String = lines.chain(in_use).collect();
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
            let removed = cleaned(asked)?;
            match global.format {
                Format::Human => console::print(&removed.lines())?,
                Format::Json => print_json(&removed)?,
            }
        }
    }
    Ok(Exit::Passed)
}

fn cleaned(asked: &CleanArgs) -> Result<Removed, Failure> {
    let kept = asked.kept();
    let run = kept.iter().flatten().next().map(String::as_str);
    if let Some(url) = &asked.database_url {
        let left = if kept.is_some() { Left::Kept } else { Left::All };
        let databases = block_on(clean_external(url, left, run))?.map_err(no_server)?;
        return Ok(Removed { databases, ..Removed::default() });
    }
    let cleaned = if kept.is_some() { block_on(clean_kept(run))? } else { block_on(clean(None))? };
    let Cleaned { folders, containers, images, in_use } = cleaned.map_err(no_server)?;
    Ok(Removed { folders, containers, images, in_use, ..Removed::default() })
}

fn no_server(error: ServerError) -> Failure {
    Failure::new(Exit::NoServer, error)
}
