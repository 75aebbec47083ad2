//! What tells each tool that runs SQL, in which order its migrations come, and that what is written runs: on SQLite, which needs
//! no server.

use crate::{Claim, project::Project};

const NOTES: &str =
    "CREATE TABLE notes (id INTEGER PRIMARY KEY, body TEXT);\nINSERT INTO notes VALUES (1, 'a'), (2, 'b');\n";
const PINNED: &str = "ALTER TABLE notes ADD COLUMN pinned INTEGER NOT NULL DEFAULT 0;\n";
const UNPINNED: &str = "ALTER TABLE notes DROP COLUMN pinned;\n";
const GONE: &str = "DROP TABLE notes;\n";
const SQLITE: (&str, &str) = (".env", "DATABASE_URL=sqlite:notes.db\n");

pub(crate) fn claims() -> Vec<Claim> {
    vec![
        ("golang_migrate_is_told_by_go_mod", golang_migrate),
        ("diesel_is_told_by_its_folders", diesel),
        ("prisma_is_told_by_its_folders_and_goes_forward_only", prisma),
        ("dbmate_is_told_by_its_marks_and_both_ways_are_copied", dbmate),
        ("numbered_files_of_no_tool_are_taken_in_the_order_of_their_numbers", plain),
        ("a_baseline_that_lies_there_is_the_state_before", baseline),
        ("history_lies_behind_the_files_of_the_baseline_and_is_refused_where_it_cannot_be_laid", history),
        ("what_a_phase_does_to_rows_is_said_and_left_out_and_everything_else_is_held", rows),
        ("a_tool_that_cannot_be_told_is_asked_for", several),
        ("a_job_and_a_line_of_gitignore_are_written_once", beside),
    ]
}

/// The project is told as this tool's, and its suite passes as it was written.
fn passes(files: &[(&str, &str)], tool: &str, revisions: &[&str]) -> (Project, String) {
    let project = Project::of(&[&[SQLITE], files].concat());
    let told = project.init().stdout;
    assert!(told.starts_with(&format!("found  {tool}: ")), "{told}");
    let suite = project.text("phasegate/suite.toml");
    let written: Vec<&str> = suite.lines().filter_map(|line| line.strip_prefix("revision = ")).collect();
    let expected: Vec<String> = revisions.iter().map(|revision| format!("\"{revision}\"")).collect();
    assert_eq!(written, expected);
    assert_eq!(project.run(), (0, Vec::new()));
    (project, told)
}

fn golang_migrate() {
    let go = ("go.mod", "module notes\nrequire github.com/golang-migrate/migrate/v4 v4.17.0\n");
    let files = [
        go,
        ("db/migrations/1_notes.up.sql", NOTES),
        ("db/migrations/1_notes.down.sql", GONE),
        ("db/migrations/2_pinned.up.sql", PINNED),
        ("db/migrations/2_pinned.down.sql", UNPINNED),
    ];
    let (project, _) = passes(&files, "golang-migrate", &["1", "2"]);
    project.put("db/migrations/2_pinned.down.sql", "SELECT 1;\n");
    assert_eq!(project.run().1, [("2.3.1".to_owned(), "catalog-differs".to_owned())]);
}

fn diesel() {
    let files = [
        ("diesel.toml", "[print_schema]\nfile = \"src/schema.rs\"\n"),
        ("migrations/2024-01-01-100000_notes/up.sql", NOTES),
        ("migrations/2024-01-01-100000_notes/down.sql", GONE),
        ("migrations/2024-02-01-100000_pinned/up.sql", PINNED),
        ("migrations/2024-02-01-100000_pinned/down.sql", UNPINNED),
    ];
    passes(&files, "Diesel", &["20240101100000", "20240201100000"]);
}

fn prisma() {
    let files = [
        ("prisma/migrations/migration_lock.toml", "provider = \"sqlite\"\n"),
        ("prisma/migrations/20240101100000_notes/migration.sql", NOTES),
        ("prisma/migrations/20240201100000_pinned/migration.sql", PINNED),
    ];
    let (_, told) = passes(&files, "Prisma", &["20240101100000", "20240201100000"]);
    assert!(told.contains("phase 2 has no way back, and no gate asks for one"), "{told}");
}

