//! `phasegate adopt` from end to end, and the runs that go before it and after it.

use std::{fs, path::Path, process::Command};

use serde_json::Value;

use crate::{
    phasegate::{Ran, labelled, phasegate, ran},
    run::runs_in,
    settings::without_settings,
    workspace::{change, on_postgres, put, workspace},
};

const FIRST_GATE: &str = "forensic-tests/suites/notes/gates/1-author/1.1-author.toml";
const LATER_GATE: &str = "forensic-tests/suites/notes/gates/1-author/1.later-names.toml";
const FIRST_PHASE: &str = "fixtures/notes/phases/1.sql";

/// A gate full of comments, of whose checks three ask for what is seen.
const ASKS: &str = r#"# SPDX: nobody's

id = "1.1"                    # the gate
claim   =   "every note has an author"   # three blanks

# --- rows ---
[[check]]
id = "1.1.1"
title = "old notes are anonymous"
query = "SELECT author, NULL FROM notes ORDER BY id" # in order
# Whatever they are.
adopt = true # for now

# --- a check that nobody asked for ---
[[check]]
id = "1.1.2"
title = "there are two"
query = '''
SELECT count(*) -- not a comment of TOML
FROM notes'''
rows = [ [ 2 ] ]      # as written by hand
fails = { when = "DELETE FROM notes WHERE id = 1", reason = "rows-differ" }


# --- the catalog ---
[[check]]
id = "1.1.3"
title = "what lies on notes"
exactly = ["notes"]
adopt = true
[check.catalog] # of the whole table
# Objects.

# --- the changes ---
[[check]]
id = "1.1.4"
title = "what the phase changes"
changes = {}
adopt = true
# The end.
"#;

/// The same gate once they have been adopted.
fn adopted() -> String {
    let rows = "rows = [\n    [\"anonymous\", '\\N'],\n    [\"anonymous\", '\\N'],\n]";
    let objects = "\"column notes.author\" = \"TEXT NOT NULL DEFAULT 'anonymous'\"\n\"column notes.id\" = \"INTEGER PRIMARY KEY 1\"\n\
                   \"column notes.text\" = \"TEXT NOT NULL\"\n";
    let changes = "changes = {\n    add = { \"column notes.author\" = \"TEXT NOT NULL DEFAULT 'anonymous'\" },\n    \
                   alter = { \"order notes\" = \"id, text, author\" },\n}\n";
    ASKS.replace("adopt = true # for now", &format!("{rows} # for now"))
        .replace(
            "adopt = true\n[check.catalog] # of the whole table\n",
            &format!("[check.catalog] # of the whole table\n{objects}"),
        )
        .replace("changes = {}\nadopt = true\n", changes)
}

/// Puts the gate into the workspace, whose second phase has no part in this.
fn asking(here: &Path) {
    put(here, FIRST_GATE, ASKS);
    fs::remove_file(here.join("fixtures/notes/defects/1.1.1.sql")).expect("removable");
}

fn read(here: &Path, file: &str) -> String {
    fs::read_to_string(here.join(file)).expect("readable")
}

fn run(here: &Path, args: &[&str]) -> (Ran, String) {
    let ran = phasegate(here, &[&["run"], args].concat());
    let folder = labelled(&ran.stdout, "folder").to_owned();
    let verified = phasegate(here, &["verify", &folder]);
    assert_eq!(verified.code, 0, "{}", verified.stdout);
    (ran, folder)
}

fn adopt(here: &Path, folder: &str, args: &[&str]) -> Ran {
    phasegate(here, &[&["adopt", folder], args].concat())
}

/// The checks that failed, each with the word of its reason.
fn failed(ran: &Ran) -> Vec<&str> {
    ran.stderr.lines().filter_map(|line| line.trim().strip_prefix("failed ")).collect()
}

/// The database that a failed run kept of its first phase.
fn kept(ran: &Ran) -> Option<&str> {
    ran.stdout.split("for 1.1.1, ").nth(1)?.lines().next()?.split(": ").nth(1)
}

