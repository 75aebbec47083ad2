//! Django: `APP/migrations/NNNN_name.py`, each naming those before it, run by `manage.py migrate`.

use std::collections::BTreeSet;

use super::{
    InitError, Migrations, Step, Way, database,
    migrations::title,
    project::{Project, below},
    python::{reads_variable, strings},
    sql::numbered,
};

const TOOL: &str = "Django";

struct Found {
    app: String,
    name: String,
    after: Vec<(String, String)>,
}

pub(super) fn find(project: &Project) -> Result<Option<Migrations>, InitError> {
    let Some(manage) = project.text("manage.py")?.filter(|text| text.contains("DJANGO_SETTINGS_MODULE")) else {
        return Ok(None);
    };
    let (mut found, mut texts, mut inputs) = (Vec::new(), Vec::new(), Vec::new());
    for app in project.folders(".")? {
        let folder = format!("{app}/migrations");
        let files = project.files(&folder, ".py")?;
        for file in files.iter().filter(|file| numbered(file).is_some()) {
            let text = project.text(&below(&folder, file))?.unwrap_or_default();
            let name = file.trim_end_matches(".py").to_owned();
            found.push(Found { app: app.clone(), name, after: dependencies(&text) });
            texts.push(text);
        }
        if !files.is_empty() {
            inputs.push(format!("{folder}/*.py"));
        }
    }
    if found.is_empty() {
        return Ok(None);
    }
    let settings = settings(project, &manage)?;
    let because = format!("manage.py, and {} migrations lie in its apps", found.len());
    Ok(Some(Migrations {
        tool: TOOL,
        because,
        kind: database::kind(TOOL, &[("the settings", settings)], &[])?,
        timescaledb: database::timescaledb(&texts),
        folder: ".".to_owned(),
        baseline: Vec::new(),
        history: Vec::new(),
        ups_go_through: false,
        steps: steps(found)?,
        bookkeeping: &["django_migrations"],
        inputs,
        made: Vec::new(),
        notes: Vec::new(),
    }))
}

/// The settings, if they take the database from `DATABASE_URL`: otherwise a database of the user's would be migrated.
fn settings(project: &Project, manage: &str) -> Result<String, InitError> {
    let module =
        strings(manage).into_iter().find(|string| string.ends_with("settings") || string.contains(".settings"));
    let path = module.unwrap_or("settings").replace('.', "/");
    let mut text = project.text(&format!("{path}.py"))?.unwrap_or_default();
    for file in project.files(&path, ".py")? {
        text.push_str(&project.text(&below(&path, &file))?.unwrap_or_default());
    }
    let heeds =
        reads_variable(&text, "DATABASE_URL") || text.contains("dj_database_url.config(") || text.contains("env.db(");
    if heeds {
        return Ok(text);
    }
    let why = format!(
        "the settings in {path} do not take the database from DATABASE_URL, and a database of yours would be migrated: say \
         `DATABASES = {{\"default\": dj_database_url.config(...)}}`, then init again"
    );
    Err(InitError::Refused { tool: TOOL, why })
}

/// What stands in `dependencies = [("app", "name"), ...]`.
fn dependencies(text: &str) -> Vec<(String, String)> {
    let list = text.split_once("dependencies").and_then(|(_, rest)| rest.split_once('[')).map_or("", |(_, rest)| rest);
    let list = list.split_once(']').map_or(list, |(list, _)| list);
    let pairs = list.split('(').filter_map(|pair| match strings(pair).as_slice() {
        [app, name] => Some(((*app).to_owned(), (*name).to_owned())),
        _ => None,
    });
    pairs.collect()
}

/// Each after those that it names, those of other packages first.
fn steps(mut found: Vec<Found>) -> Result<Vec<Step>, InitError> {
    let own: BTreeSet<String> = found.iter().map(|one| one.app.clone()).collect();
    let named = found.iter().flat_map(|one| &one.after).map(|(app, _)| app.clone());
    let others: BTreeSet<String> = named.filter(|app| !own.contains(app)).collect();
    let mut others: Vec<String> = others.into_iter().collect();
    others.sort_by_key(|app| (app != "contenttypes", app != "auth"));
    let migrate = |words: &[&str]| Way::command(&[&["python3", "manage.py", "migrate"], words].concat());
    let mut steps: Vec<Step> = others
        .iter()
        .map(|app| Step {
            revision: app.clone(),
            title: format!("the tables of {app}"),
            up: migrate(&[app]),
            down: Some(migrate(&[app, "zero"])),
            untransacted: false,
        })
        .collect();
    let mut done: BTreeSet<(String, String)> = BTreeSet::new();
    while !found.is_empty() {
        let is_next = |one: &Found| one.after.iter().all(|after| !own.contains(&after.0) || done.contains(after));
        let Some(next) = found.iter().position(is_next) else {
            let why = format!("{}.{} comes after a migration that is not there", found[0].app, found[0].name);
            return Err(InitError::Refused { tool: TOOL, why });
        };
        let Found { app, name, after } = found.remove(next);
        let before = after.iter().find(|(other, _)| *other == app).map_or("zero", |(_, name)| name);
        steps.push(Step {
            up: migrate(&[&app, &name]),
            down: Some(migrate(&[&app, before])),
            revision: format!("{app}.{name}"),
            title: format!("{app}: {}", title(numbered(&name).map_or(&name, |(_, words)| words))),
            untransacted: false,
        });
        done.insert((app, name));
    }
    Ok(steps)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn migrations_come_after_those_that_they_name() {
        let found = |app: &str, name: &str, text: &str| Found {
            app: app.to_owned(),
            name: name.to_owned(),
            after: dependencies(text),
        };
        let steps = steps(vec![
            found("blog", "0001_initial", "dependencies = [\n ('shop', '0001_initial'),\n ('auth', '0012_x'),\n]"),
            found("blog", "0002_more", "dependencies = [('blog', '0001_initial')]"),
            found("shop", "0001_initial", "dependencies = [\n]"),
        ])
        .unwrap();
        let order: Vec<&str> = steps.iter().map(|step| step.revision.as_str()).collect();
        assert_eq!(order, ["auth", "shop.0001_initial", "blog.0001_initial", "blog.0002_more"]);
        assert_eq!(steps[3].down, Some(Way::command(&["python3", "manage.py", "migrate", "blog", "0001_initial"])));
    }
}
