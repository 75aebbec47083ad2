//! `phasegate run` from end to end.

use std::path::{Path, PathBuf};

use serde_json::{Value, json};
use tempfile::TempDir;

use crate::{
    phasegate::{Ran, labelled, phasegate},
    workspace::{change, put, workspace},
};

pub(crate) fn runs_in(workspace: &Path) -> usize {
    std::fs::read_dir(workspace.join("reports/runs")).map_or(0, Iterator::count)
}

#[test]
fn a_run_that_passes_leaves_evidence_that_verifies() {
    let workspace = workspace();
    let ran = phasegate(workspace.path(), &["run"]);
    assert_eq!(ran.code, 0, "{}{}", ran.stdout, ran.stderr);
    assert!(ran.stdout.contains("  passed: 2 of 2 gates and 2 of 2 checks passed\n"), "{}", ran.stdout);
    let folder = labelled(&ran.stdout, "folder");
    assert!(folder.starts_with("reports/runs/"), "{folder}");
    for digest in ["result digest", "head digest", "run digest"] {
        let digest = labelled(&ran.stdout, digest);
        let verified = phasegate(workspace.path(), &["verify", folder, "--expect", digest]);
        assert_eq!(verified.code, 0, "{}", verified.stdout);
    }
    let by_name = folder.rsplit('/').next().expect("a name");
    assert_eq!(phasegate(workspace.path(), &["verify", by_name]).code, 0);
}

#[test]
fn two_runs_have_the_same_result_digest_and_folders_of_their_own() {
    let workspace = workspace();
    let digest = |ran: Ran| labelled(&ran.stdout, "result digest").to_owned();
    let first = digest(phasegate(workspace.path(), &["run"]));
    assert_eq!(first, digest(phasegate(workspace.path(), &["run", "notes"])));
    assert_eq!(runs_in(workspace.path()), 2);
}

#[test]
fn format_json_prints_one_object_and_nothing_else() {
    let workspace = workspace();
    let ran = phasegate(workspace.path(), &["run", "--format", "json"]);
    let run: Value = serde_json::from_str(&ran.stdout).expect("one object");
    assert_eq!(run["server"]["kind"], "library");
    assert!(run["server"]["versions"]["SQLite"].is_string(), "{run}");
    assert_eq!(
        run["suites"][0]["phases"][1]["gates"][0]["checks"][0],
        json!({
            "check": "2.1.1", "title": "old notes have none", "kind": "rows", "verdict": "passed", "reason": null,
            "file": "forensic-tests/suites/notes/gates/2-title/2.1-title.toml", "line": 5
        })
    );
    assert_eq!(run["totals"]["checks"]["passed"], 2);
    let folder = run["run"].as_str().expect("a folder");
    assert!(Path::new(folder).join("plan.json").is_file(), "{folder}");
    assert!(ran.stderr.contains("phase 2: notes: title\n"), "{}", ran.stderr);
}

/// A run whose first gate does not open.
fn gate_failed() -> (TempDir, Ran) {
    let workspace = workspace();
    put(
        workspace.path(),
        "fixtures/notes/phases/1.sql",
        "ALTER TABLE notes ADD COLUMN author TEXT NOT NULL DEFAULT 'nobody';\n",
    );
    let ran = phasegate(workspace.path(), &["run"]);
    assert_eq!(ran.code, 1, "{}{}", ran.stdout, ran.stderr);
    (workspace, ran)
}

#[test]
fn a_failed_gate_stops_the_run_before_the_next_phase() {
    let (workspace, ran) = gate_failed();
    assert!(ran.stdout.contains("rows-differ: row 1 is (nobody), expected (anonymous)"), "{}", ran.stdout);
    assert!(!ran.stderr.contains("phase 2"), "{}", ran.stderr);
    let verified = phasegate(workspace.path(), &["verify", labelled(&ran.stdout, "folder")]);
    assert_eq!(verified.code, 0, "{}", verified.stdout);
}

#[test]
fn a_failed_run_keeps_its_database_and_says_where() {
    let (_workspace, ran) = gate_failed();
    let kept = ran.stdout.split("  kept, to look at\n").nth(1).and_then(|rest| rest.split("for 1.1.1: sqlite:").nth(1));
    let kept = PathBuf::from(kept.and_then(|rest| rest.lines().next()).expect("a file"));
    assert!(kept.is_file() && kept.ends_with("after_1/state.db"), "{}", kept.display());
    let folder = kept.parent().and_then(Path::parent).expect("the folder of the run's files");
    let folders = std::fs::read_dir(folder).expect("listable").filter(|entry| entry.as_ref().unwrap().path().is_dir());
    assert_eq!(folders.count(), 1, "only what shows why the run failed is kept");
    std::fs::remove_dir_all(folder).expect("removable");
}

