//! What cannot be seen to its end, and what is not begun with.

use crate::{Claim, project::Project};

pub(crate) fn claims() -> Vec<Claim> {
    vec![
        ("a_phase_that_does_not_apply_is_said_and_gated_by_what_is_to_be_adopted", does_not_apply),
        ("where_nothing_is_found_it_says_what_it_looked_for", nothing),
        ("a_database_of_the_users_own_is_never_begun_with", elsewhere),
        ("without_a_server_nothing_is_left", no_server),
    ]
}

/// The commonest missing backfill of all: the server itself refuses what was forgotten.
fn does_not_apply() {
    let project = Project::of(&[
        ("sql/1_notes.sql", "CREATE TABLE notes (id int PRIMARY KEY);\nINSERT INTO notes VALUES (1);\n"),
        ("sql/2_slug.sql", "ALTER TABLE notes ADD COLUMN slug text;\n"),
        ("sql/3_slug_is_known.sql", "ALTER TABLE notes ALTER COLUMN slug SET NOT NULL;\n"),
        ("sql/4_index.sql", "CREATE INDEX ON notes (slug);\n"),
    ]);
    let told = project.init().stdout;
    assert!(told.contains("saw    2 of 4 phases apply"), "{told}");
    assert!(told.contains("the next one does not: 3_slug_is_known.sql:1"), "{told}");
    assert!(told.contains("23502"), "{told}");
    let (code, failed) = project.run();
    assert_eq!(code, 4, "{failed:?}");
    project.change("sql/2_slug.sql", "slug text;\n", "slug text;\nUPDATE notes SET slug = 'n-' || id;\n");
    let (code, failed) = project.run();
    assert_eq!((code, &failed[0]), (1, &("3.1.1".to_owned(), "not-adopted".to_owned())));
    assert!(failed[1..].iter().all(|(check, code)| check.starts_with("4.") && code == "not-reached"), "{failed:?}");
}

fn nothing() {
    let project = Project::of(&[("README.md", "")]);
    let told = project.phasegate(&["init"]);
    assert_eq!(told.code, 2);
    let here = project.path().canonicalize().expect("a folder");
    let expected = "looked for alembic, sqlx, flyway, sqitch, golang-migrate, diesel, prisma, dbmate, \
                    rails, django, plain; name the folder that holds them (`phasegate init DIR`), or begin as the tutorial of \
                    the book does\n";
    assert_eq!(told.stderr, format!("error: no migrations in {}: {expected}", here.display()));
}

fn elsewhere() {
    let project = Project::of(&[
        ("alembic.ini", "[alembic]\nscript_location = alembic\n"),
        ("alembic/env.py", "from app import settings\nconfig.set_main_option('sqlalchemy.url', settings.url)\n"),
        ("alembic/versions/a.py", "revision = 'a'\ndown_revision = None\n"),
    ]);
    let before = project.texts();
    let told = project.phasegate(&["init"]);
    assert_eq!(told.code, 2);
    assert!(told.stderr.contains("would migrate a database of yours"), "{}", told.stderr);
    assert_eq!(project.texts(), before);
}

fn no_server() {
    let project = Project::of(&[("sql/1_notes.sql", "CREATE TABLE notes (id int PRIMARY KEY);\n")]);
    let before = project.texts();
    let told =
        project.phasegate(&["init", "--database-url", "postgresql://nobody@127.0.0.1:1/app", "--server", "external"]);
    assert_eq!(told.code, 3, "{}", told.stderr);
    assert_eq!(project.texts(), before);
}
