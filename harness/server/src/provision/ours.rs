//! What in the cache is ours to remove.

use std::path::Path;

use super::{manifest::is_described, place};
use crate::{folder, version::Version};

/// Whether this was made here: a folder that carries our marker, or that an earlier release has made, or one of our
/// locks. A stranger may have given a folder a name that looks like ours.
pub(crate) fn is_ours(path: &Path) -> bool {
    let cache = path.parent().unwrap_or(path);
    let is_lock = || Version::ALL.iter().any(|version| place::lock(cache, *version) == path);
    if path.is_dir() { folder::is_marked(path) || is_described(path) } else { is_lock() }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    #[test]
    fn a_strangers_folder_with_a_name_like_ours_is_not_ours() {
        let cache = tempfile::tempdir().unwrap();
        let made = |name: &str, file: &str, text: &str| {
            let folder = cache.path().join(name);
            fs::create_dir(&folder).unwrap();
            fs::write(folder.join(file), text.replace("HERE", &folder.to_string_lossy())).unwrap();
            is_ours(&folder)
        };
        assert!(!made("postgres-mydata", "PG_VERSION", "17"));
        assert!(!made("postgres-17.1", "manifest.json", "{ \"place\": \"/elsewhere\" }"));
        assert!(made("postgres-17.2", "manifest.json", "{ \"place\": \"HERE\", \"format\": 2 }"));
        assert!(made("postgres-17.partial-1", ".phasegate", ""));
        for (name, ours) in [("postgres-17.lock", true), ("postgres-notes.lock", false)] {
            fs::write(cache.path().join(name), "").unwrap();
            assert_eq!(is_ours(&cache.path().join(name)), ours, "{name}");
        }
    }
}
