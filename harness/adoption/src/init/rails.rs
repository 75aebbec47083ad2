//! Rails: `db/migrate/NUMBER_name.rb`, run by Rails, which takes `DATABASE_URL` before `config/database.yml`.

use super::{
    InitError, Migrations, Step, Way, database,
    migrations::title,
    project::{Project, below},
    sql::numbered,
};

const FOLDER: &str = "db/migrate";

pub(super) fn find(project: &Project) -> Result<Option<Migrations>, InitError> {
    if !project.has_file("bin/rails") {
        return Ok(None);
    }
    let mut texts = Vec::new();
    let mut steps = Vec::new();
    for file in project.files(FOLDER, ".rb")? {
        if let Some((number, name)) = numbered(file.trim_end_matches(".rb")) {
            texts.extend(project.text(&below(FOLDER, &file))?);
            // Rails writes the schema that it finds afterwards over the project's own; this names another file.
            let rails = |task: &str| {
                Way::command(&["env", "SCHEMA=/dev/null", "bin/rails", task, &format!("VERSION={number}")])
            };
            steps.push(Step {
                revision: number.to_owned(),
                title: title(name),
                up: rails("db:migrate:up"),
                down: Some(rails("db:migrate:down")),
                untransacted: false,
            });
        }
    }
    if steps.is_empty() {
        return Ok(None);
    }
    let settings = database::settings(project, &["config/database.yml"])?;
    Ok(Some(Migrations {
        tool: "Rails",
        because: format!("there is bin/rails, and {} migrations lie in {FOLDER}", steps.len()),
        kind: database::kind("Rails", &settings, &[])?,
        timescaledb: database::timescaledb(&texts),
        folder: ".".to_owned(),
        baseline: Vec::new(),
        steps,
        bookkeeping: &["schema_migrations", "ar_internal_metadata"],
        inputs: vec!["db/migrate/*.rb".to_owned()],
        made: Vec::new(),
        notes: Vec::new(),
    }))
}