#[test]
fn what_asks_to_be_adopted_fails_then_holds_and_then_fails_by_a_neighbouring_change() {
    let workspace = workspace();
    let here = workspace.path();
    asking(here);
    let (ran, folder) = run(here, &[]);
    assert_eq!(ran.code, 1, "{}", ran.stdout);
    assert_eq!(failed(&ran), ["1.1.1: not-adopted", "1.1.3: not-adopted", "1.1.4: not-adopted"]);
    assert!(ran.stdout.contains(&format!("if right    phasegate adopt {folder} 1.1.3\n")), "{}", ran.stdout);

    // Without a terminal and without a word, it is only shown.
    let shown = adopt(here, &folder, &[]);
    assert_eq!((shown.code, read(here, FIRST_GATE).as_str()), (1, ASKS), "{}", shown.stderr);
    assert!(shown.stdout.contains("\n-changes = {}\n-adopt = true\n+changes = {\n"), "{}", shown.stdout);
    assert!(
        shown.stdout.ends_with("not written: 1.1.1, 1.1.3, 1.1.4; --yes writes what is shown\n"),
        "{}",
        shown.stdout
    );

    let written = adopt(here, &folder, &["--yes"]);
    assert_eq!(written.code, 0, "{}", written.stderr);
    assert!(
        written.stdout.ends_with("adopted: 1.1.1, 1.1.3, 1.1.4; run them: phasegate run notes\n"),
        "{}",
        written.stdout
    );
    assert_eq!(read(here, FIRST_GATE), adopted());

    let (passed, _) = run(here, &[]);
    assert_eq!(passed.code, 0, "{}{}", passed.stdout, passed.stderr);
    // A neighbour of what was adopted is no longer what was adopted.
    let phase = read(here, FIRST_PHASE);
    for (more, expected) in [
        ("UPDATE notes SET author = 'x' WHERE id = 2;", &["1.1.1: rows-differ"][..]),
        ("ALTER TABLE notes ADD COLUMN more TEXT;", &["1.1.3: unexpected", "1.1.4: undeclared-change"]),
        ("CREATE TABLE more (id INTEGER);", &["1.1.4: undeclared-change"]),
    ] {
        put(here, FIRST_PHASE, &format!("{phase}{more}\n"));
        let (ran, _) = run(here, &[]);
        assert_eq!((ran.code, failed(&ran)), (1, expected.to_vec()), "{more}");
    }
}

#[test]
fn only_the_checks_that_are_named_are_touched() {
    let workspace = workspace();
    let here = workspace.path();
    asking(here);
    let (_, folder) = run(here, &[]);
    let written = adopt(here, &folder, &["notes/1.1.4", "--yes", "--format", "json"]);
    let answer: Value = serde_json::from_str(&written.stdout).expect("one object");
    assert_eq!((written.code, &answer["written"]), (0, &Value::Bool(true)), "{}", written.stderr);
    assert_eq!(answer["adopted"], serde_json::json!([{"suite": "notes", "check": "1.1.4"}]));
    let after = read(here, FIRST_GATE);
    let [(others, own), (others_then, own_then)] =
        [&after, ASKS].map(|text| text.split_once("# --- the changes ---").expect("the comment"));
    assert_eq!((others, own.contains("adopt")), (others_then, false));
    assert_ne!(own, own_then);
}

