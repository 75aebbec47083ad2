//! The sample in `reports/sample` is a run folder as this version leaves it. After a change that is meant, make it anew
//! by running these tests once with `PHASEGATE_BLESS=1`.

use std::{
    env, fs,
    path::{Path, PathBuf},
};

use serde_json::Value;

use crate::{phasegate::phasegate, workspace::workspace};

fn sample() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../reports/sample")
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).expect("writable");
    for entry in fs::read_dir(from).expect("listable") {
        let path = entry.expect("listable").path();
        let target = to.join(path.file_name().expect("a name"));
        if path.is_dir() {
            copy(&path, &target);
        } else {
            fs::copy(&path, &target).expect("copyable");
        }
    }
}

#[test]
fn the_sample_verifies_and_a_run_today_comes_to_the_same_result() {
    let workspace = workspace();
    let ran = phasegate(workspace.path(), &["run", "--format", "json"]);
    let run: Value = serde_json::from_str(&ran.stdout).expect("one object");
    let folder = Path::new(run["run"].as_str().expect("a folder"));
    if env::var_os("PHASEGATE_BLESS").is_some() {
        if sample().is_dir() {
            fs::remove_dir_all(sample()).expect("removable");
        }
        copy(folder, &sample());
    }
    let digest = run["result_digest"].as_str().expect("a digest");
    let here = sample();
    let verified = phasegate(&here, &["verify", ".", "--expect", digest]);
    assert_eq!(verified.code, 0, "{}{}", verified.stdout, verified.stderr);
}
