//! Commands of a page, as a reader types them.

use std::{
    env,
    ffi::OsString,
    path::{Path, PathBuf},
    process::Command,
};

#[path = "../cli/settings.rs"]
mod settings;

/// A folder in which a reader types commands, one after the other.
pub(crate) struct Shell<'a> {
    pub(crate) here: &'a Path,
    pub(crate) database_url: &'a str,
    /// The code with which the last command ended.
    pub(crate) code: i32,
}

impl Shell<'_> {
    /// What a command prints, as a terminal shows it.
    pub(crate) fn print(&mut self, line: &str) -> String {
        let line = line.strip_prefix("cargo ").filter(|rest| rest.starts_with("phasegate ")).unwrap_or(line);
        let script = format!("exec 2>&1; (exit {}); {line}", self.code);
        let mut command = settings::without_settings(Path::new("/bin/sh"), self.here, &["-c", &script]);
        command.env("PATH", path()).env("PHASEGATE_SERVER", "external").env("DATABASE_URL", self.database_url);
        let output = command.output().expect("a shell");
        self.code = output.status.code().expect("no signal");
        let here = self.here.to_string_lossy();
        String::from_utf8(output.stdout).expect("UTF-8").replace(&*here, "/tmp/notes")
    }
}

/// This build of the command before everything else.
fn path() -> OsString {
    let built = Path::new(env!("CARGO_BIN_EXE_phasegate")).parent().map(Path::to_owned);
    let paths =
        built.into_iter().chain(env::var_os("PATH").iter().flat_map(env::split_paths)).collect::<Vec<PathBuf>>();
    env::join_paths(paths).expect("paths")
}

/// Whether there is such a program.
pub(crate) fn is_there(program: &str) -> bool {
    let found = Command::new("/bin/sh").args(["-c", "command -v \"$0\"", program]).output();
    found.is_ok_and(|output| output.status.success())
}
