//! What a run that failed keeps, and how it is named.

use std::{fs, path::Path, process::Command};

use crate::{
    phasegate::{Ran, labelled, phasegate, verifies},
    workspace::{change, on_postgres, put, workspace},
};

const SUITE: &str = "forensic-tests/suites/notes/suite.toml";
const SECOND_PHASE: &str = "fixtures/notes/phases/2.sql";

/// The databases that are left, by their names. The files of a run lie below the workspace.
fn left(here: &Path) -> Vec<String> {
    let names = |folder: &Path| -> Vec<String> {
        let entries = fs::read_dir(folder).expect("listable").map(|entry| entry.expect("listable"));
        let folders = entries.filter(|entry| entry.path().is_dir());
        folders.map(|entry| entry.file_name().to_string_lossy().into_owned()).collect()
    };
    let folders = names(here).into_iter().filter(|name| name.starts_with("phasegate-"));
    folders.flat_map(|folder| names(&here.join(folder))).collect()
}

/// The run failed in this way, keeps this database and no other, and says what to open it for.
fn keeps(here: &Path, ran: &Ran, code: i32, name: &str, what: &str) {
    assert_eq!(ran.code, code, "{}{}", ran.stdout, ran.stderr);
    assert_eq!(left(here), [name]);
    let kept = ran.stdout.split("  kept, to look at\n").nth(1).unwrap_or_default();
    let line = kept.lines().map(str::trim).find(|line| line.starts_with(what)).unwrap_or_default();
    let file = line.split("sqlite:").nth(1).unwrap_or_default();
    assert!(file.ends_with(&format!("/{name}/state.db")) && Path::new(file).is_file(), "{}", ran.stdout);
    verifies(here, ran);
}

#[test]
fn a_run_that_passes_keeps_nothing() {
    let workspace = workspace();
    assert_eq!(phasegate(workspace.path(), &["run"]).code, 0);
    assert_eq!(left(workspace.path()), Vec::<String>::new());
}

#[test]
fn a_baseline_that_does_not_apply_is_kept_as_failed() {
    let workspace = workspace();
    let here = workspace.path();
    put(
        here,
        "fixtures/notes/baseline.sql",
        "CREATE TABLE notes (id INTEGER PRIMARY KEY);\nINSERT INTO note VALUES (1);\n",
    );
    keeps(here, &phasegate(here, &["run"]), 4, "failed_baseline", "where it stopped: ");
}

#[test]
fn a_phase_that_was_rolled_back_leaves_the_state_before_it() {
    let workspace = workspace();
    let here = workspace.path();
    put(here, SECOND_PHASE, "ALTER TABLE notes ADD COLUMN title TEXT;\nALTER TABLE note ADD COLUMN title TEXT;\n");
    keeps(here, &phasegate(here, &["run"]), 4, "before_2", "where it stopped: ");
}

#[test]
fn a_phase_without_a_transaction_that_fails_half_way_is_kept_as_failed() {
    let workspace = workspace();
    let here = workspace.path();
    change(here, SUITE, "up = \"phases/2.sql\"", "up = \"phases/2.sql\"\ntransaction = \"none\"");
    put(here, SECOND_PHASE, "ALTER TABLE notes ADD COLUMN title TEXT;\nALTER TABLE note ADD COLUMN title TEXT;\n");
    let ran = phasegate(here, &["run"]);
    keeps(here, &ran, 4, "failed_2", "where it stopped: ");
    assert!(ran.stdout.contains("    catalog     changed: the phase left part of its work behind\n"), "{}", ran.stdout);
}

#[test]
fn a_way_back_that_fails_leaves_the_state_after_its_phase_as_it_was() {
    let workspace = workspace();
    let here = workspace.path();
    for (phase, down) in
        [("1", "ALTER TABLE notes DROP COLUMN author"), ("2", "ALTER TABLE notes RENAME title TO old_title")]
    {
        put(here, &format!("fixtures/notes/phases/{phase}-down.sql"), &format!("{down};\n"));
        let up = format!("up = \"phases/{phase}.sql\"");
        change(here, SUITE, &up, &format!("{up}\ndown = \"phases/{phase}-down.sql\""));
    }
    put(
        here,
        "forensic-tests/suites/notes/gates/2-title/2.2-back.toml",
        "id = \"2.2\"\nclaim = \"there is a way back\"\n[[check]]\nid = \"2.2.1\"\ntitle = \"down and up again\"\n\
         rollback = { tables = [\"notes\"] }\n",
    );
    let ran = phasegate(here, &["run"]);
    keeps(here, &ran, 1, "after_2", "for 2.2.1: ");
    assert!(ran.stdout.contains("catalog-differs: after down of phase 2"), "{}", ran.stdout);
    // With the way back mended, the same run passes.
    put(here, "fixtures/notes/phases/2-down.sql", "ALTER TABLE notes DROP COLUMN title;\n");
    let ran = phasegate(here, &["run"]);
    assert_eq!(ran.code, 0, "{}{}", ran.stdout, ran.stderr);
}

