//! Folders: the one of a running server, and the cache.

use std::{
    ffi::OsStr,
    fs,
    os::unix::fs::{DirBuilderExt, MetadataExt, PermissionsExt},
    path::{Path, PathBuf},
    process::Command,
    sync::{Mutex, PoisonError},
    thread,
};

use crate::{account::Account, error::ServerError, password};

/// What the name of every server's folder begins with.
pub(crate) const PREFIX: &str = "phasegate-pg-";

/// What every folder of ours holds, so that leftovers are known for ours whatever else has such a name.
const MARKER: &str = ".phasegate";

/// How many random digits the name of a folder ends with.
const DIGITS: usize = 10;

/// The longest folder in which a socket can still be made: the address of a Unix socket holds 107 bytes, of which
/// `/.s.PGSQL.65535` takes 15 and its lock no more.
const LONGEST: usize = 90;

/// A file system in memory. Making a file costs a few microseconds there, always. On a disk it may cost a hundred: ext4
/// passes one by one over the inodes that were deleted in the last seconds, of which a run leaves thousands, and a
/// clone that takes 5 ms in memory has been seen to take 100 ms there.
const MEMORY: &str = "/dev/shm";

/// The room that memory must offer for a server to live there.
const MEMORY_NEEDED: u64 = 2 * 1024 * 1024 * 1024;

/// Has the folder of a new server made: its path is short enough for a socket, and its account can reach it.
pub(crate) fn for_server<T>(
    account: Account,
    make: impl Fn(&Path) -> Result<T, ServerError>,
) -> Result<(PathBuf, T), ServerError> {
    let mut last = None;
    for parent in parents() {
        let short = parent.as_os_str().len() + 1 + PREFIX.len() + DIGITS <= LONGEST;
        if !short || !reachable(&parent, account) {
            continue;
        }
        let folder = parent.join(name(PREFIX)?);
        match make(&folder) {
            Ok(made) => return Ok((folder, made)),
            Err(error) => last = Some(error),
        }
    }
    Err(last.unwrap_or_else(|| ServerError::File {
        step: "find",
        path: std::env::temp_dir(),
        source: std::io::Error::other(
            "no temporary folder has a short path that an ordinary user can reach; name another with TMPDIR",
        ),
    }))
}

/// A name that begins so and that nobody else has.
pub(crate) fn name(prefix: &str) -> Result<String, ServerError> {
    Ok(format!("{prefix}{}", &password::random()?[..DIGITS]))
}

/// Marks a folder as ours to remove.
pub(crate) fn mark(folder: &Path) -> Result<(), ServerError> {
    let marker = folder.join(MARKER);
    fs::write(&marker, "").map_err(ServerError::file("write", &marker))
}

/// Whether a folder is marked as ours.
pub(crate) fn is_marked(folder: &Path) -> bool {
    folder.join(MARKER).is_file()
}

/// Where folders of servers may lie, the best first: what the user named, memory, the disk.
pub(crate) fn parents() -> Vec<PathBuf> {
    let mut parents: Vec<PathBuf> = folder_of("TMPDIR").into_iter().collect();
    if parents.is_empty() && free(Path::new(MEMORY)).is_some_and(|bytes| bytes >= MEMORY_NEEDED) {
        parents.push(PathBuf::from(MEMORY));
    }
    parents.extend(["/tmp", "/var/tmp"].map(PathBuf::from));
    parents
}

/// Every place where folders of servers may have been made.
pub(crate) fn all_parents() -> Vec<PathBuf> {
    let mut parents = parents();
    parents.push(PathBuf::from(MEMORY));
    parents.sort();
    parents.dedup();
    parents
}