#[test]
fn a_failed_check_is_adopted_without_asking_for_it_and_what_passed_is_left() {
    let workspace = workspace();
    let here = workspace.path();
    put(here, FIRST_PHASE, "ALTER TABLE notes ADD COLUMN author TEXT NOT NULL DEFAULT 'nobody';\n");
    let before = read(here, FIRST_GATE);
    let others = [read(here, LATER_GATE), read(here, "forensic-tests/suites/notes/gates/2-title/2.1-title.toml")];
    let (ran, folder) = run(here, &["--keep-going"]);
    assert_eq!(failed(&ran), ["1.1.1: rows-differ"]);
    assert_eq!(adopt(here, &folder, &["--yes"]).code, 0);
    let rows = "rows = [[\"anonymous\"], [\"anonymous\"]]";
    assert_eq!(read(here, FIRST_GATE), before.replace(rows, &rows.replace("anonymous", "nobody")));
    let after = [read(here, LATER_GATE), read(here, "forensic-tests/suites/notes/gates/2-title/2.1-title.toml")];
    assert_eq!(after, others);
    assert_eq!(run(here, &[]).0.code, 0);
}

#[test]
fn a_run_that_keeps_going_observes_every_phase_and_has_failed_for_everybody() {
    let workspace = workspace();
    let here = workspace.path();
    asking(here);
    let (stopped, _) = run(here, &[]);
    assert!(!stopped.stderr.contains("phase 2"), "{}", stopped.stderr);
    let (ran, folder) = run(here, &["--keep-going"]);
    assert_eq!(ran.code, 1, "{}", ran.stdout);
    assert!(ran.stderr.contains("phase 2: notes: title\n    applied: 1 statement"), "{}", ran.stderr);
    let says = "kept going although the gates of phase 1 did not open (--keep-going)";
    assert!(ran.stdout.contains(says) && !ran.stdout.contains("--resume"), "{}", ran.stdout);
    for report in ["md", "html", "json"] {
        let report = phasegate(here, &["report", &folder, "--to", report]);
        assert!(report.stdout.contains(says), "{}", report.stdout);
    }
    let plan: Value = serde_json::from_str(&read(here, &format!("{folder}/plan.json"))).expect("JSON");
    assert_eq!(plan["keep_going"], true);
    // Each state that shows why a phase failed is still there, the first one too.
    let kept = kept(&ran).expect("a database");
    let file = kept.strip_prefix("sqlite:").filter(|file| file.ends_with("after_1/state.db"));
    assert!(file.is_some_and(|file| Path::new(file).is_file()), "{kept}");

    assert_eq!(phasegate(here, &["verify", &folder, "--require", "passed"]).code, 1);
    assert_eq!(phasegate(here, &["keygen", "me"]).code, 0);
    let signing = ["--role", "implementer", "--name", "Ada", "--meaning", "authorship", "--key", "me"];
    for phase in [&[][..], &["--phase", "2"]] {
        let signed = phasegate(here, &[&["sign", &folder], &signing[..], phase].concat());
        assert_eq!(signed.code, 1, "{}{}", signed.stdout, signed.stderr);
        assert!(signed.stderr.contains("not signed: it came to failed"), "{}", signed.stderr);
    }
    let resumed = phasegate(here, &["run", "--resume", &folder, "--database-url", kept]);
    assert_eq!(resumed.code, 5, "{}", resumed.stderr);
    assert!(resumed.stderr.contains("kept going after a failed phase, and stopped nowhere"), "{}", resumed.stderr);
    let both = phasegate(here, &["run", "--resume", &folder, "--keep-going"]);
    assert_eq!(both.code, 2, "{}", both.stderr);
}

#[test]
fn keeping_going_stops_at_a_phase_that_does_not_apply() {
    let workspace = workspace();
    let here = workspace.path();
    asking(here);
    change(here, "fixtures/notes/phases/2.sql", "notes", "nothing");
    let (ran, folder) = run(here, &["--keep-going"]);
    assert_eq!(ran.code, 4, "{}", ran.stdout);
    assert!(ran.stdout.contains("phase-failed: phase 2 did not apply"), "{}", ran.stdout);
    // What was seen before it can be adopted, and is not all that the suite has.
    assert_eq!(adopt(here, &folder, &["--yes"]).code, 0);
    assert_eq!(read(here, FIRST_GATE), adopted());
}