#[test]
fn a_defect_that_is_not_caught_leaves_the_state_that_it_was_tried_on() {
    let workspace = workspace();
    let here = workspace.path();
    put(here, "fixtures/notes/defects/1.1.1.sql", "UPDATE notes SET text = 'x';\n");
    keeps(here, &phasegate(here, &["prove", "notes"]), 1, "after_1", "for 1.1.1: ");
}

/// A run whose last check fails.
fn fails(here: &Path, more: &[&str]) -> Ran {
    put(here, SECOND_PHASE, "ALTER TABLE notes ADD COLUMN title TEXT DEFAULT 'x';\n");
    let ran = phasegate(here, &[&["run"], more].concat());
    assert_eq!(ran.code, 1, "{}{}", ran.stdout, ran.stderr);
    ran
}

#[test]
fn a_run_that_is_to_keep_nothing_keeps_nothing_and_one_that_is_to_keep_all_keeps_its_last_state() {
    let workspace = workspace();
    let here = workspace.path();
    let ran = phasegate(here, &["run", "--keep", "always"]);
    keeps(here, &ran, 0, "after_2", "the state after phase 2: ");
    assert!(!ran.stdout.contains("once mended"), "{}", ran.stdout);
    phasegate(here, &["server", "clean", "--kept", labelled(&ran.stdout, "folder")]);
    let ran = fails(here, &["--keep", "never"]);
    assert_eq!(left(here), Vec::<String>::new());
    assert!(!ran.stdout.contains("kept, to look at") && !ran.stdout.contains("once mended"), "{}", ran.stdout);
}

#[test]
fn what_one_run_has_kept_goes_by_its_name_and_nothing_else_does() {
    let workspace = workspace();
    let here = workspace.path();
    let [first, second] = [fails(here, &[]), fails(here, &[])];
    assert_eq!(left(here), ["after_2", "after_2"]);
    let of =
        |ran: &Ran| ran.stdout.split("remove it with: ").nth(1).and_then(|rest| rest.lines().next()).map(str::to_owned);
    let command = of(&first).expect("a command");
    let words: Vec<&str> = command.split(' ').skip(1).collect();
    assert_eq!(words[..3], ["server", "clean", "--kept"]);
    let removed = phasegate(here, &words);
    assert!(removed.code == 0 && removed.stdout.starts_with("removed ") && removed.stdout.lines().count() == 1);
    assert_eq!(left(here), ["after_2"]);
    assert_eq!(phasegate(here, &words).stdout, "there was nothing to remove\n");
    // The folder of a run has its name, too.
    phasegate(here, &["server", "clean", "--kept", labelled(&second.stdout, "folder")]);
    assert_eq!(left(here), Vec::<String>::new());
    verifies(here, &second);
}

/// What the line prints that a failed run shows for a state, with these words behind it, as a shell runs it.
fn opened(line: &str, more: &str) -> (String, bool) {
    let output = Command::new("sh").args(["-c", &format!("{line} {more}")]).output().expect("a shell");
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("UTF-8");
    (text(output.stdout) + &text(output.stderr), output.status.success())
}

#[test]
fn the_line_for_a_failed_check_opens_its_state_in_psql_when_it_is_pasted() {
    let workspace = workspace();
    let here = workspace.path();
    on_postgres(here);
    let ran = fails(here, &["--server", "embedded"]);
    let line = ran.stdout.split("for 2.1.1: ").nth(1).and_then(|rest| rest.split("open it with: ").nth(1));
    let line = line.and_then(|rest| rest.lines().next()).expect("a line");
    let folder = Path::new(line.split(' ').next().expect("a program")).parent().expect("a folder").to_owned();
    let running = || folder.join("data/postmaster.pid").exists();
    // Twice: the server that it started has ended again.
    for _ in 0..2 {
        assert!(!running());
        assert_eq!(opened(line, "-Atc 'SELECT title FROM notes'"), ("x\nx\n".to_owned(), true));
    }
    // What the environment says of another server is not heeded, and what fails says so.
    let (said, succeeded) = opened(&format!("PGHOSTADDR=192.0.2.1 PGSSLMODE=require {line}"), "-c 'SELECT nothing'");
    assert!(said.contains("column \"nothing\" does not exist") && !succeeded && !running(), "{said}");
    // Whoever uses the server while another ends is not thrown out.
    let (said, _) = opened(line, &format!("-Atc \"\\! {line} -Atc 'SELECT 1'\" -c 'SELECT 2'"));
    assert_eq!(said, "1\n2\n");
    assert!(!running());

    let cleaned = phasegate(here, &["server", "clean", "--kept", labelled(&ran.stdout, "folder")]);
    assert_eq!(cleaned.stdout, format!("removed {}\n", folder.display()));
    assert!(!folder.exists());
    // The cache is no server that a run has kept.
    let status = phasegate(here, &["server", "status"]);
    assert!(status.stdout.contains("\u{2714} embedded"), "{}", status.stdout);
}
