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
        history: Vec::new(),
        ups_go_through: false,
        steps,
        bookkeeping: &["schema_migrations", "ar_internal_metadata"],
        inputs: vec!["db/migrate/*.rb".to_owned()],
        made: Vec::new(),
        notes: Vec::new(),
    }))
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    #[test]
    fn a_rails_project_is_told_by_its_program_and_nothing_of_its_own_is_written_to() {
        let folder = tempfile::tempdir().unwrap();
        let put = |name: &str, text: &str| {
            let path = folder.path().join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        };
        put("db/migrate/20240102000000_add_slug_to_notes.rb", "");
        put("db/migrate/20240101000000_create_notes.rb", "");
        put("config/database.yml", "default:\n  adapter: postgresql\n");
        let project = Project::at(folder.path()).unwrap();
        assert!(find(&project).unwrap().is_none());
        put("bin/rails", "");
        let found = find(&project).unwrap().unwrap();
        let titles: Vec<&str> = found.steps.iter().map(|step| step.title.as_str()).collect();
        assert_eq!(titles, ["create notes", "add slug to notes"]);
        let words = ["env", "SCHEMA=/dev/null", "bin/rails", "db:migrate:down", "VERSION=20240101000000"];
        assert_eq!(found.steps[0].down, Some(Way::command(&words)));
        put("config/database.yml", "default:\n  adapter: mysql2\n");
        let refused = find(&project).err().unwrap().to_string();
        assert_eq!(refused, "Rails: config/database.yml speaks of mysql: phasegate knows PostgreSQL and SQLite");
    }
}
