//! Why no suite was written, and what to type next.

use std::path::PathBuf;

use phasegate_engine::{RunError, suite::SuiteError};

/// Why no suite was written. Nothing is left of it.
#[derive(Debug, thiserror::Error)]
pub enum InitError {
    /// There are no migrations of a tool that is known.
    #[error(
        "no migrations in {folder}: looked for {tools}; name the folder that holds them (`phasegate init DIR`), or begin \
         as the tutorial of the book does"
    )]
    Nothing {
        /// Where they were looked for.
        folder: PathBuf,
        /// The tools.
        tools: String,
    },
    /// There are none of the tool that was named.
    #[error("no migrations of {tool} in {folder}: {next}")]
    NotOf {
        /// The tool.
        tool: String,
        /// Where they were looked for.
        folder: PathBuf,
        /// What to do: there are those of another tool, or none.
        next: String,
    },
    /// There is no such project.
    #[error("there is no folder {}: name that of the project", .0.display())]
    NoFolder(PathBuf),
    /// Those of several tools lie there.
    #[error("there are migrations of several tools: {0}; say which with --tool")]
    Several(String),
    /// A tool that was named and is not known.
    #[error("no tool `{0}`; there is {1}")]
    UnknownTool(String, String),
    /// What lies there already is not overwritten.
    #[error("{} is there already: `phasegate run` runs it; move it away to begin again", .0.display())]
    Exists(PathBuf),
    /// The migrations cannot be taken as they are.
    #[error("{tool}: {why}")]
    Refused {
        /// The tool.
        tool: &'static str,
        /// Why, and what to do.
        why: String,
    },
    /// A file cannot be read or written.
    #[error("failed to {what} {}: {source}", .path.display())]
    File {
        /// `read` or `write`.
        what: &'static str,
        /// The file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// What was written is no suite.
    #[error("{0}")]
    Suite(#[from] SuiteError),
    /// The migrations could not be tried.
    #[error(transparent)]
    Run(#[from] RunError),
}
