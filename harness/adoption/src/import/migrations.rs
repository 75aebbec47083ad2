//! The migrations of one tool, taken over: found and seen as `init` does it, with what that tool has beside them.

use std::path::Path;

use tokio::sync::watch;

use super::{Listed, sqitch};
use crate::init::{FOLDER, Hints, InitError, Migrations, Written, find, write};

/// The tools whose migrations are taken over.
pub const TOOLS: [&str; 4] = ["sqitch", "alembic", "sqlx", "flyway"];

/// A suite of what was taken over.
#[derive(Debug)]
pub struct TakenOver {
    /// The migrations.
    pub migrations: Migrations,
    /// The suite.
    pub written: Written,
    /// How many statements of the tool's own tests became checks.
    pub translated: usize,
    /// What did not.
    pub listed: Vec<Listed>,
}

/// Takes over the migrations of a tool that lie in a folder.
///
/// # Errors
/// When there are none, or a suite is there already, or there is no server, or what is written is no suite.
pub async fn take_over(
    root: &Path,
    tool: &str,
    server: phasegate_server::Request,
    notice: &mut (dyn FnMut(&str) + Send),
    cancel: watch::Receiver<bool>,
) -> Result<TakenOver, InitError> {
    let mut migrations = find(root, Hints { tool: Some(tool), ..Hints::default() })?;
    let verified = if tool == "sqitch" { sqitch::verify_scripts(root, &mut migrations)? } else { Vec::new() };
    let listed = left_by(root, tool, &migrations)?;
    let written = write(root, &migrations, server, notice, cancel).await?;
    let mut taken = TakenOver { migrations, written, translated: 0, listed };
    if let Err(error) = taken.add(root, verified) {
        // There is nowhere left to say that it cannot be taken away.
        let _ = std::fs::remove_dir_all(root.join(FOLDER));
        return Err(error);
    }
    Ok(taken)
}

impl TakenOver {
    /// Adds the gates of verify scripts.
    fn add(&mut self, root: &Path, scripts: Vec<sqitch::Script>) -> Result<(), InitError> {
        for script in scripts {
            self.translated += script.checks;
            self.listed.extend(script.listed);
            if let Some((path, text)) = script.gate {
                let file = root.join(FOLDER).join(&path);
                std::fs::write(&file, text).map_err(|source| InitError::File { what: "write", path: file, source })?;
                self.written.files.push(format!("{FOLDER}/{path}"));
            }
        }
        phasegate_engine::suite::load(&root.join(FOLDER), &[])?;
        Ok(())
    }
}

/// The files beside the migrations that the tool would run and no phase does.
fn left_by(root: &Path, tool: &str, migrations: &Migrations) -> Result<Vec<Listed>, InitError> {
    if tool != "flyway" {
        return Ok(Vec::new());
    }
    let folder = root.join(&migrations.folder);
    let unreadable = |source| InitError::File { what: "read", path: folder.clone(), source };
    let mut listed = Vec::new();
    for entry in std::fs::read_dir(&folder).map_err(unreadable)? {
        let name = entry.map_err(unreadable)?.file_name().to_string_lossy().into_owned();
        let why = match name.as_bytes() {
            [b'R', b'_', b'_', ..] => "runs whenever it has changed: write it as the last phase, or into the baseline",
            [b'V' | b'U', ..] if name.ends_with(".java") => {
                "is a program: write the phase as a command that runs Flyway"
            }
            _ if is_callback(&name) => "runs around each migration: write it into the phases that need it",
            _ => continue,
        };
        let file = if migrations.folder == "." { name.clone() } else { format!("{}/{name}", migrations.folder) };
        listed.push(Listed { file, line: 1, what: name, why: why.to_owned() });
    }
    listed.sort();
    Ok(listed)
}

fn is_callback(name: &str) -> bool {
    let stem = name.strip_suffix(".sql").and_then(|stem| stem.split("__").next());
    stem.is_some_and(|stem| {
        ["before", "after"]
            .iter()
            .any(|when| stem.strip_prefix(when).is_some_and(|rest| rest.starts_with(char::is_uppercase)))
    })
}
