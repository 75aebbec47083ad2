//! Files that are written once, and never over another.

use std::{fs::OpenOptions, io, io::Write as _, path::Path};

use crate::{args::display_path, exit::Failure};

/// Writes a file that must not exist, all the way to the disk. `mode` is its permissions, as far as the user's umask grants
/// them.
pub(crate) fn write_new(path: &Path, bytes: &[u8], mode: u32) -> Result<(), Failure> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, mode);
    let written = options.open(path).and_then(|mut file| file.write_all(bytes).and_then(|()| file.sync_all()));
    written.map_err(|error| unwritable(path, &error))
}

/// A file that cannot be written.
pub(crate) fn unwritable(path: &Path, error: &io::Error) -> Failure {
    Failure::usage(format!("failed to write {}: {error}", display_path(path)))
}
