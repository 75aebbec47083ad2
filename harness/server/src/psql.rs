//! The way into what a failed run has kept.

use std::{
    fs,
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
};

use crate::{access::SUPERUSER, account::Account, error::ServerError};

/// A program of that name in a kept folder: psql on one of its databases, with the server for as long as it is used.
pub(crate) struct Psql<'a> {
    pub(crate) bin: &'a Path,
    pub(crate) folder: &'a Path,
    pub(crate) port: u16,
    pub(crate) account: Account,
}

impl Psql<'_> {
    /// Writes it; gives where.
    pub(crate) fn write(&self) -> Result<PathBuf, ServerError> {
        let path = self.folder.join("psql");
        let written = fs::write(&path, self.script());
        let written = written.and_then(|()| fs::set_permissions(&path, fs::Permissions::from_mode(0o755)));
        written.map_err(ServerError::file("write", &path))?;
        self.account.own(&path)?;
        Ok(path)
    }

    fn script(&self) -> String {
        let own = self.bin.join("psql");
        let psql = if own.is_file() { quoted(&own) } else { "psql".to_owned() };
        let [pg_ctl, data, log] =
            [self.bin.join("pg_ctl"), self.folder.join("data"), crate::cluster::log_of(self.folder)]
                .map(|path| quoted(&path));
        let (folder, port, account) = (quoted(self.folder), self.port, self.account.command());
        format!(
            "#!/bin/sh\n\
             # Written by phasegate: psql on a database of the server that a run has kept here. It is started where it does not\n\
             # run, and then stopped again when nobody uses it any more. Where it is placed decides where its socket lies.\n\
             # What the environment says is of other servers.\n\
             unset PGHOSTADDR PGOPTIONS PGPASSWORD PGSERVICE PGSSLMODE\n\
             ctl() {{ (cd / && {account}{pg_ctl} -s -w -D {data} \"$@\" </dev/null); }}\n\
             if ! ctl status >/dev/null 2>&1; then\n\
             \x20 ctl start -l {log} -o \"-k {folder}\" >/dev/null || exit\n\
             \x20 trap 'ctl stop -m smart' EXIT\n\
             fi\n\
             {psql} -h {folder} -p {port} -U {SUPERUSER} \"$@\"\n"
        )
    }
}

/// As a word of a shell.
fn quoted(path: &Path) -> String {
    format!("'{}'", path.display().to_string().replace('\'', "'\\''"))
}