#[test]
fn a_phase_that_does_not_apply_is_told_by_file_and_line() {
    let workspace = workspace();
    put(
        workspace.path(),
        "fixtures/notes/phases/2.sql",
        "ALTER TABLE notes ADD COLUMN title TEXT;\n\nALTER TABLE note ADD COLUMN title TEXT;\n",
    );
    let ran = phasegate(workspace.path(), &["run"]);
    assert_eq!(ran.code, 4, "{}{}", ran.stdout, ran.stderr);
    assert!(ran.stdout.contains("    at          phases/2.sql:3, statement 2\n"), "{}", ran.stdout);
    assert!(ran.stdout.contains("    catalog     as it was before the phase\n"), "{}", ran.stdout);
    assert!(ran.stdout.contains("  failed: 1 of 2 gates and 1 of 2 checks passed\n"), "{}", ran.stdout);
}

#[test]
fn suites_that_are_not_as_they_must_be_are_refused_in_these_words() {
    let workspace = workspace();
    let here = workspace.path();
    let suite = here.join("forensic-tests/suites");
    for (args, message) in [
        (&["run", "note"][..], "error: no suite `note`; there is notes: did you mean `notes`?\n".to_owned()),
        (&["list", "note"], "error: no suite `note`; there is notes: did you mean `notes`?\n".to_owned()),
        (
            &["run", "--suites", "nowhere"],
            "error: there is no folder nowhere: name with --suites the folder that holds the suites, or one suite\n"
                .to_owned(),
        ),
    ] {
        let ran = phasegate(here, args);
        assert_eq!((ran.stderr, ran.code), (message, 2), "{args:?}");
    }
    put(here, "forensic-tests/suites/notes/gates/2-title/2.1-title.toml", "id = \"2.1\"\nclam = \"x\"\n");
    let ran = phasegate(here, &["run"]);
    assert_eq!(ran.code, 2);
    let place = format!("error: {}/notes/gates/2-title/2.1-title.toml:2: unknown field `clam`", suite.display());
    assert!(ran.stderr.starts_with(&place), "{}", ran.stderr);
    assert_eq!(runs_in(here), 0);
    let elsewhere = tempfile::tempdir().expect("a temporary folder");
    let ran = phasegate(elsewhere.path(), &["run"]);
    assert_eq!(
        (ran.stderr.as_str(), ran.code),
        (
            "error: no suite in forensic-tests/suites, phasegate, suites here or in a folder above: `phasegate init` writes \
             one for the migrations that lie here, and --suites names a folder of suites elsewhere\n",
            2
        )
    );
}

/// What a phase says of its own revision is no word of its own: its gates hold it against the database.
#[test]
fn a_revision_that_the_database_does_not_stand_on_fails_the_run() {
    let workspace = workspace();
    let here = workspace.path();
    let (suite, gate) =
        ("forensic-tests/suites/notes/suite.toml", "forensic-tests/suites/notes/gates/2-title/2.1-title.toml");
    put(here, "fixtures/notes/phases/2.sql", "ALTER TABLE notes ADD COLUMN title TEXT;\nPRAGMA user_version = 7;\n");
    change(
        here,
        gate,
        "SELECT count(*) FROM notes WHERE title IS NULL",
        "SELECT user_version FROM pragma_user_version",
    );
    change(here, gate, "[[\"2\"]]", "[[\"${revision}\"]]");
    put(here, "fixtures/notes/defects/2.1.1.sql", "PRAGMA user_version = 6;\n");
    let ran = phasegate(here, &["run"]);
    assert_eq!(ran.code, 2, "{}{}", ran.stdout, ran.stderr);
    assert!(
        ran.stderr.contains("2.1-title.toml:") && ran.stderr.contains("nothing gives `${revision}` a value"),
        "{}",
        ran.stderr
    );
    for (revision, code) in [("7", 0), ("8", 1)] {
        change(here, suite, "slug = \"2-title\"\n", &format!("slug = \"2-title\"\nrevision = \"{revision}\"\n"));
        let ran = phasegate(here, &["run"]);
        assert_eq!(ran.code, code, "{revision}: {}{}", ran.stdout, ran.stderr);
        change(here, suite, &format!("revision = \"{revision}\"\n"), "");
    }
}

/// A folder of suites may be named as a shell completes it: what patterns find in it has the same names.
#[test]
fn a_folder_of_suites_that_begins_with_a_dot_is_the_same_folder() {
    let workspace = workspace();
    let here = workspace.path();
    let suite = "forensic-tests/suites/notes/suite.toml";
    change(here, suite, "../../../fixtures/notes", "fixtures");
    change(here, suite, "baseline.sql", "base*.sql");
    std::fs::rename(here.join("fixtures/notes"), here.join("forensic-tests/suites/notes/fixtures")).expect("ours");
    for suites in ["forensic-tests/suites", "./forensic-tests/suites"] {
        let ran = phasegate(here, &["run", "--suites", suites]);
        assert_eq!(ran.code, 0, "{suites}: {}{}", ran.stdout, ran.stderr);
    }
}
