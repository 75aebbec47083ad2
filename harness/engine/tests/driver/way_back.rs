//! Ways back as migration tools have them: with books of their own, over tables that come and go, over one phase or all.

use std::fs;

use phasegate_engine::{Finished, Request, suite};
use phasegate_evidence::{
    Event, PLAN_FILE, RunFolder, Seen,
    judge::{Direction, Observation, RollbackSeen},
    verify,
};
use phasegate_server::embedded;
use tempfile::TempDir;

use crate::workspace::heard;

/// A suite on SQLite: its phases, each with the SQL of its two directions and the checks of its gate.
struct Phases {
    root: TempDir,
    /// What `suite.toml` says before its tables.
    top: &'static str,
    baseline: &'static str,
    phases: Vec<[String; 3]>,
}

/// What a run came to.
struct Came {
    root: TempDir,
    finished: Finished,
    ways: Vec<RollbackSeen>,
}

impl Phases {
    fn new(top: &'static str, baseline: &'static str) -> Self {
        Self { root: tempfile::tempdir().expect("a temporary folder"), top, baseline, phases: Vec::new() }
    }

    /// With one more phase; a check is what follows its title.
    fn phase(mut self, up: &str, down: &str, checks: &[&str]) -> Self {
        let id = self.phases.len() + 1;
        let mut gate = format!("id = \"{id}.1\"\nclaim = \"c\"\n");
        for (number, check) in checks.iter().enumerate() {
            gate.push_str(&format!("[[check]]\nid = \"{id}.1.{number}\"\ntitle = \"t\"\n{check}\n"));
        }
        self.phases.push([up.to_owned(), down.to_owned(), gate]);
        self
    }

    async fn run(self) -> Came {
        let put = |name: &str, text: &str| {
            let path = self.root.path().join(name);
            fs::create_dir_all(path.parent().expect("a folder")).expect("writable");
            fs::write(path, text).expect("writable");
        };
        let mut file = format!(
            "suite = \"s\"\ntitle = \"t\"\nsource = \"d\"\nfixtures = \"../../fixtures\"\n{}\n[server]\nkind = \"sqlite\"\n\
             [baseline]\nschema = [\"baseline.sql\"]\n",
            self.top
        );
        put("fixtures/baseline.sql", self.baseline);
        for (number, [up, down, gate]) in self.phases.iter().enumerate() {
            let id = number + 1;
            file.push_str(&format!(
                "[[phase]]\nid = \"{id}\"\nslug = \"{id}-p\"\ntitle = \"t\"\nup = \"{id}.sql\"\ndown = \"{id}-down.sql\"\n"
            ));
            put(&format!("fixtures/{id}.sql"), up);
            put(&format!("fixtures/{id}-down.sql"), down);
            put(&format!("suites/s/gates/{id}-p/{id}.1-c.toml"), gate);
        }
        put("suites/s/suite.toml", &file);
        let suites = suite::load(&self.root.path().join("suites"), &[]).expect("whole");
        let request = Request::new(suites, embedded(), self.root.path().join("runs"));
        let mut ways = Vec::new();
        let mut listener = |event: &Event| {
            if let Event::CheckJudged { observation: Seen::Here(seen), .. } = event
                && let Observation::Rollback(way) = &**seen
            {
                ways.push(way.clone());
            }
        };
        let finished = heard(request, &mut listener).await.expect("a result");
        let folder = RunFolder::open(finished.folder.clone()).expect("a folder");
        assert_eq!(verify(&folder).faults, []);
        Came { root: self.root, finished, ways }
    }
}

impl Came {
    /// What each check came to, in order.
    fn verdicts(&self) -> Vec<String> {
        let phases = self.finished.result.suites[0].phases.iter();
        let checks = phases.flat_map(|phase| &phase.gates).flat_map(|gate| &gate.checks);
        let word = |reason: Option<&phasegate_evidence::Reason>, verdict: &dyn std::fmt::Display| {
            reason.map_or_else(|| verdict.to_string(), |reason| reason.code.to_string())
        };
        checks.map(|check| word(check.reason.as_ref(), &check.verdict)).collect()
    }

