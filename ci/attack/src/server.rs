//! A server that somebody runs, with databases of his own.

use std::{path::PathBuf, process::Command};

use phasegate_server::{Server, embedded, provision};
use tokio::runtime::Runtime;

use crate::failure::Failure;

/// A server of ours that the command knows only by its URL. It goes with this value.
pub(crate) struct Somebodys {
    server: Server,
    bin: PathBuf,
    // Dropped after the server, which it drives.
    _runtime: Runtime,
}

impl Somebodys {
    pub(crate) fn started() -> Result<Self, Failure> {
        let runtime = Runtime::new()?;
        let (server, installation) = runtime.block_on(async {
            let installation = provision(&embedded(), &mut |line| eprintln!("{line}")).await?;
            let server = phasegate_server::start(&embedded(), &mut |_| {}).await?;
            Ok::<_, Failure>((server, installation))
        })?;
        Ok(Self { server, bin: installation.bin, _runtime: runtime })
    }

    pub(crate) fn url(&self, database: &str) -> String {
        self.server.url(database)
    }

    pub(crate) fn maintenance(&self) -> String {
        self.url(self.server.maintenance())
    }

    /// What psql prints of these statements, one value a line.
    pub(crate) fn psql(&self, url: &str, statements: &[&str]) -> Result<String, Failure> {
        let mut args = vec!["-XqAt", "-v", "ON_ERROR_STOP=1", "-d", url];
        args.extend(statements.iter().flat_map(|statement| ["-c", statement]));
        self.program("psql", &args)
    }

    /// All that a database holds, but for the key that differs between two dumps.
    pub(crate) fn dump(&self, url: &str) -> Result<String, Failure> {
        let text = self.program("pg_dump", &["--create", url])?;
        let lines = text.lines().filter(|line| !line.starts_with("\\restrict ") && !line.starts_with("\\unrestrict "));
        Ok(lines.collect::<Vec<_>>().join("\n"))
    }

    fn program(&self, name: &str, args: &[&str]) -> Result<String, Failure> {
        let output = Command::new(self.bin.join(name)).args(args).env("LC_ALL", "C").output()?;
        if !output.status.success() {
            return Err(Failure::new(format!("{name}: {}", String::from_utf8_lossy(&output.stderr))));
        }
        Ok(String::from_utf8(output.stdout)?)
    }
}
