//! A project of a user's, in a folder of its own.

use std::{collections::BTreeMap, ffi::OsStr, fs, path::Path, process::Command};

use serde_json::Value;
use tempfile::TempDir;

use crate::settings::without_settings;

/// A project.
pub(crate) struct Project(TempDir);

/// What the command printed and how it ended.
pub(crate) struct Ran {
    pub(crate) code: i32,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Project {
    pub(crate) fn of(files: &[(&str, &str)]) -> Self {
        let project = Self(tempfile::tempdir().expect("a temporary folder"));
        files.iter().for_each(|(name, text)| project.put(name, text));
        project
    }

    /// A copy of one of `fixtures/adoption`.
    pub(crate) fn copy(name: &str) -> Self {
        let project = Self::of(&[]);
        let from = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fixtures/adoption").join(name);
        for (path, text) in texts(&from) {
            project.put(&path, &text);
        }
        project
    }

    pub(crate) fn put(&self, name: &str, text: &str) {
        let path = self.path().join(name);
        fs::create_dir_all(path.parent().expect("a folder")).expect("writable");
        fs::write(path, text).expect("writable");
    }

    pub(crate) fn change(&self, name: &str, from: &str, to: &str) {
        let text = self.text(name);
        assert!(text.contains(from), "{name} does not hold `{from}`");
        self.put(name, &text.replace(from, to));
    }

    pub(crate) fn text(&self, name: &str) -> String {
        fs::read_to_string(self.path().join(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
    }

    pub(crate) fn path(&self) -> &Path {
        self.0.path()
    }

    /// Every file with what it holds.
    pub(crate) fn texts(&self) -> BTreeMap<String, String> {
        texts(self.path())
    }

    pub(crate) fn phasegate(&self, args: &[&str]) -> Ran {
        self.ran(&mut self.command(args))
    }

    fn command(&self, args: &[&str]) -> Command {
        let mut command = without_settings(Path::new(env!("CARGO_BIN_EXE_phasegate")), self.path(), args);
        // Python would keep what it compiled beside the migrations.
        command.env("PHASEGATE_SERVER", "embedded").env("PYTHONDONTWRITEBYTECODE", "1");
        command
    }

    fn ran(&self, command: &mut Command) -> Ran {
        let output = command.output().expect("the command runs");
        Ran {
            code: output.status.code().expect("no signal"),
            stdout: String::from_utf8(output.stdout).expect("UTF-8"),
            stderr: String::from_utf8(output.stderr).expect("UTF-8"),
        }
    }

    /// Writes the suite, which must succeed.
    pub(crate) fn init(&self) -> Ran {
        self.writes(&["init"])
    }

    /// Writes a suite in this way, which must succeed.
    pub(crate) fn writes(&self, args: &[&str]) -> Ran {
        let ran = self.phasegate(args);
        assert_eq!(ran.code, 0, "{}{}", ran.stdout, ran.stderr);
        ran
    }

    /// Runs the suite, and verifies what it leaves: how it ended, and each check that did not pass, with the code of the reason.
    pub(crate) fn run(&self) -> (i32, Vec<(String, String)>) {
        self.run_by(&["run", "--format", "json"])
    }

    /// So on the server whose programs lie in these folders.
    pub(crate) fn run_on_the_path(&self, path: &OsStr) -> (i32, Vec<(String, String)>) {
        self.ended(self.ran(self.command(&["run", "--server", "local", "--format", "json"]).env("PATH", path)))
    }

    /// So by this command, which prints JSON.
    pub(crate) fn run_by(&self, args: &[&str]) -> (i32, Vec<(String, String)>) {
        self.ended(self.phasegate(args))
    }

    fn ended(&self, ran: Ran) -> (i32, Vec<(String, String)>) {
        let run: Value = serde_json::from_str(&ran.stdout).unwrap_or_else(|_| panic!("{}{}", ran.stdout, ran.stderr));
        let folder = run["run"].as_str().expect("a folder");
        let verified = self.phasegate(&["verify", folder]);
        assert_eq!(verified.code, 0, "{}", verified.stdout);
        let each = |value: &Value, key: &str| value[key].as_array().cloned().unwrap_or_default();
        let phases = each(&run, "suites").into_iter().flat_map(|suite| each(&suite, "phases"));
        let checks = phases.flat_map(|phase| each(&phase, "gates")).flat_map(|gate| each(&gate, "checks"));
        let others = checks.filter(|check| check["verdict"] != "passed");
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        (ran.code, others.map(|check| (text(&check["check"]), text(&check["reason"]["code"]))).collect())
    }
}

fn texts(folder: &Path) -> BTreeMap<String, String> {
    let mut found = BTreeMap::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(next) = folders.pop() {
        for entry in fs::read_dir(&next).expect("readable") {
            let path = entry.expect("readable").path();
            if path.is_dir() {
                folders.push(path);
            } else {
                let name = path.strip_prefix(folder).expect("below it").display().to_string();
                found.insert(name, fs::read_to_string(&path).expect("text"));
            }
        }
    }
    found
}
