//! What a suite wants beside itself: runs that are not committed, and a job that runs it.

use std::{fs, path::Path};

use super::{InitError, project::Project};

const IGNORED: &str = "/reports/runs/";

/// Whose jobs are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ci {
    /// GitHub Actions.
    Github,
    /// GitLab CI.
    Gitlab,
}

impl Ci {
    fn file(self) -> &'static str {
        match self {
            Self::Github => ".github/workflows/phasegate.yml",
            Self::Gitlab => ".gitlab-ci.yml",
        }
    }

    fn job(self) -> &'static str {
        match self {
            Self::Github => include_str!("ci/github.yml"),
            Self::Gitlab => include_str!("ci/gitlab.yml"),
        }
    }
}

/// Adds the folder of the runs to `.gitignore`; nothing where it is there already.
///
/// # Errors
/// When the file cannot be read or written.
pub fn ignore_runs(root: &Path) -> Result<Option<String>, InitError> {
    let text = Project::at(root)?.text(".gitignore")?.unwrap_or_default();
    if text.lines().any(|line| line.trim().trim_matches('/') == IGNORED.trim_matches('/')) {
        return Ok(None);
    }
    let end = if text.is_empty() || text.ends_with('\n') { "" } else { "\n" };
    put(root, ".gitignore", &format!("{text}{end}{IGNORED}\n"))
}

/// Writes a job that runs the suite; where its file is there already, the job to add to it is given back as an error.
///
/// # Errors
/// When the file is there already or cannot be written.
pub fn job(root: &Path, ci: Ci) -> Result<Option<String>, InitError> {
    let path = root.join(ci.file());
    if path.symlink_metadata().is_ok() {
        let why = format!("{} is there already; add to it:\n\n{}", path.display(), ci.job());
        return Err(InitError::Refused { tool: "--ci", why });
    }
    put(root, ci.file(), ci.job())
}

fn put(root: &Path, name: &str, text: &str) -> Result<Option<String>, InitError> {
    let path = root.join(name);
    let written = fs::create_dir_all(path.parent().unwrap_or(root)).and_then(|()| fs::write(&path, text));
    written.map_err(|source| InitError::File { what: "write", path, source })?;
    Ok(Some(name.to_owned()))
}
