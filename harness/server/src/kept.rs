//! What failed runs have kept, and how much of it stays.

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
    time::{Duration, SystemTime},
};

use crate::clean::{held, scratch_folders, sweep};

/// How many kept folders stay in one place: the last ones.
pub(crate) const NUMBER_MAX: usize = 10;

/// How long one stays.
const AGE_MAX: Duration = Duration::from_secs(7 * 24 * 60 * 60);

/// When a failed run has kept this folder, if one has.
fn kept_at(folder: &Path) -> Option<SystemTime> {
    fs::metadata(folder.join("kept")).and_then(|marker| marker.modified()).ok()
}

/// Whether a failed run has kept this folder.
pub(crate) fn is_kept(folder: &Path) -> bool {
    kept_at(folder).is_some()
}

/// The kept folders: those of one run, or every one.
pub(crate) fn of_run(run: Option<&str>) -> Vec<PathBuf> {
    let is_meant = |folder: &PathBuf| {
        let marked = fs::read_to_string(folder.join("kept")).ok();
        marked.is_some_and(|marked| run.is_none_or(|run| marked.trim() == run))
    };
    scratch_folders().into_iter().filter(is_meant).collect()
}

/// Whether what was kept at this moment has been kept for too long.
pub(crate) fn is_too_old(at: SystemTime) -> bool {
    // A clock that was set back makes nothing old.
    at.elapsed().is_ok_and(|age| age > AGE_MAX)
}

/// Removes the kept folders that are too many in one place, or too old, and that nobody has started again. What cannot be
/// removed is no reason not to run.
pub(crate) fn bound() {
    let mut places: BTreeMap<PathBuf, Vec<(SystemTime, PathBuf)>> = BTreeMap::new();
    for folder in scratch_folders() {
        if let (Some(at), Some(place)) = (kept_at(&folder), folder.parent()) {
            places.entry(place.to_owned()).or_default().push((at, folder));
        }
    }
    let gone = places.into_values().flat_map(|mut kept| {
        kept.sort();
        let too_old = kept.partition_point(|(at, _)| is_too_old(*at));
        let too_many = kept.len().saturating_sub(NUMBER_MAX);
        kept.truncate(too_old.max(too_many));
        kept
    });
    let gone: Vec<_> = gone.collect();
    let held = if gone.is_empty() { Vec::new() } else { held() };
    for (_, folder) in gone {
        let _ = sweep(&folder, &held);
    }
}
