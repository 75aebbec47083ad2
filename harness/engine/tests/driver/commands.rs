//! Phases that are commands: what they say is kept, on every way, and no step of a way is taken twice.

use std::fs;

use phasegate_database::{Kind, Place};
use phasegate_engine::{CheckRequest, Limits, Request, check, suite};
use phasegate_evidence::{Event, OUTPUTS_FOLDER, RunFolder, Table, judge::Direction, verify};
use phasegate_server::embedded;
use tempfile::TempDir;

use crate::workspace::heard;

/// A suite on SQLite of so many phases that are commands; each tells its direction and is noted in `walked`.
fn suite_of(phases: usize, script: &str, down: &str) -> TempDir {
    let root = tempfile::tempdir().expect("a temporary folder");
    let put = |name: &str, text: &str| {
        let path = root.path().join(name);
        fs::create_dir_all(path.parent().expect("a folder")).expect("writable");
        fs::write(path, text).expect("writable");
    };
    let mut file = "suite = \"s\"\ntitle = \"t\"\nsource = \"d\"\nfixtures = \"../../fixtures\"\n\
        inputs = [\"tool/**\"]\nenv = { APP_ENV = \"blue\", APP_TOKEN = \"a-long-secret\" }\n[server]\nkind = \"sqlite\"\n\
        [baseline]\nschema = [\"baseline.sql\"]\n"
        .to_owned();
    for id in 1..=phases {
        file.push_str(&format!(
            "[[phase]]\nid = \"{id}\"\nslug = \"{id}-p\"\ntitle = \"t\"\nup = {{ command = [\"sh\", \"step.sh\", \"up\", \"{id}\"] }}\n\
             down = {{ command = [\"{down}\", \"step.sh\", \"down\", \"{id}\"] }}\n"
        ));
        let check = "[[check]]\nid = \"ID.1.1\"\ntitle = \"t\"\nrollback = { tables = [\"notes\"] }\n"
            .replace("ID", &id.to_string());
        put(&format!("suites/s/gates/{id}-p/{id}.1-c.toml"), &format!("id = \"{id}.1\"\nclaim = \"c\"\n{check}"));
    }
    put("suites/s/suite.toml", &file);
    put(
        "fixtures/baseline.sql",
        "CREATE TABLE notes (id INTEGER PRIMARY KEY);\nINSERT INTO notes VALUES (1);\n\
         CREATE TABLE alembic_version (version_num TEXT);\nINSERT INTO alembic_version VALUES ('a1');\n",
    );
    put("fixtures/tool/env.py", "pass");
    put(
        "fixtures/step.sh",
        &format!("echo \"$@\" >> walked\necho \"to $1 $2 with $APP_ENV\"; echo oh >&2\n{script}\n"),
    );
    root
}

/// Runs it; gives the folder and what happened.
async fn run(root: &TempDir) -> (RunFolder, Vec<Event>) {
    let suites = suite::load(&root.path().join("suites"), &[]).expect("whole");
    let request = Request::new(suites, embedded(), root.path().join("runs"));
    let mut events = Vec::new();
    let finished = heard(request, &mut |event| events.push(event.clone())).await.expect("a result");
    let folder = RunFolder::open(finished.folder).expect("a folder");
    assert_eq!(verify(&folder).faults, []);
    (folder, events)
}