#[test]
fn what_cannot_be_adopted_is_refused_in_these_words_and_nothing_is_written() {
    let workspace = workspace();
    let here = workspace.path();
    asking(here);
    put(
        here,
        FIRST_GATE,
        &format!(
            "{ASKS}[[check]]\nid = \"1.1.n${{n}}\"\ntitle = \"t\"\neach = [{{ n = \"1\" }}]\nquery = \"SELECT ${{n}}\"\nrows = [[2]]\n"
        ),
    );
    change(here, "forensic-tests/suites/notes/gates/2-title/2.1-title.toml", "rows = [[\"2\"]]", "adopt = true");
    let (ran, folder) = run(here, &[]);
    assert!(ran.stderr.contains("    failed: 2 of 7 checks (1 not applicable)\n"), "{}", ran.stderr);
    let before = read(here, FIRST_GATE);
    let single = "has no single place: write the expectation by hand, or the check as one of its own";
    for (check, why) in [
        ("1.1.2", "check 1.1.2 passed: there is nothing to adopt"),
        ("1.1.n1", &format!("check 1.1.n1 stands for one row of several (`each`), and {single}")),
        ("1.later.1", "check 1.later.1 is of kind `accepts`: only changes, catalog and rows can become what was seen"),
        ("1.later.2", "check 1.later.2 came to not-applicable (server-lacks: "),
        ("2.1.1", "check 2.1.1 was not reached in this run: run it again with --keep-going"),
        ("9", "it has no check 9; `phasegate list SUITE` shows the checks"),
    ] {
        let refused = adopt(here, &folder, &["1.1.4", check, "--yes"]);
        assert_eq!(refused.code, 2, "{check}: {}", refused.stdout);
        let error = format!("error: nothing is adopted from {folder}: {why}");
        assert!(refused.stderr.starts_with(&error), "{}", refused.stderr);
    }
    assert_eq!(read(here, FIRST_GATE), before);
    // Where none is named, the others are not held up by it, and nobody takes it for all.
    let others = adopt(here, &folder, &[]);
    assert_eq!(others.code, 1, "{}", others.stdout);
    assert!(
        others.stdout.ends_with("not written: 1.1.1, 1.1.3, 1.1.4; --yes writes what is shown\n"),
        "{}",
        others.stdout
    );
    assert!(others.stderr.contains("left as it is: check 1.1.n1 stands for one row"), "{}", others.stderr);
    assert!(others.stderr.contains("left as it is: check 2.1.1 was not reached"), "{}", others.stderr);

    change(here, FIRST_PHASE, "anonymous", "nobody");
    let changed = adopt(here, &folder, &["--yes"]);
    let why = "fixtures/phases/1.sql of suite notes changed since then: run the suite again\n";
    assert_eq!((changed.code, changed.stderr), (2, format!("error: nothing is adopted from {folder}: {why}")));
    change(here, FIRST_PHASE, "nobody", "anonymous");

    let database = kept(&ran).expect("a file");
    let alone = phasegate(here, &["check", "notes", "--through", "1", "--database-url", database]);
    let gates = labelled(&alone.stdout, "folder");
    let refused = adopt(here, gates, &["--yes"]);
    assert!(refused.code == 2 && refused.stderr.contains("it judged gates alone"), "{}", refused.stderr);

    change(here, &format!("{folder}/events.jsonl"), "rows", "r0ws");
    let forged = adopt(here, &folder, &["--yes"]);
    let verify = format!("it does not verify; `phasegate verify {folder}` says why\n");
    assert_eq!((forged.code, forged.stderr), (5, format!("error: nothing is adopted from {folder}: {verify}")));
    assert_eq!(read(here, FIRST_GATE), before);
    assert_eq!(runs_in(here), 2);
}

