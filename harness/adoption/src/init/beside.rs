//! What a suite wants beside itself: runs that are not committed, and a job that runs it.

use std::{
    fs,
    path::{Path, PathBuf},
};

use super::{
    InitError, Migrations, Step, Way,
    project::{Project, below},
};

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

    /// What stands before a line of its script.
    fn indent(self) -> &'static str {
        match self {
            Self::Github => "      ",
            Self::Gitlab => "    ",
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
    put(root, ".gitignore", &format!("{text}{end}{IGNORED}\n"))?;
    Ok(Some(".gitignore".to_owned()))
}

/// A job that runs a suite.
#[derive(Debug)]
pub enum Job {
    /// Written into this file.
    Written(String),
    /// Not written, since there is a file already, to which its text is to be added.
    ToAdd(PathBuf, String),
}

/// Writes a job that runs the suite, at the top of the repository, where alone it is read.
///
/// # Errors
/// When it cannot be written.
pub fn job(root: &Path, ci: Ci, migrations: &Migrations) -> Result<Job, InitError> {
    let root = Project::at(root)?.root().to_owned();
    let top = root.ancestors().find(|folder| folder.join(".git").exists()).unwrap_or(&root);
    let folder = root.strip_prefix(top).map(|within| within.to_string_lossy().into_owned()).unwrap_or_default();
    let folder = if folder.is_empty() { "." } else { &folder };
    let is_command = |step: &Step| matches!(step.up, Way::Command(_));
    let tool = match migrations.steps.iter().any(is_command) {
        true => format!("{}# {} must be there, too: install it here.\n", ci.indent(), migrations.tool),
        false => String::new(),
    };
    let text = ci.job().replace("@TOOL@", &tool).replace("@FOLDER@", folder);
    let text = text.replace("@RUNS@", &below(folder, "reports/runs"));
    let path = top.join(ci.file());
    if path.symlink_metadata().is_ok() {
        return Ok(Job::ToAdd(path, text));
    }
    put(top, ci.file(), &text)?;
    Ok(Job::Written(if folder == "." { ci.file().to_owned() } else { path.display().to_string() }))
}

fn put(root: &Path, name: &str, text: &str) -> Result<(), InitError> {
    let path = root.join(name);
    let written = fs::create_dir_all(path.parent().unwrap_or(root)).and_then(|()| fs::write(&path, text));
    written.map_err(|source| InitError::File { what: "write", path, source })
}