    /// How many steps down each proof walked.
    fn downs(&self) -> Vec<usize> {
        let downs = |way: &RollbackSeen| way.steps.iter().filter(|step| step.direction == Direction::Down).count();
        self.ways.iter().map(downs).collect()
    }

    fn plan(&self) -> String {
        assert!(self.root.path().is_dir());
        fs::read_to_string(self.finished.folder.join(PLAN_FILE)).expect("a plan")
    }
}

const NOTES: &str = "CREATE TABLE notes (id INTEGER PRIMARY KEY);\nINSERT INTO notes VALUES (1), (2);\n";
const BOOKS: &str = "CREATE TABLE notes (id INTEGER PRIMARY KEY);\nINSERT INTO notes VALUES (1), (2);\n\
    CREATE TABLE history (n INTEGER PRIMARY KEY, did TEXT);\n";
const BACK: &str = "rollback = { tables = [\"notes\"] }";
const PREVIOUS: &str = "rollback = { tables = [\"notes\"], to = \"previous\" }";

/// Phases that each add a column to the notes; the tool writes down every step that it takes, back and forth.
fn recorded(top: &'static str, checks: &[&str]) -> Phases {
    let mut phases = Phases::new(top, BOOKS);
    for letter in ["a", "b", "c"] {
        let up = format!("ALTER TABLE notes ADD COLUMN {letter} TEXT;\nINSERT INTO history (did) VALUES ('up');\n");
        let down = format!("ALTER TABLE notes DROP COLUMN {letter};\nINSERT INTO history (did) VALUES ('down');\n");
        phases = phases.phase(&up, &down, checks);
    }
    phases
}

