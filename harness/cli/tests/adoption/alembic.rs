//! What needs Alembic itself.

use crate::{Claim, faults::Faulty, project::Project};

const LIBRARY: Faulty = Faulty {
    name: "alembic",
    fourth: "4d04",
    way_back: (
        "migrations/versions/5e05_due_is_known.py",
        "    # The constraint stays.\n",
        "    op.drop_constraint(\"loans_due_known\", \"loans\")\n",
    ),
    backfill: ("migrations/versions/4d04_due.py", " WHERE NOT returned", ""),
};

pub(crate) fn claims() -> Vec<Claim> {
    vec![
        ("an_alembic_project_ends_in_exactly_its_two_faults", || {
            LIBRARY.shows_its_faults();
        }),
        ("each_fault_of_an_alembic_project_is_found_without_the_other", || LIBRARY.shows_each_alone()),
        ("revisions_that_are_said_to_be_history_are_the_baseline_and_no_phases", || {
            LIBRARY.shows_them_behind_its_history()
        }),
        ("an_alembic_project_ends_in_the_same_two_faults_where_it_is_imported", || {
            LIBRARY.shows_its_faults_when_imported();
        }),
        ("alembic_never_meets_the_database_that_its_ini_names", never_meets_the_users_own),
    ]
}

/// By Alembic's own template, `env.py` takes its URL from `alembic.ini`, where that of the user's database stands.
fn never_meets_the_users_own() {
    let project = Project::of(&[
        ("alembic.ini", "[alembic]\nscript_location = %(here)s/alembic\nsqlalchemy.url = sqlite:///own.db\n"),
        (
            "alembic/env.py",
            "from alembic import context\nfrom sqlalchemy import engine_from_config\n\nconfig = context.config\n\
             connectable = engine_from_config(config.get_section(config.config_ini_section), prefix='sqlalchemy.')\n\
             with connectable.connect() as connection:\n    context.configure(connection=connection)\n    \
             with context.begin_transaction():\n        context.run_migrations()\n",
        ),
        (
            "alembic/versions/a_notes.py",
            &revision("a", "None", "CREATE TABLE notes (id INTEGER PRIMARY KEY)", "DROP TABLE notes"),
        ),
        (
            "alembic/versions/b_more.py",
            &revision("b", "'a'", "CREATE TABLE more (id INTEGER PRIMARY KEY)", "DROP TABLE more"),
        ),
    ]);
    project.put("own.db", "");
    assert!(project.init().stdout.contains("for sqlite: so says alembic.ini"));
    assert_eq!(project.run(), (0, Vec::new()));
    assert_eq!(project.text("own.db"), "", "the database of the user's own was written to");
    let suite = project.text("phasegate/suite.toml");
    assert!(suite.contains("bookkeeping = [\"alembic_version\"]\n"), "{suite}");
    assert!(suite.contains("inputs = [\"alembic.ini\", \"alembic/env.py\", \"alembic/versions/*.py\"]\n"), "{suite}");
}

fn revision(id: &str, after: &str, up: &str, down: &str) -> String {
    format!(
        "\"\"\"{id}\"\"\"\nfrom alembic import op\n\nrevision = '{id}'\ndown_revision = {after}\n\n\n\
         def upgrade():\n    op.execute(\"{up}\")\n\n\ndef downgrade():\n    op.execute(\"{down}\")\n"
    )
}
