//! A run that goes on where an earlier one failed, and everything that keeps it from doing so.

use std::{fs, path::Path};

use crate::{
    phasegate::{Ran, labelled, phasegate, verifies},
    workspace::{change, put, workspace},
};

const SUITE: &str = "forensic-tests/suites/notes/suite.toml";
const BASELINE: &str = "fixtures/notes/baseline.sql";
const FIRST_PHASE: &str = "fixtures/notes/phases/1.sql";
const SECOND_PHASE: &str = "fixtures/notes/phases/2.sql";
const SECOND_GATE: &str = "forensic-tests/suites/notes/gates/2-title/2.1-title.toml";
const RIGHT: &str = "ALTER TABLE notes ADD COLUMN title TEXT;\n";
const REFUSED: &str = "ALTER TABLE notes ADD COLUMN title TEXT;\nALTER TABLE note ADD COLUMN title TEXT;\n";
/// Applies, and its gate does not open.
const WRONG: &str = "ALTER TABLE notes ADD COLUMN title TEXT;\nUPDATE notes SET title = 'x';\n";

/// A run that failed, and the database that it left.
struct Stopped {
    run: String,
    url: String,
}

/// Runs with this second phase, which ends with this code.
fn stopped(here: &Path, second_phase: &str, code: i32) -> Stopped {
    put(here, SECOND_PHASE, second_phase);
    left_by(&phasegate(here, &["run", "notes"]), code)
}

fn left_by(ran: &Ran, code: i32) -> Stopped {
    assert_eq!(ran.code, code, "{}{}", ran.stdout, ran.stderr);
    let kept = ran.stdout.split("  kept, to look at\n").nth(1).expect("something is kept");
    let url = kept.lines().find_map(|line| line.split_once("sqlite:")).expect("a database").1;
    Stopped { run: labelled(&ran.stdout, "folder").to_owned(), url: format!("sqlite:{}", url.trim()) }
}

fn resume(here: &Path, stopped: &Stopped) -> Ran {
    phasegate(here, &["run", "--resume", &stopped.run, "--database-url", &stopped.url])
}

fn passes(here: &Path, ran: &Ran) {
    assert_eq!(ran.code, 0, "{}{}", ran.stdout, ran.stderr);
    verifies(here, ran);
}

/// The steps of the implementation log: name, status and notes.
fn log(here: &Path, run: &str) -> Vec<[String; 3]> {
    let page = fs::read_to_string(here.join(run).join("report.md")).expect("readable");
    let rows = page.lines().filter(|line| line.starts_with("| STEP"));
    let cells = rows.map(|row| row.split('|').map(|cell| cell.trim().to_owned()).collect::<Vec<_>>());
    cells.map(|cells| [cells[1].clone(), cells[4].clone(), cells[5].clone()]).collect()
}

#[test]
fn a_run_goes_on_with_the_phase_that_did_not_apply_and_comes_to_what_the_uninterrupted_one_does() {
    let workspace = workspace();
    let here = workspace.path();
    let failed = stopped(here, REFUSED, 4);
    let statuses = |run: &str| log(here, run).into_iter().map(|[_, status, _]| status).collect::<Vec<_>>();
    assert_eq!(statuses(&failed.run), ["SUCCESS", "SUCCESS", "FAILED (did not apply)"]);
    put(here, SECOND_PHASE, RIGHT);
    let ran = resume(here, &failed);
    passes(here, &ran);
    let name = Path::new(&failed.run).file_name().expect("a name").to_string_lossy().into_owned();
    let said: String = ran.stdout.split_whitespace().collect::<Vec<_>>().join(" ");
    let line = "taken over from there: the baseline and phase 1; changed since then: fixtures/phases/2.sql";
    assert!(said.contains(&format!("resumes run {name} (head digest ")) && said.contains(line), "{}", ran.stdout);
    assert!(ran.stderr.contains(&format!("goes on with phase 2, where {name} stopped")), "{}", ran.stderr);
    assert!(!ran.stderr.contains("phase 1: notes"), "{}", ran.stderr);
    let run = labelled(&ran.stdout, "folder").to_owned();
    let notes: Vec<String> =
        log(here, &run).into_iter().map(|[_, status, notes]| format!("{status}: {notes}")).collect();
    assert_eq!(
        notes,
        [
            "SUCCESS: taken over from an earlier run; baseline and legacy rows in place",
            "SUCCESS: taken over from an earlier run; notes: author; 1 statement; gates 2/2",
            "SUCCESS: notes: title; 1 statement; gates 1/1",
        ]
    );
    let verified = phasegate(here, &["verify", &run]);
    let said: String = verified.stdout.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(said.contains("which lies beside it and was held against it"), "{}", verified.stdout);
    // The same plan, the same verdicts, the same catalogs.
    let anew = phasegate(here, &["run", "notes"]);
    assert_eq!(labelled(&ran.stdout, "result digest"), labelled(&anew.stdout, "result digest"));
}

