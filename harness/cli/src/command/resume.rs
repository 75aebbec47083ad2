//! `phasegate run --resume`.

use std::path::Path;

use phasegate_engine::Resume;
use phasegate_evidence::RunFolder;
use phasegate_server::Request;

use super::{conclude::failure, verify::verified};
use crate::{
    args::{Global, display_path},
    exit::Failure,
};

/// The run that is gone on from, once its folder verifies.
pub(super) fn resume(global: &Global, named: &Path, server: &Request) -> Result<Resume, Failure> {
    let path = global.run(named);
    let folder = RunFolder::open(&path)?;
    let Some(database_url) = &server.database_url else {
        let why = "name the database that the run left with --database-url: it said which, below `kept, to look at`";
        return Err(Failure::usage(why));
    };
    let verification = verified(&folder)?;
    Resume::of(&folder, &verification, display_path(&path), database_url).map_err(|error| failure(error, None))
}
