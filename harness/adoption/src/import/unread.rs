//! Why a file that was named for an import was not read.

use std::{io, path::Path};

use crate::init::InitError;

/// Where there is no such file, `next` says what to name.
pub(super) fn unread(tool: &'static str, path: &Path, next: &str, source: io::Error) -> InitError {
    match source.kind() {
        io::ErrorKind::NotFound => {
            InitError::Refused { tool, why: format!("there is no file {}: {next}", path.display()) }
        }
        _ => InitError::File { what: "read", path: path.to_owned(), source },
    }
}