#[test]
fn the_first_phase_is_gone_on_from_with_the_baseline_alone() {
    let workspace = workspace();
    let here = workspace.path();
    put(here, FIRST_PHASE, "ALTER TABLE note ADD COLUMN author TEXT;\n");
    let failed = stopped(here, RIGHT, 4);
    let statuses: Vec<String> = log(here, &failed.run).into_iter().map(|[_, status, _]| status).collect();
    assert_eq!(statuses, ["SUCCESS", "FAILED (did not apply)", "NOT RUN"]);
    put(here, FIRST_PHASE, "ALTER TABLE notes ADD COLUMN author TEXT NOT NULL DEFAULT 'anonymous';\n");
    let ran = resume(here, &failed);
    passes(here, &ran);
    let said: String = ran.stdout.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(said.contains("taken over from there: the baseline; changed since then: fixtures/phases/1.sql"), "{said}");
}

#[test]
fn a_phase_whose_gate_did_not_open_is_judged_again_by_the_mended_gate_and_not_applied_again() {
    let workspace = workspace();
    let here = workspace.path();
    change(here, SECOND_GATE, "[[\"2\"]]", "[[\"3\"]]");
    let failed = stopped(here, RIGHT, 1);
    change(here, SECOND_GATE, "[[\"3\"]]", "[[\"2\"]]");
    let ran = resume(here, &failed);
    passes(here, &ran);
    let steps = log(here, labelled(&ran.stdout, "folder"));
    assert_eq!(steps[2][2], "applied in an earlier run, judged here; notes: title; 1 statement; gates 1/1");
}

#[test]
fn a_phase_whose_gate_did_not_open_is_applied_again_on_what_it_left_when_it_was_mended() {
    let workspace = workspace();
    let here = workspace.path();
    let failed = stopped(here, WRONG, 1);
    put(here, SECOND_PHASE, "UPDATE notes SET title = NULL;\n");
    let ran = resume(here, &failed);
    passes(here, &ran);
    assert_eq!(log(here, labelled(&ran.stdout, "folder"))[2][2], "notes: title; 1 statement; gates 1/1");
}

/// What a command reads is as much of it as its words are.
#[test]
fn a_phase_that_is_a_command_is_applied_again_when_what_it_reads_or_finds_is_another() {
    type Mend = fn(&Path);
    let judged = "applied in an earlier run, judged here; notes: title; 1 statement; gates 1/1";
    let anew = "notes: title; 1 statement; gates 1/1";
    let mends: [(Mend, &str); 6] = [
        (|_| (), judged),
        (|here| put(here, "fixtures/notes/up.sh", "true # mended\n"), anew),
        (|here| put(here, "fixtures/notes/all/a.py", "mended"), anew),
        (|here| fs::remove_file(here.join("fixtures/notes/all/b.py")).expect("removable"), anew),
        (|here| put(here, "fixtures/notes/own/a.py", "mended"), anew),
        (|here| change(here, SUITE, "A = \"own\"", "A = \"mended\""), anew),
    ];
    for (index, (mend, expected)) in mends.into_iter().enumerate() {
        let workspace = workspace();
        let here = workspace.path();
        let command = "up = { command = [\"sh\", \"up.sh\"] }\ninputs = [\"own/*\"]\nenv = { A = \"own\" }";
        change(here, SUITE, "up = \"phases/2.sql\"", command);
        change(here, SUITE, "[server]", "inputs = [\"all/*\"]\n[server]");
        change(here, FIRST_PHASE, "ALTER", &format!("{RIGHT}ALTER"));
        fs::remove_file(here.join(SECOND_PHASE)).expect("removable");
        for (name, text) in [("up.sh", "true\n"), ("all/a.py", ""), ("all/b.py", ""), ("own/a.py", "")] {
            put(here, &format!("fixtures/notes/{name}"), text);
        }
        change(here, SECOND_GATE, "[[\"2\"]]", "[[\"3\"]]");
        let failed = left_by(&phasegate(here, &["run", "notes"]), 1);
        change(here, SECOND_GATE, "[[\"3\"]]", "[[\"2\"]]");
        mend(here);
        let ran = resume(here, &failed);
        passes(here, &ran);
        assert_eq!(log(here, labelled(&ran.stdout, "folder"))[2][2], expected, "mend {index}");
    }
}