/// Takes a folder that a failed run leaves out of memory to the disk, so that it outlives the next boot.
pub(crate) fn settle(folder: &Path, account: Account) -> Result<PathBuf, ServerError> {
    let Ok(name) = folder.strip_prefix(MEMORY) else {
        return Ok(folder.to_owned());
    };
    let settled = Path::new("/tmp").join(name);
    // Nobody else may have made this folder, nor enter it.
    fs::DirBuilder::new().mode(0o700).create(&settled).map_err(ServerError::file("make the folder", &settled))?;
    account.own(&settled)?;
    let copied = Command::new("cp").arg("-a").arg(folder.join(".")).arg(&settled).output();
    let copied = copied.map_err(ServerError::file("run cp on", folder))?;
    if !copied.status.success() {
        let reason = String::from_utf8_lossy(&copied.stderr).trim().to_owned();
        return Err(ServerError::file("copy to the disk", folder)(std::io::Error::other(reason)));
    }
    remove(folder)?;
    Ok(settled)
}

/// The bytes that are free in a folder's file system.
pub(crate) fn free(folder: &Path) -> Option<u64> {
    let stat = rustix::fs::statvfs(folder).ok()?;
    Some(stat.f_bavail.saturating_mul(stat.f_frsize))
}

/// The cache folder: the one asked for, `PHASEGATE_CACHE`, or the user's own. Not made yet.
pub(crate) fn for_cache(asked: Option<&Path>) -> Result<PathBuf, ServerError> {
    let account = Account::of_servers();
    let named = asked.map(Path::to_owned).or_else(|| folder_of("PHASEGATE_CACHE"));
    if let Some(folder) = named {
        let folder = std::path::absolute(&folder).map_err(ServerError::file("find", &folder))?;
        if reachable(&folder, account) {
            return Ok(folder);
        }
        return Err(ServerError::File {
            step: "use",
            path: folder,
            source: std::io::Error::other(
                "PostgreSQL does not run as root, and an ordinary user cannot reach this cache folder",
            ),
        });
    }
    let own = folder_of("XDG_CACHE_HOME").or_else(|| folder_of("HOME").map(|home| home.join(".cache")));
    match own.map(|parent| parent.join("phasegate")) {
        Some(folder) if reachable(&folder, account) => Ok(folder),
        _ => Ok(PathBuf::from("/var/cache/phasegate")),
    }
}

/// Makes a folder and its parents; the folder is readable by everybody, whatever the umask says.
pub(crate) fn make(folder: &Path) -> Result<(), ServerError> {
    if folder.is_dir() {
        return Ok(());
    }
    fs::create_dir_all(folder).map_err(ServerError::file("make the folder", folder))?;
    fs::set_permissions(folder, fs::Permissions::from_mode(0o755))
        .map_err(ServerError::file("open to everybody", folder))
}

/// Removes a folder with all it holds; one that is not there is as good.
pub(crate) fn remove(folder: &Path) -> Result<(), ServerError> {
    match fs::remove_dir_all(folder) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
            Err(ServerError::file("remove the folder", folder)(error))
        }
        _ => Ok(()),
    }
}

/// Removes the folders in this one as far as that goes, several at a time: the work is system calls on many files.
pub(crate) fn remove_each(parent: &Path) {
    let folders = Mutex::new(fs::read_dir(parent).into_iter().flatten().flatten());
    let next = || folders.lock().unwrap_or_else(PoisonError::into_inner).next();
    thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| {
                while let Some(folder) = next() {
                    // The supervisor removes what is left, and says when it cannot.
                    let _ = fs::remove_dir_all(folder.path());
                }
            });
        }
    });
}

/// Whether the account can walk down to this folder, or to those of its parents that are there already.
fn reachable(folder: &Path, account: Account) -> bool {
    if account == Account::Ours {
        return true;
    }
    folder
        .ancestors()
        .filter_map(|parent| fs::metadata(parent).ok())
        .all(|metadata| metadata.is_dir() && metadata.mode() & 0o001 != 0)
}

fn folder_of(variable: impl AsRef<OsStr>) -> Option<PathBuf> {
    std::env::var_os(variable).filter(|value| !value.is_empty()).map(PathBuf::from).filter(|path| path.is_absolute())
}
