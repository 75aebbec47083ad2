//! Suites with a damaged file: what is refused names a file, and what is taken makes a plan that reads back.

use std::{
    cell::Cell,
    fs,
    path::{Path, PathBuf},
};

use forensic_tests::damage::{SQL, TOML, damage};
use phasegate_engine::{plan::plan, suite};
use phasegate_evidence::{Plan, canonical_bytes, judge::Judging};
use proptest::{prelude::*, sample::select};
use tempfile::TempDir;

use crate::{
    files::{below, copy, repository},
    holds,
};

/// The folders of a suite below the repository: its own, and that of its fixtures.
const SUITES: [(&str, &str); 3] = [
    ("fixtures/example/suites/notes", "fixtures/example/notes"),
    ("forensic-tests/suites/risk-manager-v2", "fixtures/risk-manager-v2"),
    ("forensic-tests/suites/attribution-b03", "fixtures/attribution-b03"),
];

/// A copy of a suite, of which one file at a time is damaged.
struct Copied {
    root: TempDir,
    suites: PathBuf,
    files: Vec<PathBuf>,
}

impl Copied {
    fn of((suite, fixtures): (&str, &str)) -> Self {
        let root = tempfile::tempdir().expect("a temporary folder");
        let mut files = Vec::new();
        for folder in [suite, fixtures] {
            let within = below(&repository().join(folder)).into_iter();
            // The daemon's own code is built, never read by a suite.
            files.extend(within.filter(|file| !file.starts_with("daemon")).map(|file| Path::new(folder).join(file)));
        }
        copy(&repository(), root.path(), &files);
        let suites = root.path().join(suite).parent().expect("the folder of the suites").to_owned();
        Self { root, suites, files }
    }

    /// The files whose names end so.
    fn ending(&self, end: &str) -> Vec<PathBuf> {
        self.files.iter().filter(|file| file.to_string_lossy().ends_with(end)).cloned().collect()
    }

    /// Puts these bytes in place of a file for as long as the suite is read; whether it was taken.
    fn read_with(&self, file: &Path, bytes: &[u8]) -> Result<bool, TestCaseError> {
        let path = self.root.path().join(file);
        let honest = fs::read(&path).expect("readable");
        fs::write(&path, bytes).expect("writable");
        let read = suite::load(&self.suites, &[]);
        fs::write(&path, honest).expect("writable");
        let suites = match read {
            Ok(suites) => suites,
            Err(error) => {
                let message = error.to_string();
                let named = |file: &PathBuf| message.contains(&*file.file_name().unwrap_or_default().to_string_lossy());
                prop_assert!(self.files.iter().any(named), "no file is named: {message}");
                return Ok(false);
            }
        };
        for judging in [Judging::Run, Judging::Prove, Judging::Check] {
            let bytes = canonical_bytes(&plan(&suites, judging)).expect("plain JSON");
            let again: Result<Plan, _> = serde_json::from_slice(&bytes);
            prop_assert!(again.is_ok(), "the plan does not read back: {again:?}");
            let again = canonical_bytes(&again.expect("it is there")).expect("plain JSON");
            prop_assert_eq!(String::from_utf8_lossy(&again), String::from_utf8_lossy(&bytes));
        }
        Ok(true)
    }
}

/// Damages the files of all suites whose names end so.
fn damaged(name: &str, end: &str, tokens: &'static [&'static [u8]]) {
    let copies = SUITES.map(Copied::of);
    let files = copies
        .iter()
        .enumerate()
        .flat_map(|(suite, copied)| copied.ending(end).into_iter().map(move |file| (suite, file)));
    let files: Vec<(usize, PathBuf)> = files.collect();
    assert!(files.len() >= SUITES.len());
    let values = (select(files.clone()), select(files), damage(tokens));
    let (taken, refused) = (Cell::new(0), Cell::new(0));
    holds(name, 64, &values, |((suite, file), (_, other), damage)| {
        let [bytes, other] = [&file, &other].map(|file| fs::read(repository().join(file)).expect("readable"));
        let met = if copies[suite].read_with(&file, &damage.to(&bytes, &other))? { &taken } else { &refused };
        met.set(met.get() + 1);
        Ok(())
    });
    println!("{} were taken, {} refused", taken.get(), refused.get());
    assert!(taken.get() > 0 && refused.get() > 0, "one of them never happened");
}

#[test]
fn a_damaged_suite_file_is_refused_or_makes_a_plan_that_reads_back() {
    damaged("suite.toml", "suite.toml", TOML);
}

#[test]
fn a_damaged_gate_or_scenario_is_refused_or_makes_a_plan_that_reads_back() {
    damaged("gates and scenarios", ".toml", TOML);
}

#[test]
fn a_damaged_file_of_the_fixtures_is_refused_or_makes_a_plan_that_reads_back() {
    damaged("fixtures", ".sql", SQL);
}
