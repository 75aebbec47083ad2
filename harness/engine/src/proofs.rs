//! Which runs before this one tried the gates of its suites.

use std::{fs, path::Path};

use phasegate_evidence::{Plan, Proof, RESULT_FILE, judge::Judging};

/// The last proof of each suite of the plan, for the same files of suite and migration, among the runs that lie in this folder.
/// What cannot be read proves nothing.
pub(crate) fn proofs(runs: &Path, plan: &Plan) -> Vec<Proof> {
    // A run that tries its gates itself needs no other.
    if plan.judging == Judging::Prove {
        return Vec::new();
    }
    let entries = fs::read_dir(runs).into_iter().flatten().flatten();
    let mut names: Vec<String> = entries.filter_map(|entry| entry.file_name().into_string().ok()).collect();
    // Names of runs sort by time; one that begins with a dot is no run yet.
    names.retain(|name| !name.starts_with('.'));
    names.sort_unstable_by(|one, other| other.cmp(one));
    let mut wanted: Vec<_> = plan.suites.iter().map(|suite| (suite.suite.as_str(), suite.inputs_digest())).collect();
    let mut found = Vec::new();
    for name in names {
        if wanted.is_empty() {
            break;
        }
        let Ok(bytes) = fs::read(runs.join(&name).join(RESULT_FILE)) else { continue };
        for (inputs, proof) in Proof::read(&name, &bytes) {
            if let Some(at) = wanted.iter().position(|wanted| *wanted == (&*proof.suite, inputs.clone())) {
                wanted.remove(at);
                found.push(proof);
            }
        }
    }
    found.sort_by_key(|proof| plan.suites.iter().position(|suite| suite.suite == proof.suite));
    found
}
