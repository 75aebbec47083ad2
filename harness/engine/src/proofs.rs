//! Which runs before this one tried the gates of its suites.

use std::{fs, path::Path};

use phasegate_evidence::{Plan, Proof, RESULT_FILE, RunFolder, judge::Judging};

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
        // It opens nothing that a run cannot have left.
        let read = RunFolder::open(runs.join(&name)).and_then(|folder| folder.read(RESULT_FILE));
        let Ok(bytes) = read else { continue };
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

#[cfg(test)]
mod tests {
    use std::process::Command;

    use phasegate_evidence::{PLAN_FILE, ServerNeed, SuitePlan};

    use super::*;

    #[test]
    fn nothing_is_waited_for_that_no_run_can_have_left() {
        let runs = tempfile::tempdir().expect("a temporary folder");
        let run = runs.path().join("20260101T000000.000Z-1");
        fs::create_dir(&run).expect("writable");
        fs::write(run.join(PLAN_FILE), "{}").expect("writable");
        let made = Command::new("mkfifo").arg(run.join(RESULT_FILE)).status().expect("mkfifo");
        assert!(made.success());
        let suite = SuitePlan {
            suite: "s".into(),
            title: String::new(),
            source: String::new(),
            server: ServerNeed { kind: "sqlite".into(), postgres_min: None, postgres_max: None, timescaledb: false },
            inputs: Default::default(),
            lines: Default::default(),
            deviations: Vec::new(),
            bookkeeping: Vec::new(),
            env: Default::default(),
            findings: Vec::new(),
            requirements: Vec::new(),
            phases: Vec::new(),
            scenarios: Vec::new(),
        };
        let plan =
            Plan { format: 2, phasegate: "0".into(), judging: Judging::Run, keep_going: false, suites: vec![suite] };
        assert_eq!(proofs(runs.path(), &plan), []);
        assert_eq!(proofs(&runs.path().join("nowhere"), &plan), []);
    }
}