#[test]
fn a_phase_that_passed_is_not_gone_on_from_when_what_its_command_alone_reads_or_finds_is_another() {
    type Change = fn(&Path);
    let changes: [(Change, &str); 5] = [
        (|here| put(here, "fixtures/notes/up.sh", "true # changed\n"), "applied another "),
        (|here| put(here, "fixtures/notes/own/a.py", "changed"), "applied another "),
        (|here| put(here, "fixtures/notes/own/b.py", ""), "knew no own/b.py, which the suite names now in phase 1"),
        (|here| change(here, SUITE, "A = \"own\"", "A = \"changed\""), "applied other files in phase 1"),
        (|here| change(here, SUITE, "B = \"all\"", "B = \"changed\""), "gave its commands another environment"),
    ];
    for (change_it, expected) in changes {
        let workspace = workspace();
        let here = workspace.path();
        let command = "up = { command = [\"sh\", \"up.sh\"] }\ninputs = [\"own/*\"]\nenv = { A = \"own\" }";
        change(here, SUITE, "up = \"phases/1.sql\"", command);
        change(here, SUITE, "[server]", "env = { B = \"all\" }\n[server]");
        let first = fs::read_to_string(here.join(FIRST_PHASE)).expect("readable");
        let baseline = fs::read_to_string(here.join(BASELINE)).expect("readable");
        put(here, BASELINE, &format!("{baseline}{first}"));
        fs::remove_file(here.join(FIRST_PHASE)).expect("removable");
        put(here, "fixtures/notes/up.sh", "true\n");
        put(here, "fixtures/notes/own/a.py", "");
        let failed = stopped(here, REFUSED, 4);
        put(here, SECOND_PHASE, RIGHT);
        change_it(here);
        let ran = resume(here, &failed);
        assert_eq!(ran.code, 5, "{}{}", ran.stdout, ran.stderr);
        assert!(ran.stderr.contains(expected), "{}", ran.stderr);
    }
}

#[test]
fn what_the_failed_phase_left_of_a_phase_without_a_transaction_is_gone_on_from() {
    let workspace = workspace();
    let here = workspace.path();
    change(here, SUITE, "up = \"phases/2.sql\"", "up = \"phases/2.sql\"\ntransaction = \"none\"");
    let failed = stopped(here, REFUSED, 4);
    put(here, SECOND_PHASE, RIGHT);
    // It is there already.
    let again = left_by(&resume(here, &failed), 4);
    put(here, SECOND_PHASE, "UPDATE notes SET title = NULL;\n");
    for stopped in [&failed, &again] {
        passes(here, &resume(here, stopped));
    }
}

#[test]
fn a_run_that_was_resumed_and_failed_again_is_resumed_again() {
    let workspace = workspace();
    let here = workspace.path();
    let first = stopped(here, REFUSED, 4);
    put(here, SECOND_PHASE, WRONG);
    let second = left_by(&resume(here, &first), 1);
    put(here, SECOND_PHASE, "UPDATE notes SET title = NULL;\n");
    let ran = resume(here, &second);
    passes(here, &ran);
    assert_eq!(log(here, labelled(&ran.stdout, "folder"))[1][1], "SUCCESS");
    // The first one can still be gone on from, in another way.
    put(here, SECOND_PHASE, RIGHT);
    passes(here, &resume(here, &first));
}

