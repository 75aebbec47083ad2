//! Run folders that were damaged: none verifies, unless it is the same byte for byte.

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
};

use forensic_tests::damage::{Damage, JSON, damage};
use phasegate_evidence::{JUNIT_FILE, PAGE_FILE, REPORT_FILE, RunFolder, verify};
use proptest::{prelude::*, sample::select};

use crate::{
    files::{below, repository},
    holds,
};

/// The files of a run folder.
type Folder = BTreeMap<PathBuf, Vec<u8>>;

/// What is done to a folder.
#[derive(Debug, Clone)]
enum Change {
    Damage(PathBuf, PathBuf, Damage),
    Remove(PathBuf),
    Swap(PathBuf, PathBuf),
    /// A file more, with what another one holds.
    Add(&'static str, PathBuf),
}

/// The sample of this repository, but for the reports: those are compared by the command, which made them.
fn sample() -> Folder {
    let sample = repository().join("reports/sample");
    let reports = [REPORT_FILE, PAGE_FILE, JUNIT_FILE].map(Path::new);
    let evidence = below(&sample).into_iter().filter(|file| !reports.contains(&&**file));
    evidence.map(|file| (file.clone(), fs::read(sample.join(file)).expect("readable"))).collect()
}

fn changed(honest: &Folder, change: &Change) -> Folder {
    let mut folder = honest.clone();
    match change {
        Change::Damage(file, other, damage) => {
            drop(folder.insert(file.clone(), damage.to(&honest[file], &honest[other])))
        }
        Change::Remove(file) => drop(folder.remove(file)),
        Change::Swap(one, other) => {
            folder.insert(one.clone(), honest[other].clone());
            folder.insert(other.clone(), honest[one].clone());
        }
        Change::Add(name, file) => drop(folder.insert(name.into(), honest[file].clone())),
    }
    folder
}

/// Whether it verifies, and the files in which faults were found. A folder without a plan is none.
fn verified(folder: &Folder) -> Option<(bool, Vec<String>)> {
    let holder = tempfile::tempdir().expect("a temporary folder");
    for (name, bytes) in folder {
        let path = holder.path().join(name);
        fs::create_dir_all(path.parent().expect("a folder")).expect("writable");
        fs::write(path, bytes).expect("writable");
    }
    let opened = RunFolder::open(holder.path()).ok()?;
    let verification = verify(&opened);
    Some((verification.holds(), verification.faults.into_iter().map(|fault| fault.file).collect()))
}

#[test]
fn a_damaged_run_folder_never_verifies_unless_it_is_the_same() {
    let honest = sample();
    assert_eq!(verified(&honest), Some((true, Vec::new())));
    let file = || select(honest.keys().cloned().collect::<Vec<_>>());
    let change = prop_oneof![
        12 => (file(), file(), damage(JSON)).prop_map(|(file, other, damage)| Change::Damage(file, other, damage)),
        1 => file().prop_map(Change::Remove),
        1 => (file(), file()).prop_map(|(one, other)| Change::Swap(one, other)),
        1 => (select(vec!["more", "outputs/more", "plan.json.bak"]), file()).prop_map(|(name, file)| Change::Add(name, file)),
    ];
    holds("run folders", 256, &change, |change| {
        let folder = changed(&honest, &change);
        let Some((holds, faults)) = verified(&folder) else {
            prop_assert!(!folder.contains_key(Path::new("plan.json")), "only a folder without a plan is none");
            return Ok(());
        };
        prop_assert_eq!(holds, folder == honest);
        let touched: Vec<String> = folder
            .iter()
            .filter(|(name, bytes)| honest.get(*name) != Some(bytes))
            .map(|(name, _)| name)
            .chain(honest.keys().filter(|name| !folder.contains_key(*name)))
            .map(|name| name.to_string_lossy().into_owned())
            .collect();
        prop_assert!(
            holds || touched.iter().any(|name| faults.contains(name)),
            "{touched:?} was touched, and {faults:?} named"
        );
        Ok(())
    });
}
