//! Real files of this repository.

use std::{
    fs,
    path::{Path, PathBuf},
};

/// The root of the repository.
pub(crate) fn repository() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("a workspace").to_owned()
}

/// Every file below a folder, relative to it, in the order of the names.
pub(crate) fn below(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(next) = folders.pop() {
        for entry in fs::read_dir(&next).expect("listable") {
            let path = entry.expect("listable").path();
            if path.is_dir() {
                folders.push(path);
            } else {
                files.push(path.strip_prefix(folder).expect("below it").to_owned());
            }
        }
    }
    files.sort();
    files
}

/// Copies these files of one folder to another.
pub(crate) fn copy<'a>(from: &Path, to: &Path, files: impl IntoIterator<Item = &'a PathBuf>) {
    for file in files {
        let target = to.join(file);
        fs::create_dir_all(target.parent().expect("a folder")).expect("writable");
        fs::copy(from.join(file), target).expect("copyable");
    }
}
