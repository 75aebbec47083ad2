//! The words of a catalog are those of one version of PostgreSQL.

use sqlx::{ConnectOptions as _, Connection as _, Executor as _};

use crate::{Claim, project::Project};

const NOTES: (&str, &str) = ("sql/1_notes.sql", "CREATE TABLE notes (id int PRIMARY KEY, body text);\n");
const VIEW: (&str, &str) = ("sql/2_bodies.sql", "CREATE VIEW bodies AS SELECT upper(body) AS body FROM notes;\n");

pub(crate) fn claims() -> Vec<Claim> {
    vec![
        ("what_was_seen_on_a_version_runs_on_it_at_once_and_on_no_other", || {
            for (seen_on, other) in [("17", "18"), ("18", "17")] {
                let project = Project::of(&[NOTES, VIEW]);
                assert_eq!(project.phasegate(&["init", "--server-version", seen_on]).code, 0);
                let suite = project.text("phasegate/suite.toml");
                assert!(suite.contains(&format!("\npostgres_min = {seen_on}\npostgres_max = {seen_on}\n")), "{suite}");
                assert_eq!(project.run(), (0, Vec::new()));
                let refused = project.phasegate(&["run", "--server-version", other]);
                assert_eq!(refused.code, 3);
                let why = format!("suite needs PostgreSQL {seen_on}, but the embedded server is PostgreSQL {other}: ");
                assert!(refused.stderr.contains(&why), "{}", refused.stderr);
            }
            let project = Project::of(&[(".env", "DATABASE_URL=sqlite:notes.db\n"), NOTES, VIEW]);
            project.init();
            assert!(!project.text("phasegate/suite.toml").contains("postgres_"), "SQLite has none of its versions");
        }),
        ("who_owns_what_a_phase_makes_is_whoever_applies_it_and_nobody_else", owners),
    ]
}

/// A server of the user's own has a superuser of another name than ours.
fn owners() {
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    let server = runtime.block_on(phasegate_server::embedded().start()).expect("a server");
    let mut connection = runtime.block_on(server.options("postgres").connect()).expect("a connection");
    let made = connection.execute("CREATE ROLE app SUPERUSER LOGIN PASSWORD 'p'");
    runtime.block_on(made).expect("roles");
    let url = server.url("postgres");
    let (_, place) = url.split_once('@').expect("a URL");
    let project = Project::of(&[NOTES, VIEW]);
    let told = project.phasegate(&["init", "--database-url", &format!("postgresql://app:p@{place}")]);
    assert_eq!(told.code, 0, "{}", told.stderr);
    let url = &["run", "--server", "external", "--database-url", &format!("postgresql://app:p@{place}")];
    assert_eq!(project.phasegate(url).code, 0);
    assert_eq!(project.run(), (0, Vec::new()));
    project.change(NOTES.0, NOTES.1, &format!("{}ALTER TABLE notes OWNER TO pg_monitor;\n", NOTES.1));
    let (code, failed) = project.run();
    assert_eq!((code, &failed[0]), (1, &("1.1.1".to_owned(), "differs".to_owned())));
    runtime.block_on(async {
        connection.close().await.expect("it closes");
        server.stop().await.expect("it stops");
    });
}

/// What needs a PostgreSQL on this machine that Phasegate does not bring.
pub(crate) fn claims_of_another() -> Vec<Claim> {
    vec![("words_that_differ_between_two_versions_are_no_failure_of_a_suite_that_was_just_written", || {
        let project = Project::of(&[NOTES, VIEW]);
        let told = project.phasegate(&["init", "--server", "local"]);
        assert_eq!(told.code, 0, "{}", told.stderr);
        assert!(told.stdout.contains("which phasegate does not bring"), "{}", told.stdout);
        assert_eq!(project.phasegate(&["run", "--server", "local"]).code, 0);
        assert_eq!(project.phasegate(&["run"]).code, 3);
        // Without its version the suite would be held against other words.
        let suite = project.text("phasegate/suite.toml");
        let of_any: Vec<&str> = suite.lines().filter(|line| !line.starts_with("postgres_")).collect();
        project.put("phasegate/suite.toml", &of_any.join("\n"));
        assert_eq!(project.run(), (1, vec![("2.1.1".to_owned(), "differs".to_owned())]));
    })]
}

/// Why there is no PostgreSQL on this machine that prints a view otherwise than those that Phasegate brings.
pub(crate) fn without_another() -> Option<String> {
    let status = Project::of(&[]).phasegate(&["server", "status"]).stdout;
    let is_older = |line: &str| ["14.", "15."].iter().any(|major| line.contains(&format!(" PostgreSQL {major}")));
    let found = status.lines().any(|line| line.contains(" local ") && is_older(line));
    (!found).then(|| "needs a PostgreSQL 14 or 15 on this machine".to_owned())
}
