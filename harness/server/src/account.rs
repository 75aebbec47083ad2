//! The ordinary user under whom PostgreSQL runs when we are root, which it refuses to run as.

use std::{
    fs::{self, File},
    io,
    os::unix::process::CommandExt,
    path::Path,
    process::Command,
};

use crate::error::ServerError;

/// Who runs the server and owns its files.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Account {
    /// We ourselves: an ordinary user.
    Ours,
    /// Somebody without rights, because we are root.
    Ordinary { uid: u32, gid: u32 },
}

/// What `nobody` is called by number on a system without a passwd file.
const NOBODY: (u32, u32) = (65534, 65534);

impl Account {
    /// The account that servers run under.
    pub(crate) fn of_servers() -> Self {
        if !rustix::process::geteuid().is_root() {
            return Self::Ours;
        }
        let passwd = fs::read_to_string("/etc/passwd").unwrap_or_default();
        let (uid, gid) = nobody(&passwd).unwrap_or(NOBODY);
        Self::Ordinary { uid, gid }
    }

    /// Makes `command` run under this account.
    pub(crate) fn apply(self, command: &mut Command) {
        if let Self::Ordinary { uid, gid } = self {
            command.uid(uid).gid(gid);
        }
    }

    /// What a person who is root writes before a command, so that it runs under this account.
    pub(crate) fn command(self) -> String {
        match self {
            Self::Ours => String::new(),
            Self::Ordinary { uid, gid } => {
                format!("setpriv --reuid={uid} --regid={gid} --clear-groups ")
            }
        }
    }

    /// Whether what this user owns is ours: we made it, or gave it to our servers.
    pub(crate) fn is_ours(self, owner: u32) -> bool {
        let given = match self {
            Self::Ours => None,
            Self::Ordinary { uid, .. } => Some(uid),
        };
        owner == rustix::process::geteuid().as_raw() || given == Some(owner)
    }

    /// Gives an open file to this account.
    pub(crate) fn own_file(self, file: &File) -> io::Result<()> {
        match self {
            Self::Ours => Ok(()),
            Self::Ordinary { uid, gid } => std::os::unix::fs::fchown(file, Some(uid), Some(gid)),
        }
    }

    /// Gives `path` to this account.
    pub(crate) fn own(self, path: &Path) -> Result<(), ServerError> {
        match self {
            Self::Ours => Ok(()),
            Self::Ordinary { uid, gid } => {
                std::os::unix::fs::lchown(path, Some(uid), Some(gid)).map_err(ServerError::file("give away", path))
            }
        }
    }
}

fn nobody(passwd: &str) -> Option<(u32, u32)> {
    let line = passwd.lines().find_map(|line| line.strip_prefix("nobody:"))?;
    let mut fields = line.split(':').skip(1);
    Some((fields.next()?.parse().ok()?, fields.next()?.parse().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nobody_is_found_by_name_whatever_its_number() {
        let passwd = "root:x:0:0:root:/root:/bin/sh\nnobody:x:99:98:nobody:/:/usr/sbin/nologin\n";
        assert_eq!(nobody(passwd), Some((99, 98)));
        assert_eq!(nobody("root:x:0:0::/root:/bin/sh\n"), None);
    }
}