#[test]
fn the_way_back_is_proved_from_the_rows_that_the_earlier_run_recorded() {
    let gate = |phase: &str| {
        format!(
            "id = \"{phase}.way\"\nclaim = \"there is a way back\"\nrequirement = []\nadded = true\n[[check]]\nid = \"{phase}.way.1\"\n\
             title = \"down and up again\"\nrollback = {{ tables = [\"notes\"] }}\n"
        )
    };
    // Down to the baseline, and down to where an earlier proof goes on.
    for proved in [&[("2", "2-title")][..], &[("1", "1-author"), ("2", "2-title")]] {
        let workspace = workspace();
        let here = workspace.path();
        for (phase, column) in [("1", "author"), ("2", "title")] {
            put(
                here,
                &format!("fixtures/notes/phases/{phase}-down.sql"),
                &format!("ALTER TABLE notes DROP COLUMN {column};\n"),
            );
            let up = format!("up = \"phases/{phase}.sql\"");
            change(here, SUITE, &up, &format!("{up}\ndown = \"phases/{phase}-down.sql\""));
        }
        for (phase, slug) in proved {
            put(here, &format!("forensic-tests/suites/notes/gates/{slug}/{phase}.way-back.toml"), &gate(phase));
        }
        let failed = stopped(here, REFUSED, 4);
        put(here, SECOND_PHASE, RIGHT);
        let ran = resume(here, &failed);
        passes(here, &ran);
        let anew = phasegate(here, &["run", "notes"]);
        assert_eq!(labelled(&ran.stdout, "result digest"), labelled(&anew.stdout, "result digest"));
    }
}

/// What keeps a run from going on: done to the workspace and to what the failed run left.
type Obstacle = fn(&Path, &mut Stopped);

#[test]
fn what_the_folder_does_not_prove_is_refused_and_leaves_nothing() {
    let obstacles: [(Obstacle, &str); 14] = [
        (
            |here, stopped| put(here, &format!("{}/report.md", stopped.run), "passed"),
            "does not verify, and proves nothing: `phasegate verify",
        ),
        (
            |here, stopped| change(here, &format!("{}/events.jsonl", stopped.run), "anonymous", "anonymouse"),
            "does not verify, and proves nothing",
        ),
        (
            |here, stopped| change(here, &format!("{}/plan.json", stopped.run), "\"format\":2", "\"format\":3"),
            "does not verify, and proves nothing",
        ),
        (
            |here, stopped| {
                change(here, BASELINE, ");\nINSERT", ");\nCREATE TABLE more (id INTEGER PRIMARY KEY);\nINSERT");
                stopped.url = self::stopped(here, REFUSED, 4).url;
                change(here, BASELINE, "CREATE TABLE more (id INTEGER PRIMARY KEY);\n", "");
            },
            "left another catalog than the database has: column more.id, ",
        ),
        (
            |here, stopped| {
                change(here, BASELINE, "('b')", "('c')");
                stopped.url = self::stopped(here, REFUSED, 4).url;
                change(here, BASELINE, "('c')", "('b')");
            },
            "recorded other rows than the database has: notes (2 rows, with other values): name the database",
        ),
        (
            |here, stopped| {
                // As if somebody had written a note into it.
                change(here, SUITE, "up = \"phases/2.sql\"", "up = \"phases/2.sql\"\ntransaction = \"none\"");
                let note = "INSERT INTO notes (text) VALUES ('c');\nALTER TABLE note ADD COLUMN title TEXT;\n";
                stopped.url = self::stopped(here, note, 4).url;
                put(here, SECOND_PHASE, RIGHT);
            },
            "notes (2 rows then, 3 now)",
        ),
        (
            |here, _| change(here, FIRST_PHASE, "'anonymous'", "'nobody'"),
            "phases/1.sql in phase 1 than lies here: put it back as it was; to begin anew, type: phasegate run notes",
        ),
        (|here, _| change(here, BASELINE, "('b')", "('c')"), "baseline.sql in the baseline than lies here"),
        (
            |here, _| {
                put(here, "fixtures/notes/phases/other.sql", "SELECT 1;\n");
                change(here, SUITE, "\"phases/1.sql\"", "[\"phases/1.sql\", \"phases/other.sql\"]");
            },
            "knew no phases/other.sql, which the suite names now in phase 1: put the suite back",
        ),
        (
            |here, _| {
                change(here, "forensic-tests/suites/notes/gates/1-author/1.1-author.toml", "old notes", "some notes")
            },
            "judged phase 1 by other gates or findings than are at hand: put them back",
        ),
        (
            |here, stopped| stopped.run = labelled(&phasegate(here, &["run", "notes"]).stdout, "folder").to_owned(),
            "came to its end: nothing failed in suite notes",
        ),
        (
            |here, stopped| {
                put(here, SECOND_PHASE, REFUSED);
                stopped.run = labelled(&phasegate(here, &["prove", "notes"]).stdout, "folder").to_owned();
            },
            "is no run of `phasegate run`",
        ),
        (
            |here, stopped| {
                change(here, BASELINE, "INSERT INTO notes", "INSERT INTO note");
                *stopped = left_by(&phasegate(here, &["run", "notes"]), 4);
            },
            "has no baseline of suite notes",
        ),
        (
            |_, stopped| fs::remove_file(stopped.url.trim_start_matches("sqlite:")).expect("removable"),
            "left a database that cannot be taken up",
        ),
    ];
    for (obstacle, why) in obstacles {
        let workspace = workspace();
        let here = workspace.path();
        let mut failed = stopped(here, REFUSED, 4);
        put(here, SECOND_PHASE, RIGHT);
        obstacle(here, &mut failed);
        let runs = || fs::read_dir(here.join("reports/runs")).expect("runs").count();
        let before = runs();
        let ran = resume(here, &failed);
        assert_eq!(ran.code, 5, "{why}: {}{}", ran.stdout, ran.stderr);
        assert!(ran.stderr.contains(why), "{why}: {}", ran.stderr);
        assert_eq!(runs(), before, "{why}");
    }
}

