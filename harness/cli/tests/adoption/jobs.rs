//! The jobs that `--ci` writes: each is YAML, and what it types in a shell does what it should. Nobody's runners are used here.

use std::{
    fs,
    os::unix::fs::PermissionsExt as _,
    path::Path,
    process::{Command, Output, Stdio},
};

use serde_json::Value;

use crate::{Claim, project::Project, settings::without_settings};

const NOTES: (&str, &str) = ("service/sql/1_notes.sql", "CREATE TABLE notes (id int PRIMARY KEY);\n");
const SQLITE: (&str, &str) = ("service/.env", "DATABASE_URL=sqlite:notes.db\n");

pub(crate) fn claims() -> Vec<Claim> {
    vec![("a_job_that_cannot_be_written_is_shown_and_the_suite_stays", || {
        let project = Project::of(&[SQLITE, NOTES, ("service/.gitlab-ci.yml", "test: {}\n")]);
        let told = project.phasegate(&["init", "service", "--ci", "gitlab"]);
        assert_eq!(told.code, 0, "{}", told.stderr);
        assert!(told.stdout.contains(".gitlab-ci.yml is there already; add this job to it:"), "{}", told.stdout);
        assert!(told.stdout.contains("\n    - phasegate run\n"), "{}", told.stdout);
        assert_eq!(project.text("service/.gitlab-ci.yml"), "test: {}\n");
        assert!(!project.text("service/phasegate/suite.toml").is_empty());
    })]
}

/// What needs a Python that reads YAML.
pub(crate) fn claims_of_yaml() -> Vec<Claim> {
    vec![
        ("the_jobs_lie_at_the_top_of_the_repository_and_run_the_suite_below_it", below_the_top),
        ("the_lines_of_the_jobs_end_as_the_run_does", || {
            for (ci, file) in FILES {
                ends_as_the_run(ci, file);
            }
        }),
        ("a_job_of_a_suite_of_commands_says_that_their_tool_must_be_there", || {
            let rails = Project::of(&[
                ("config/database.yml", "default:\n  adapter: sqlite3\n"),
                ("db/migrate/1_notes.rb", ""),
                ("bin/rails", "#!/bin/sh\nsqlite3 \"${DATABASE_URL#sqlite:}\" 'CREATE TABLE notes (id)'\n"),
            ]);
            fs::set_permissions(rails.path().join("bin/rails"), fs::Permissions::from_mode(0o755)).expect("ours");
            // Where there is no sqlite3 the phase does not apply, and the job is written all the same.
            for (ci, file) in FILES {
                assert_eq!(rails.phasegate(&["init", "--ci", ci]).code, 0);
                let job = rails.text(file);
                assert!(job.contains("# Rails must be there, too: install it here.\n"), "{job}");
                read(&job);
                fs::remove_dir_all(rails.path().join("phasegate")).expect("ours");
            }
        }),
    ]
}

const FILES: [(&str, &str); 2] = [("github", ".github/workflows/phasegate.yml"), ("gitlab", ".gitlab-ci.yml")];

/// What YAML says.
fn read(text: &str) -> Value {
    let program = "import json, sys, yaml; print(json.dumps(yaml.safe_load(sys.stdin)))";
    let mut python = Command::new("python3");
    let mut python = python.args(["-c", program]).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().expect("Python");
    std::io::Write::write_all(&mut python.stdin.take().expect("a pipe"), text.as_bytes()).expect("it reads");
    let output = python.wait_with_output().expect("it ends");
    assert!(output.status.success(), "no YAML: {text}");
    serde_json::from_slice(&output.stdout).expect("JSON")
}

