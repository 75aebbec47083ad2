//! The JUnit report that a user asks for beside the run folder.

use std::{
    fs,
    io::{Error, ErrorKind},
    path::Path,
};

use crate::{args::JunitArgs, exit::Failure};

/// Makes room for the file before anything is run. What an earlier run left there goes: a run that comes to no result must not
/// leave somebody else's.
pub(super) fn made_ready(asked: &JunitArgs) -> Result<Option<&Path>, Failure> {
    let Some(file) = asked.junit.as_deref() else { return Ok(None) };
    room_for(file).map_err(|error| Failure::usage(format!("--junit {}: {error}; name a file", file.display())))?;
    Ok(Some(file))
}

fn room_for(file: &Path) -> Result<(), Error> {
    if let Some(folder) = file.parent().filter(|folder| !folder.as_os_str().is_empty()) {
        fs::create_dir_all(folder)?;
    }
    match fs::metadata(file) {
        Ok(found) if found.is_file() => fs::remove_file(file),
        // `/dev/stdout` and pipes are written to as they are.
        Ok(found) if !found.is_dir() => Ok(()),
        Ok(_) => Err(Error::from(ErrorKind::IsADirectory)),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(()),
        Err(error) => Err(error),
    }
}