#[test]
fn rows_that_the_failed_phase_changed_are_gone_and_nothing_is_compared_with_them() {
    let workspace = workspace();
    let here = workspace.path();
    let failed = stopped(here, &format!("{WRONG}UPDATE notes SET text = 'z';\n"), 1);
    put(here, SECOND_PHASE, "UPDATE notes SET title = NULL;\n");
    let ran = resume(here, &failed);
    assert_eq!(ran.code, 5, "{}{}", ran.stdout, ran.stderr);
    assert!(
        ran.stderr.contains("recorded other rows before the failed phase than the database has: notes"),
        "{}",
        ran.stderr
    );
}

#[test]
fn a_run_is_resumed_with_a_database_that_is_named_and_of_its_kind() {
    let workspace = workspace();
    let here = workspace.path();
    let failed = stopped(here, REFUSED, 4);
    let ran = phasegate(here, &["run", "--resume", &failed.run]);
    assert_eq!(ran.code, 2, "{}", ran.stderr);
    assert!(ran.stderr.contains("name the database that the run left with --database-url"), "{}", ran.stderr);
    let ran = phasegate(here, &["run", "--resume", &failed.run, "--database-url", "postgresql://me@127.0.0.1:1/x"]);
    assert_eq!(ran.code, 5, "{}", ran.stderr);
    assert!(ran.stderr.contains("on sqlite: name its database as sqlite:PATH"), "{}", ran.stderr);
}

#[test]
fn verify_holds_a_resumed_run_against_the_one_that_lies_beside_it() {
    let workspace = workspace();
    let here = workspace.path();
    let failed = stopped(here, REFUSED, 4);
    let other = stopped(here, REFUSED, 4);
    put(here, SECOND_PHASE, RIGHT);
    let ran = resume(here, &failed);
    passes(here, &ran);
    let run = labelled(&ran.stdout, "folder");
    let away = here.join("away");
    fs::rename(here.join(&failed.run), &away).expect("movable");
    let verified = phasegate(here, &["verify", run]);
    assert_eq!(verified.code, 0, "{}", verified.stdout);
    assert!(verified.stdout.contains("not held against it"), "{}", verified.stdout);
    // Another run in its place does not have its digest.
    fs::rename(here.join(&other.run), here.join(&failed.run)).expect("movable");
    let verified = phasegate(here, &["verify", run]);
    assert_eq!(verified.code, 5, "{}", verified.stdout);
    assert!(verified.stdout.contains("[resume-foreign]"), "{}", verified.stdout);
}