/// The scripts of a job in their order, each with the folder that it is run in, and the folder whose files are kept.
fn scripts(job: &Value) -> (Vec<(String, String)>, String) {
    let text = |value: &Value| value.as_str().unwrap_or_else(|| panic!("no text in {job}")).to_owned();
    let github = &job["jobs"]["phasegate"];
    match github.is_object() {
        true => {
            let folder = text(&github["defaults"]["run"]["working-directory"]);
            let steps = github["steps"].as_array().expect("steps");
            let runs = steps.iter().filter(|step| step["run"].is_string());
            let kept = steps.iter().find_map(|step| step["with"]["path"].as_str()).expect("what is kept");
            (runs.map(|step| (folder.clone(), text(&step["run"]))).collect(), kept.to_owned())
        }
        false => {
            let job = &job["phasegate"];
            let lines: Vec<String> = job["script"].as_array().expect("lines").iter().map(text).collect();
            let kept = text(&job["artifacts"]["paths"][0]);
            assert_eq!(text(&job["artifacts"]["reports"]["junit"]), format!("{kept}/*/junit.xml"));
            (vec![(".".to_owned(), lines.join("\n"))], kept)
        }
    }
}

/// Runs a script as runners do, with this folder first on the PATH and none but the system's behind it.
fn bash(here: &Path, script: &str, programs: &Path, git: Option<&str>) -> Output {
    let mut bash = without_settings(Path::new("bash"), here, &["-e", "-o", "pipefail", "-c", script]);
    bash.env("PATH", format!("{}:/usr/bin:/bin", programs.display())).env("PHASEGATE_SERVER", "embedded");
    // A variable that nobody has set is empty there.
    bash.env("PHASEGATE_GIT", git.unwrap_or_default()).output().expect("bash")
}

fn built() -> &'static Path {
    Path::new(env!("CARGO_BIN_EXE_phasegate")).parent().expect("a folder")
}

fn below_the_top() {
    for (ci, file) in FILES {
        let project = Project::of(&[SQLITE, NOTES, (".git/HEAD", "ref: refs/heads/main\n")]);
        assert_eq!(project.phasegate(&["init", "service", "--ci", ci]).code, 0);
        let (scripts, kept) = scripts(&read(&project.text(file)));
        assert_eq!(kept, "service/reports/runs");
        for (folder, script) in scripts {
            let ran = bash(&project.path().join(folder), &script, built(), None);
            assert!(ran.status.success(), "{ci}: {}", String::from_utf8_lossy(&ran.stderr));
        }
        assert_eq!(fs::read_dir(project.path().join(kept)).expect("it is there").count(), 1);
    }
}

/// With the two faults of the fixture, and without them; with phasegate at hand, and without it.
fn ends_as_the_run(ci: &str, file: &str) {
    let project = crate::faults::FLYWAY.project(&[]);
    assert_eq!(project.phasegate(&["init", "--ci", ci]).code, 0);
    let (scripts, kept) = scripts(&read(&project.text(file)));
    let ends = || {
        let codes = scripts.iter().map(|(folder, script)| {
            bash(&project.path().join(folder), script, built(), None).status.code().expect("no signal")
        });
        codes.collect::<Vec<i32>>()
    };
    let last = |codes: Vec<i32>| {
        let (last, before) = codes.split_last().expect("a script");
        assert!(before.iter().all(|code| *code == 0), "{codes:?}");
        *last
    };
    assert_eq!(last(ends()), 1);
    let [one] =
        fs::read_dir(project.path().join(&kept)).expect("kept").collect::<Vec<_>>().try_into().expect("one run");
    assert!(one.expect("listable").path().join("junit.xml").is_file());
    crate::faults::FLYWAY.mends(&project);
    assert_eq!(last(ends()), 0);
    // A runner that has no phasegate builds it by Cargo, which is asked here for what it is given.
    let cargo = Project::of(&[("cargo", "#!/bin/sh\necho \"$@\"\n")]);
    fs::set_permissions(cargo.path().join("cargo"), fs::Permissions::from_mode(0o755)).expect("ours");
    let install = |git| bash(project.path(), &scripts[0].1, cargo.path(), git);
    let refused = install(None);
    let why = String::from_utf8(refused.stderr).expect("UTF-8");
    assert!(!refused.status.success() && why.contains("PHASEGATE_GIT: is not set"), "{why}");
    let asked = String::from_utf8(install(Some("file:///phasegate")).stdout).expect("UTF-8");
    let package = env!("CARGO_PKG_NAME");
    assert_eq!(asked, format!("install --locked --git file:///phasegate {package}\n"));
}