#[test]
fn what_would_not_pass_by_what_it_saw_is_left() {
    let workspace = workspace();
    let here = workspace.path();
    for (seen, why) in [
        ("SELECT author FROM notes WHERE id > 9", "cannot expect what it saw: "),
        ("SELECT '\\N'", "would not pass by what it saw: rows-differ: "),
        ("SELECT '${name}'", "cannot expect what it saw: "),
    ] {
        let id = "id = \"1.1\"\nclaim = \"c\"\n[[check]]\nid = \"1.1.1\"\ntitle = \"t\"\nadopt = true\n";
        // SQL builds the name, so that it stands in no file before it is seen.
        let query = seen.replace("'${name}'", "'$' || '{name}'");
        put(here, FIRST_GATE, &format!("{id}query = '''{query}'''\n"));
        drop(fs::remove_file(here.join("fixtures/notes/defects/1.1.1.sql")));
        let (_, folder) = run(here, &[]);
        let left = adopt(here, &folder, &["--yes"]);
        assert_eq!((left.code, left.stdout.as_str()), (1, "nothing to adopt\n"), "{seen}: {}", left.stderr);
        assert!(left.stderr.starts_with(&format!("left as it is: check 1.1.1 {why}")), "{}", left.stderr);
        assert!(read(here, FIRST_GATE).contains("adopt = true"), "{seen}");
    }
}

#[test]
fn on_a_terminal_it_is_written_only_once_somebody_has_agreed() {
    let workspace = workspace();
    let here = workspace.path();
    asking(here);
    let (_, folder) = run(here, &[]);
    for (answer, code, expected) in [("n\n", 1, ASKS.to_owned()), ("\n", 1, ASKS.to_owned()), ("y\n", 0, adopted())] {
        put(here, "answer", answer);
        let typed = format!("{} adopt {folder}", env!("CARGO_BIN_EXE_phasegate"));
        let args = ["--quiet", "--return", "--command", &typed, "/dev/null"];
        let mut terminal: Command = without_settings(Path::new("script"), here, &args);
        terminal.stdin(fs::File::open(here.join("answer")).expect("readable"));
        let ran = ran(&mut terminal);
        assert_eq!(ran.code, code, "{}{}", ran.stdout, ran.stderr);
        assert!(ran.stdout.contains("shall it be written into 3 checks? [y/N]"), "{}", ran.stdout);
        assert_eq!(read(here, FIRST_GATE), expected, "{answer:?}");
    }
}

/// What PostgreSQL prints of functions, triggers, policies and partial indexes is adopted word for word, and matches so.
#[test]
fn the_text_of_a_server_is_adopted_and_matches_literally() {
    let workspace = workspace();
    let here = workspace.path();
    on_postgres(here);
    asking(here);
    let phase = "ALTER TABLE notes ADD COLUMN author text NOT NULL DEFAULT 'anonymous  ''two'' \"blanks\"';\n\
        CREATE FUNCTION guard() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NEW; END $$;\n\
        CREATE TRIGGER guard BEFORE INSERT ON notes FOR EACH ROW WHEN (NEW.id > 0) EXECUTE FUNCTION guard();\n\
        CREATE INDEX by_author ON notes (lower(author)) WHERE author <> 'x\ny';\n\
        COMMENT ON TABLE notes IS 'two\nlines, and a \\ in \"them\"';\n\
        ALTER TABLE notes ENABLE ROW LEVEL SECURITY;\n\
        CREATE POLICY own ON notes USING (author = current_user);\n";
    put(here, FIRST_PHASE, phase);
    let (_, folder) = run(here, &["--server", "embedded"]);
    let written = adopt(here, &folder, &["--yes"]);
    assert_eq!(written.code, 0, "{}{}", written.stdout, written.stderr);
    assert_eq!(failed(&run(here, &["--server", "embedded"]).0), Vec::<&str>::new(), "{}", written.stdout);
    put(here, FIRST_PHASE, &phase.replace("NEW.id > 0", "NEW.id > 1"));
    let (other, _) = run(here, &["--server", "embedded"]);
    assert_eq!(failed(&other), ["1.1.3: differs", "1.1.4: differs"]);
}
