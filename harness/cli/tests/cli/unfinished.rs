//! A run that has not come to its end.

use std::{
    fs,
    path::{Path, PathBuf},
};

/// What `verify` says of it.
pub(crate) const UNFINISHED: &str = "events.jsonl: does not end with the end of the run: it was interrupted";

/// The one run of the workspace, once it is there.
pub(crate) fn only_run(here: &Path) -> Option<PathBuf> {
    let mut runs = fs::read_dir(here.join("reports/runs")).ok()?.filter_map(|entry| Some(entry.ok()?.path()));
    runs.find(|run| !run.file_name().is_some_and(|name| name.to_string_lossy().starts_with('.')))
}

/// How many events it has come to.
pub(crate) fn whole_lines(folder: &Path) -> usize {
    let text = fs::read_to_string(folder.join("events.jsonl")).unwrap_or_default();
    text.matches('\n').count()
}