fn dbmate() {
    let both = |up: &str, down: &str| format!("-- migrate:up\n{up}\n-- migrate:down\n{down}");
    let files = [
        ("db/migrations/20240101100000_notes.sql", &*both(NOTES, GONE)),
        ("db/migrations/20240201100000_pinned.sql", &*both(PINNED, UNPINNED)),
        ("db/schema.sql", "CREATE TABLE what_all_of_them_lead_to (id);\n"),
    ];
    let (project, told) = passes(&files, "dbmate", &["20240101100000", "20240201100000"]);
    assert!(told.contains("phases run the copies in phasegate/dbmate"), "{told}");
    assert!(project.text("phasegate/dbmate/20240201100000_pinned.down.sql").ends_with(UNPINNED));
}

fn plain() {
    let files = [
        ("sql/10_pinned.sql", PINNED),
        ("sql/10_pinned.down.sql", UNPINNED),
        ("sql/9_notes.sql", NOTES),
        ("sql/9_notes_down.sql", GONE),
        ("sql/reports/monthly.sql", "SELECT 1;\n"),
    ];
    let (project, _) = passes(&files, "plain SQL", &["9", "10"]);
    assert!(project.text("phasegate/suite.toml").contains("unread = [\"reports/**\"]\n"));
}

fn baseline() {
    let files = [
        ("db/baseline.sql", "CREATE TABLE notes (id INTEGER PRIMARY KEY, body TEXT);\n"),
        ("db/legacy.sql", "INSERT INTO notes VALUES (1, 'a');\n"),
        ("db/migrations/1_pinned.sql", PINNED),
        ("db/migrations/1_pinned.down.sql", UNPINNED),
    ];
    let (project, told) = passes(&files, "plain SQL", &["1"]);
    assert!(told.contains("the baseline is db/baseline.sql, db/legacy.sql"), "{told}");
    assert!(
        project.text("phasegate/gates/1-pinned/1.2-what-stays.toml").contains("unchanged = { tables = [\"notes\"] }")
    );
}

fn history() {
    let both = |up: &str, down: &str| format!("-- migrate:up\n{up}\n-- migrate:down\n{down}");
    let project = Project::of(&[
        SQLITE,
        ("db/migrations/1_tags.sql", &both("CREATE TABLE tags (tag TEXT);", "DROP TABLE tags;\n")),
        ("db/migrations/2_notes.sql", &both(NOTES, GONE)),
        ("db/migrations/3_pinned.sql", &both(PINNED, UNPINNED)),
        ("db/baseline.sql", "CREATE TABLE users (id INTEGER PRIMARY KEY);\n"),
    ]);
    for (through, why) in [
        ("9", "dbmate: no migration is `9`: the first is 1, the last 3"),
        ("3", "dbmate: no migration comes after 3, so that there would be no phase"),
    ] {
        let refused = project.phasegate(&["init", "--baseline", through]);
        assert_eq!((refused.code, refused.stderr), (2, format!("error: {why}\n")));
    }
    let told = project.phasegate(&["init", "--baseline", "2"]);
    assert!(
        told.stdout.contains("the baseline is db/baseline.sql, then the 2 migrations up to 2\n"),
        "{}",
        told.stdout
    );
    assert_eq!(project.run(), (0, Vec::new()));
    // A way back that nobody walks is not copied: it would be a file that nobody reads.
    let copies = project.texts().into_keys().filter(|name| name.starts_with("phasegate/dbmate/")).collect::<Vec<_>>();
    let expected = ["1_tags.up.sql", "2_notes.up.sql", "3_pinned.down.sql", "3_pinned.up.sql"];
    assert_eq!(copies, expected.map(|name| format!("phasegate/dbmate/{name}")));
    let alone = Project::of(&[("bin/rails", ""), ("db/migrate/1_notes.rb", ""), ("db/migrate/2_pinned.rb", "")]);
    let refused = alone.phasegate(&["init", "--baseline", "1"]).stderr;
    assert!(refused.contains("Rails: each of its commands runs one migration alone"), "{refused}");
}