#[tokio::test]
async fn five_commands_are_walked_down_five_times_and_each_one_is_kept_with_what_it_said() {
    let root = suite_of(5, "", "sh");
    let (folder, events) = run(&root).await;
    let walked = fs::read_to_string(root.path().join("fixtures/walked")).expect("it ran");
    let downs = walked.lines().filter(|line| line.starts_with("down")).count();
    // Up once; then down and up again for each proof, which rests on the one before.
    assert_eq!((downs, walked.lines().count()), (5, 15), "{walked}");
    let mut told = Vec::new();
    for event in &events {
        if let Event::CommandEnded { phase, direction, check, ended, stdout, stderr, inherited, .. } = event {
            let [stdout, stderr, inherited] = [stdout, stderr, inherited].map(|digest| {
                String::from_utf8(folder.read(&format!("{OUTPUTS_FOLDER}/{digest}")).expect("kept")).expect("UTF-8")
            });
            assert_eq!((ended.as_str(), stderr.as_str()), ("exit status: 0", "oh"));
            assert!(inherited.lines().any(|name| name == "PATH") && !inherited.contains("APP_"), "{inherited}");
            let way = if *direction == Direction::Up { "up" } else { "down" };
            assert_eq!(stdout, format!("to {way} {} with blue", phase.as_deref().expect("a phase")));
            told.push((way, check.is_some()));
        }
    }
    let of = |wanted: (&str, bool)| told.iter().filter(|told| **told == wanted).count();
    assert_eq!([of(("up", false)), of(("down", true)), of(("up", true)), of(("down", false))], [5, 5, 5, 0]);
    let plan = String::from_utf8(folder.read("plan.json").expect("kept")).expect("UTF-8");
    assert!(plan.contains(r#""env":{"APP_ENV":"blue","APP_TOKEN":"***"}"#), "{plan}");
    assert!(plan.contains("fixtures/tool/env.py") && plan.contains(r#""up_command":"sh step.sh up 1""#));
}

#[tokio::test]
async fn a_command_that_fails_is_kept_with_what_it_said_in_either_direction() {
    for (direction, phase_fails) in [("up", true), ("down", false)] {
        let root = suite_of(1, &format!("test $1 != {direction} || {{ echo $APP_TOKEN; exit 3; }}"), "sh");
        let (folder, events) = run(&root).await;
        let last = events.iter().rfind(|event| matches!(event, Event::CommandEnded { .. })).expect("it ran");
        let Event::CommandEnded { ended, stdout, .. } = last else { panic!("{last:?}") };
        let stdout = folder.read(&format!("{OUTPUTS_FOLDER}/{stdout}")).expect("kept");
        let said = format!("to {direction} 1 with blue\n***");
        assert_eq!((ended.as_str(), String::from_utf8_lossy(&stdout).as_ref()), ("exit status: 3", said.as_str()));
        let all = serde_json::to_string(&events).expect("JSON");
        let message = format!("exit status: 3\\noh\\nstandard output:\\nto {direction} 1 with blue\\n***");
        assert!(all.contains(&message) && !all.contains("a-long-secret"), "{all}");
        assert_eq!(events.iter().any(|event| matches!(event, Event::PhaseFailed { .. })), phase_fails);
    }
}

#[tokio::test]
async fn a_way_back_that_does_not_even_start_is_down_failed_and_ran_nothing() {
    let (_, events) = run(&suite_of(1, "", "no-such-program")).await;
    let ran = events.iter().filter(|event| matches!(event, Event::CommandEnded { .. })).count();
    assert_eq!(ran, 1);
    assert!(serde_json::to_string(&events).expect("JSON").contains("down-failed"));
}

#[tokio::test]
async fn an_input_that_is_changed_while_the_run_goes_on_stops_the_next_command() {
    let (_, events) = run(&suite_of(2, "echo changed > tool/env.py", "sh")).await;
    let all = serde_json::to_string(&events).expect("JSON");
    assert!(all.contains("its input tool/env.py is not what it was when the run began"), "{all}");
}

/// Where gates alone are judged no command runs, and the plan shows all the same what they would be given.
#[tokio::test]
async fn a_password_in_what_commands_are_given_is_hidden_where_gates_alone_are_judged() {
    let root = suite_of(1, "", "sh");
    with(&root, "APP_ENV = \"blue\"", "APP_ENV = \"blue\", APP_URL = \"amqp://me:pw-of-the-url@host\"");
    let suite = suite::load(&root.path().join("suites"), &[]).expect("whole").remove(0);
    let place = Place { server: None, folder: Some(root.path()), prefix: "existing" };
    let host = Kind::Sqlite.host(place).expect("a host");
    let database = host.create().await.expect("a database");
    let mut session = host.connect(&database).await.expect("a session");
    session.run("CREATE TABLE notes (id INTEGER PRIMARY KEY)").await.expect("it runs");
    session.close().await.expect("it closes");
    let request = CheckRequest {
        suite,
        database_url: host.url(&database),
        through: None,
        read_only: false,
        runs: root.path().join("runs"),
        limits: Limits::default(),
    };
    let finished = check(request, &mut |_| ()).await.expect("a result");
    let plan = fs::read_to_string(finished.folder.join("plan.json")).expect("a plan");
    assert!(plan.contains("amqp://me:***@host") && !plan.contains("pw-of-the-url"), "{plan}");
}

/// Changes the suite in one place.
fn with(root: &TempDir, from: &str, to: &str) {
    let suite = root.path().join("suites/s/suite.toml");
    let text = fs::read_to_string(&suite).expect("readable");
    assert!(text.contains(from), "{text}");
    fs::write(&suite, text.replacen(from, to, 1)).expect("writable");
}

/// Adds keys to the second phase of the suite.
fn with_second(root: &TempDir, keys: &str) {
    with(root, "id = \"2\"\n", &format!("id = \"2\"\n{keys}\n"));
}

#[tokio::test]
async fn what_a_phase_gives_its_commands_comes_on_top_of_what_the_suite_gives_them_and_is_hidden_alike() {
    let root = suite_of(2, "echo $APP_MORE $PHASE_TOKEN", "sh");
    with_second(&root, "env = { APP_ENV = \"green\", APP_MORE = \"too\", PHASE_TOKEN = \"another-secret\" }");
    let (folder, events) = run(&root).await;
    let said = |wanted: &str| {
        let of = events.iter().filter_map(|event| match event {
            Event::CommandEnded { phase, stdout, .. } if phase.as_deref() == Some(wanted) => Some(stdout),
            _ => None,
        });
        let text = |digest| folder.read(&format!("{OUTPUTS_FOLDER}/{digest}")).expect("kept");
        let words =
            of.map(|digest| String::from_utf8(text(digest)).expect("UTF-8").split(" with ").nth(1).map(str::to_owned));
        words.collect::<std::collections::BTreeSet<_>>().into_iter().flatten().collect::<Vec<_>>()
    };
    assert_eq!((said("1"), said("2")), (vec!["blue".to_owned()], vec!["green\ntoo ***".to_owned()]));
    let plan = String::from_utf8(folder.read("plan.json").expect("kept")).expect("UTF-8");
    assert!(plan.contains(r#""env":{"APP_ENV":"green","APP_MORE":"too","PHASE_TOKEN":"***"}"#), "{plan}");
}

#[tokio::test]
async fn an_input_of_a_phase_alone_is_digested_and_fails_that_phase_when_it_has_changed() {
    for (changes, said) in [
        ("true", None),
        ("test $2 = 2 || echo changed > own/a.sql", Some("its input own/a.sql is not what it was when the run began")),
        ("test $2 = 2 || echo more > own/b.sql", Some("its input own/b.sql was not there when the run began")),
        ("test $2 = 2 || rm -f own/a.sql", Some("its input own/a.sql is not what it was when the run began")),
        ("test $2 = 2 || echo '# more' >> step.sh", Some("its input step.sh is not what it was when the run began")),
    ] {
        let root = suite_of(2, changes, "sh");
        with_second(&root, "inputs = [\"own/**\"]");
        fs::create_dir(root.path().join("fixtures/own")).expect("writable");
        fs::write(root.path().join("fixtures/own/a.sql"), "SELECT 1").expect("writable");
        let (folder, events) = run(&root).await;
        let failed = events.iter().find_map(|event| match event {
            Event::PhaseFailed { phase, failure, .. } => Some((phase.as_str(), failure.message.clone())),
            _ => None,
        });
        let expected = said.map(|said| ("2", format!("{said}: begin anew")));
        // The way back from the first phase runs the same script.
        let is_script = changes.contains("step.sh");
        assert!(is_script || failed == expected, "{failed:?}");
        let all = serde_json::to_string(&events).expect("JSON");
        assert_eq!(all.contains("when the run began: begin anew"), said.is_some(), "{all}");
        let plan = String::from_utf8(folder.read("plan.json").expect("kept")).expect("UTF-8");
        assert_eq!(plan.matches(r#""inputs":["fixtures/own/a.sql"]"#).count(), 1, "{plan}");
    }
}

#[tokio::test]
async fn what_the_books_of_a_known_tool_say_is_a_fact_of_each_state() {
    let (_, events) = run(&suite_of(1, "", "sh")).await;
    let books = Table { columns: vec!["version_num".into()], rows: vec![vec![Some("a1".into())]] };
    let facts: Vec<&Table> = events
        .iter()
        .filter_map(|event| match event {
            Event::BaselineApplied { revisions, .. } | Event::PhaseApplied { revisions, .. } => {
                revisions.get("alembic_version")
            }
            _ => None,
        })
        .collect();
    assert_eq!(facts, [&books, &books]);
}

#[tokio::test]
async fn what_the_command_of_a_baseline_says_is_kept_too() {
    for (script, fails) in [("echo laid", false), ("echo laid; exit 3", true)] {
        let root = suite_of(1, "", "sh");
        with(&root, "schema", &format!("command = [\"sh\", \"-c\", \"{script}\"]\nschema"));
        let (folder, events) = run(&root).await;
        let first = events.iter().find(|event| matches!(event, Event::CommandEnded { .. })).expect("it ran");
        let Event::CommandEnded { phase: None, stdout, .. } = first else { panic!("{first:?}") };
        assert_eq!(folder.read(&format!("{OUTPUTS_FOLDER}/{stdout}")).expect("kept"), b"laid");
        assert_eq!(events.iter().any(|event| matches!(event, Event::BaselineFailed { .. })), fails);
    }
}
