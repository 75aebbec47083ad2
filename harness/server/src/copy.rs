//! Copies a cluster: the template of the cache becomes the data folder of a new server.

use std::{
    fs,
    os::unix::fs::{DirBuilderExt, FileTypeExt},
    path::{Path, PathBuf},
    thread,
};

use crate::{account::Account, error::ServerError};

/// How many threads copy: the work is system calls on many small files, of which two cores do twice as many.
const THREADS: usize = 2;

/// Copies the folder `from` to `to`, which must not exist, and gives it to `account`.
///
/// `fs::copy` shares the blocks where the file system can (copy_file_range), like `cp --reflink=auto`.
pub(crate) fn cluster(from: &Path, to: &Path, account: Account) -> Result<(), ServerError> {
    let mut files = Vec::new();
    folders(from, to, account, &mut files)?;
    let share = files.len().div_ceil(THREADS).max(1);
    thread::scope(|scope| {
        let workers: Vec<_> = files
            .chunks(share)
            .map(|chunk| {
                scope.spawn(move || {
                    chunk.iter().try_for_each(|(from, to)| {
                        fs::copy(from, to).map_err(ServerError::file("copy the template cluster to", to))?;
                        account.own(to)
                    })
                })
            })
            .collect();
        workers.into_iter().try_for_each(|worker| match worker.join() {
            Ok(result) => result,
            Err(panic) => std::panic::resume_unwind(panic),
        })
    })
}

fn folders(from: &Path, to: &Path, account: Account, files: &mut Vec<(PathBuf, PathBuf)>) -> Result<(), ServerError> {
    // PostgreSQL refuses a data folder that others can read.
    fs::DirBuilder::new().mode(0o700).create(to).map_err(ServerError::file("make the folder", to))?;
    account.own(to)?;
    for entry in fs::read_dir(from).map_err(ServerError::file("read the folder", from))? {
        let entry = entry.map_err(ServerError::file("read the folder", from))?;
        let kind = entry.file_type().map_err(ServerError::file("read", entry.path()))?;
        let target = to.join(entry.file_name());
        if kind.is_dir() {
            folders(&entry.path(), &target, account, files)?;
        } else if !kind.is_socket() {
            // The socket of a server that died stays behind, and can be neither copied nor used.
            files.push((entry.path(), target));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::os::unix::net::UnixListener;

    use super::*;

    #[test]
    fn the_socket_of_a_server_that_died_is_left_behind_and_all_else_is_copied() {
        let folder = tempfile::tempdir().unwrap();
        let (from, to) = (folder.path().join("from"), folder.path().join("to"));
        fs::create_dir_all(from.join("data")).unwrap();
        fs::write(from.join("data/PG_VERSION"), "17").unwrap();
        // The listener goes, and its file stays.
        drop(UnixListener::bind(from.join(".s.PGSQL.5432")).unwrap());
        cluster(&from, &to, Account::of_servers()).unwrap();
        assert_eq!(fs::read_to_string(to.join("data/PG_VERSION")).unwrap(), "17");
        assert!(!to.join(".s.PGSQL.5432").exists());
    }
}