fn rows() {
    let files = [
        (
            "migrations/1_all.sql",
            "CREATE TABLE notes (id INTEGER PRIMARY KEY, body TEXT, mood TEXT, old TEXT);\nCREATE TABLE tags (name TEXT);\n\
             CREATE TABLE drafts (id INTEGER PRIMARY KEY);\nINSERT INTO notes VALUES (1, 'a', 'x', 'p'), (2, 'b', 'y', 'q');\n\
             INSERT INTO tags VALUES ('t');\nINSERT INTO drafts VALUES (1);\n",
        ),
        ("migrations/2_mood.sql", "UPDATE notes SET mood = upper(mood);\nALTER TABLE notes DROP COLUMN old;\n"),
        ("migrations/3_more.sql", "INSERT INTO tags VALUES ('u');\n"),
        ("migrations/4_drafts.sql", "DROP TABLE drafts;\n"),
    ];
    let (project, told) = passes(&files, "plain SQL", &["1", "2", "3", "4"]);
    for remark in [
        "phase 2 changes or drops values that were there: notes.mood, notes.old; `unchanged` leaves them out",
        "phase 3 leaves the catalog as it is: its gate counts rows, and does not know their values",
        "phase 3 adds rows to tags, takes some out or changes all of them; `unchanged` leaves the table out",
        "phase 4 drops drafts with its rows; `unchanged` leaves it out",
    ] {
        assert!(told.contains(remark), "{told}");
    }
    let failed = |file: &str, text: &str| {
        let before = project.text(file);
        project.put(file, &format!("{before}{text}"));
        let mut failed = project.run().1;
        failed.retain(|(_, code)| code != "not-reached");
        project.put(file, &before);
        failed
    };
    let only = |check: &str, code: &str| vec![(check.to_owned(), code.to_owned())];
    assert_eq!(
        failed("migrations/2_mood.sql", "UPDATE notes SET body = 'c' WHERE id = 2;\n"),
        only("2.2.1", "rows-changed")
    );
    assert_eq!(failed("migrations/3_more.sql", "INSERT INTO tags VALUES ('v');\n"), only("3.1.1", "rows-differ"));
    assert_eq!(
        failed("migrations/4_drafts.sql", "CREATE INDEX i ON notes (body);\n"),
        only("4.1.1", "undeclared-change")
    );
}

fn several() {
    let project = Project::of(&[
        SQLITE,
        ("prisma/migrations/1_notes/migration.sql", NOTES),
        ("diesel.toml", ""),
        ("migrations/1_notes/up.sql", NOTES),
    ]);
    let asked = project.phasegate(&["init"]);
    assert_eq!(asked.code, 2);
    assert!(asked.stderr.contains("migrations of several tools: diesel (1 folders"), "{}", asked.stderr);
    assert!(asked.stderr.ends_with("say which with --tool\n"), "{}", asked.stderr);
    let told = project.phasegate(&["init", "--tool", "prisma"]);
    assert_eq!(told.code, 0, "{}", told.stderr);
}

fn beside() {
    let project = Project::of(&[SQLITE, (".gitignore", "target"), ("sql/1_notes.sql", NOTES)]);
    let told = project.phasegate(&["init", "--ci", "github"]);
    assert_eq!(told.code, 0, "{}", told.stderr);
    assert_eq!(project.text(".gitignore"), "target\n/reports/runs/\n");
    assert!(project.text(".github/workflows/phasegate.yml").contains("- run: phasegate run\n"));
    let again = project.phasegate(&["init"]);
    assert_eq!(again.code, 2);
    assert!(again.stderr.contains("phasegate is there already: `phasegate run` runs it"), "{}", again.stderr);
}
