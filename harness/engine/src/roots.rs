//! Where the files of suites lie in their project.

use std::{collections::BTreeMap, env, path::Path};

use phasegate_evidence::Roots;

use crate::suite::Suite;

/// Where the files of these suites lie, from the root of their project. What lies outside would tell of the machine, and
/// is left out.
pub(crate) fn roots(suites: &[Suite]) -> BTreeMap<String, Roots> {
    let of = |suite: &Suite| {
        let (folder, fixtures) = (below_root(&suite.folder)?, below_root(&suite.fixtures)?);
        Some((suite.name.clone(), Roots { suite: folder, fixtures }))
    };
    suites.iter().filter_map(of).collect()
}

/// A folder from the root of its project: the nearest that a version control system keeps, else the current one.
fn below_root(folder: &Path) -> Option<String> {
    let folder = folder.canonicalize().ok()?;
    let kept = folder.ancestors().find(|above| above.join(".git").exists()).map(Path::to_owned);
    let root = kept.or_else(|| env::current_dir().ok()?.canonicalize().ok())?;
    folder.strip_prefix(root).ok().map(|path| path.display().to_string())
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    #[test]
    fn a_folder_is_named_from_the_root_that_version_control_keeps() {
        let holder = tempfile::tempdir().expect("a temporary folder");
        let folder = holder.path().join("project/validation/notes");
        fs::create_dir_all(&folder).expect("writable");
        assert_eq!(below_root(&folder), None, "a folder outside of the current one tells of the machine");
        fs::create_dir(holder.path().join("project/.git")).expect("writable");
        assert_eq!(below_root(&folder).as_deref(), Some("validation/notes"));
        assert_eq!(below_root(&holder.path().join("project")).as_deref(), Some(""));
        // A submodule or a work tree has a file of that name.
        fs::write(folder.join(".git"), "gitdir: elsewhere\n").expect("writable");
        assert_eq!(below_root(&folder).as_deref(), Some(""));
    }
}