#[tokio::test]
async fn each_step_of_a_way_is_walked_once_where_only_the_books_of_the_tool_have_grown() {
    let came = recorded("bookkeeping = [\"history\"]", &[BACK]).run().await;
    assert_eq!(came.verdicts(), ["passed"; 3]);
    assert_eq!(came.downs(), [1, 1, 1]);
    assert!(came.plan().contains(r#""id":"bookkeeping history""#));
    // Without a word about them, the way back has to be walked to its end each time.
    let came = recorded("", &[BACK]).run().await;
    assert_eq!(came.verdicts(), ["passed"; 3]);
    assert_eq!(came.downs(), [1, 2, 3]);
}

#[tokio::test]
async fn the_way_turns_round_at_the_last_phase_that_was_proved() {
    let looked = "query = \"SELECT 1\"\nrows = [[\"1\"]]";
    let way = |checks: &[&[&str]]| {
        let mut phases = Phases::new("", NOTES);
        for (letter, checks) in ["a", "b", "c"].into_iter().zip(checks) {
            let up = format!("ALTER TABLE notes ADD COLUMN {letter} TEXT;\n");
            phases = phases.phase(&up, &format!("ALTER TABLE notes DROP COLUMN {letter};\n"), checks);
        }
        phases.run()
    };
    let came = way(&[&[BACK], &[looked], &[BACK]]).await;
    assert_eq!((came.downs(), came.ways[1].rests_on.as_deref()), (vec![1, 2], Some("1.1.0")));
    // One that led to the state before its phase alone proves nothing of the rest.
    let came = way(&[&[BACK], &[PREVIOUS], &[BACK]]).await;
    assert_eq!((came.downs(), came.ways[2].rests_on.as_deref()), (vec![1, 1, 2], Some("1.1.0")));
    let came = way(&[&[PREVIOUS], &[PREVIOUS], &[BACK]]).await;
    assert_eq!((came.downs(), came.ways[2].rests_on.as_deref()), (vec![1, 1, 3], None));
}

#[tokio::test]
async fn a_table_of_the_tool_may_come_and_stay_and_one_of_the_users_own_may_not() {
    let changes = "changes.add = { \"column notes.a\" = \"TEXT\" }\nchanges.alter = { \"order notes\" = \"id, a\" }";
    let suite = |top, more: &str| {
        let up = format!("ALTER TABLE notes ADD COLUMN a TEXT;\nCREATE TABLE IF NOT EXISTS {more} (v TEXT);\n");
        Phases::new(top, NOTES).phase(&up, "ALTER TABLE notes DROP COLUMN a;\n", &[changes, BACK, PREVIOUS]).run()
    };
    let books = "bookkeeping = [\"Alembic_version\"]";
    assert_eq!(suite(books, "alembic_version").await.verdicts(), ["passed"; 3]);
    let found = ["undeclared-change", "catalog-differs", "catalog-differs"];
    assert_eq!(suite("", "alembic_version").await.verdicts(), found);
    // It stops the suite before it is judged: no table bears the name.
    let came = suite(books, "tags").await;
    assert_eq!(came.verdicts(), ["not-reached"; 3]);
    let stopped = came.finished.result.suites[0].stopped.as_ref().map(ToString::to_string);
    let expected = "names-nothing: `bookkeeping` names `alembic_version`, which no state of the suite has as a table; \
                    there are notes, tags";
    assert_eq!(stopped.as_deref(), Some(expected));
}

#[tokio::test]
async fn the_state_before_the_phase_is_reached_whatever_lies_before_it() {
    let suite = |second_down: &str, check: &str| {
        Phases::new("", NOTES)
            .phase(
                "ALTER TABLE notes ADD COLUMN a TEXT;\n",
                "SELECT nothing;\n",
                &["query = \"SELECT 1\"\nrows = [[\"1\"]]"],
            )
            .phase("ALTER TABLE notes ADD COLUMN b TEXT;\n", second_down, &[check])
            .run()
    };
    let down = "ALTER TABLE notes DROP COLUMN b;\n";
    assert_eq!(suite(down, PREVIOUS).await.verdicts()[1], "passed");
    assert_eq!(suite(down, BACK).await.verdicts()[1], "down-failed");
    assert_eq!(suite("SELECT 1;\n", PREVIOUS).await.verdicts()[1], "catalog-differs");
    assert_eq!(
        suite(&format!("{down}DELETE FROM notes WHERE id = 2;\n"), PREVIOUS).await.verdicts()[1],
        "rows-changed"
    );
}

#[tokio::test]
async fn a_table_that_is_not_there_at_a_step_is_absent_and_one_that_never_is_is_an_error() {
    let suite = |check: &str| {
        Phases::new("", NOTES)
            .phase("CREATE TABLE tags (id INTEGER);\nINSERT INTO tags VALUES (7);\n", "DROP TABLE tags;\n", &[check])
            .phase(
                "CREATE TABLE kept (id INTEGER);\nINSERT INTO kept SELECT id FROM notes;\nDROP TABLE notes;\n",
                "CREATE TABLE notes (id INTEGER PRIMARY KEY);\nINSERT INTO notes SELECT id FROM kept;\nDROP TABLE kept;\n",
                &[check],
            )
            .run()
    };
    let came = suite("rollback = { tables = [\"notes\", \"tags\"] }").await;
    assert_eq!((came.verdicts(), came.ways[1].rows), (vec!["passed".to_owned(); 2], 2));
    let came = suite("rollback = { tables = [\"notes\", \"tags\"], to = \"previous\" }").await;
    assert_eq!((came.verdicts(), came.ways[1].rows), (vec!["passed".to_owned(); 2], 3));
    let came = suite("rollback = { to = \"previous\" }").await;
    assert_eq!((came.verdicts(), came.ways[1].rows), (vec!["passed".to_owned(); 2], 3));
    assert_eq!(suite("rollback = { tables = [\"notes\", \"tag\"] }").await.verdicts()[0], "names-nothing");
}

/// What a later phase takes away is compared where the way leads back to it, and is no error in between.
#[tokio::test]
async fn a_column_that_is_not_there_at_a_step_is_absent_and_one_that_should_be_is_a_loss() {
    let baseline = "CREATE TABLE notes (id INTEGER PRIMARY KEY, body TEXT, title TEXT);\n\
        INSERT INTO notes VALUES (1, 'a', 't'), (2, 'b|c', 'u');\n";
    let suite = |up: &str, down: &str| {
        let take =
            format!("CREATE TABLE kept AS SELECT id, title FROM notes;\nALTER TABLE notes DROP COLUMN title;\n{up}");
        Phases::new("", baseline)
            .phase(&take, &format!("{down}DROP TABLE kept;\n"), &[BACK])
            .phase("ALTER TABLE notes ADD COLUMN z TEXT;\n", "ALTER TABLE notes DROP COLUMN z;\n", &[BACK])
            .run()
    };
    let add = "ALTER TABLE notes ADD COLUMN title TEXT;\n";
    let restore = format!("{add}UPDATE notes SET title = (SELECT title FROM kept WHERE kept.id = notes.id);\n");
    let came = suite("", &restore).await;
    assert_eq!(came.verdicts(), ["passed"; 2]);
    assert_eq!(came.ways.iter().map(|way| way.rows).collect::<Vec<_>>(), [2, 2]);
    for (up, down, code, said) in [
        ("", add.to_owned(), "rows-changed", "notes integer:1 is changed"),
        ("", String::new(), "catalog-differs", "the rows can no longer be read: no such column: \"title\""),
        // The columns that are left are compared all the same.
        ("UPDATE notes SET body = 'x' WHERE id = 2;\n", restore, "rows-changed", "notes integer:2 is changed"),
    ] {
        let came = suite(up, &down).await;
        assert_eq!(came.verdicts()[0], code);
        let changed: Vec<&String> = came.ways[0].steps.iter().flat_map(|step| &step.rows_changed).collect();
        assert!(changed.first().is_some_and(|first| first.contains(said)), "{changed:?}");
    }
}

#[tokio::test]
async fn a_database_that_begins_empty_has_no_row_to_compare_and_must_say_so() {
    let suite = |check| {
        Phases::new("", "PRAGMA user_version = 1;\n")
            .phase("CREATE TABLE notes (id INTEGER);\n", "DROP TABLE notes;\n", &[check])
            .run()
    };
    assert_eq!(suite("rollback = { to = \"previous\" }").await.verdicts(), ["vacuous"]);
    assert_eq!(suite("rollback = { to = \"previous\", allow_empty = true }").await.verdicts(), ["passed"]);
}

#[tokio::test]
async fn what_is_excepted_is_a_deviation_and_what_needs_no_exception_is_an_error() {
    let suite = |except: &str| {
        let check = format!("rollback = {{ tables = [\"notes\"], except = {{ {except} }} }}");
        let down = "ALTER TABLE notes DROP COLUMN a;\nDROP INDEX i;\n";
        let up = "ALTER TABLE notes ADD COLUMN a TEXT;\nDROP INDEX IF EXISTS i;\nCREATE INDEX i ON notes (id DESC);\n";
        let baseline = "CREATE TABLE notes (id INTEGER PRIMARY KEY);\nINSERT INTO notes VALUES (1), (2);\n\
            CREATE INDEX i ON notes (id);\n";
        Phases::new("", baseline).phase(up, down, &[&check]).run()
    };
    let excused = "\"index i\" = \"the tool forgets how it was\"";
    let came = suite(excused).await;
    assert_eq!(came.verdicts(), ["passed"]);
    assert_eq!(came.finished.result.suites[0].deviations, ["1.1.0 index i"]);
    assert!(came.plan().contains("the tool forgets how it was"));
    assert_eq!(suite("").await.verdicts(), ["catalog-differs"]);
    assert_eq!(suite(&format!("{excused}, \"column notes.a\" = \"so it is\"")).await.verdicts(), ["names-nothing"]);
}
